"""Ways to run cells. An executor is a class named by `conf/executor/*.yaml`; its constructor checks
the options, and `execute(cells, store, forecast, console)` returns {"done": n, "failed": n}.

Records are the same, bit for bit, from each of them.
"""
