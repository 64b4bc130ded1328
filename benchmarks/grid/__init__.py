"""What is run, once: configuration, plan, key, cell, store, executor."""
