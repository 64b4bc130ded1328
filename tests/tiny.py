"""A tiny real benchmark: scikit-learn's bundled digits, ten training samples, this process."""

TINY = ("dataset=digits01", "dataset.train_size=10", "executor=serial")
ONE_CELL = (*TINY, "method=mlp", "method.epochs=2", "split_seed=0")
