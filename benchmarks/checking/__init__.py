"""The generic tests of `scarce check`, a module for each kind of file. Each is a list of steps
(`benchmarks.checking.steps`); which kind has which is in `benchmarks.checking.kinds`.
"""
