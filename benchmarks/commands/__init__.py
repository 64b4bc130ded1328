"""One module per command, with `execute(arguments, console) -> exit code`: what it reads, calls and
prints. `benchmarks.cli` loads the module of the command that was asked for, and no other.
"""
