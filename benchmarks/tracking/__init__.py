"""Finished cells and their benchmark in an experiment tracker; the records stay the truth."""
