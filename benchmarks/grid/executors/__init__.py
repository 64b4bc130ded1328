"""Ways to run cells. An executor is a function named by `conf/executor/*.yaml`:

`execute(cells, store, forecast, console, **options) -> {"done": count, "failed": count}`.
Records are the same, bit for bit, from each of them.
"""
