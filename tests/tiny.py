"""A tiny real benchmark: scikit-learn's bundled digits, ten training samples, this process."""

TINY = ("dataset=digits01", "dataset.train_size=10", "executor=serial")
ONE_CELL = (*TINY, "method=mlp", "method.epochs=2", "split_seed=0")


def last_of_each(*words: str) -> list[str]:
    """Overrides on top of others, of which the last of a field counts."""
    given = {word.partition("=")[0]: word for word in words}
    return list(given.values())
