"""Ways to run cells. An executor is a class named by `conf/executor/*.yaml`; its constructor checks
the options, `workers` says how many cells it runs at once, and `execute(work, store, console)` runs
them and returns {"done": n, "failed": n}.

Records are the same, bit for bit, from each of them.
"""
