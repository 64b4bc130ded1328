"""Ways to run cells. An executor is a class named by `conf/executor/*.yaml`; its constructor checks
the options, `workers` says how many cells it runs at once, and `execute(work, store, console)` runs
them and returns {"done": n, "failed": n}. `here` says whether that is on this machine, and
`keeps_budget` whether it begins no cell that the budget has no time for. `check(cells, limits)`,
called before anything is written, raises RequestError for cells or limits that the executor cannot
serve.

Records are the same, bit for bit, from each of them.
"""
