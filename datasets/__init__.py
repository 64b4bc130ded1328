"""What is learned from: reading and fetching checked data, drawing train and test splits, and
holding them in memory for training. A source (`datasets.mnist.MNIST`, `datasets.digits.Digits`)
loads `Samples`, `datasets.splits.split` draws indices from them, and `datasets.module.SplitData`
turns both into tensors and shuffled batches. This package knows nothing of models or benchmarks.
"""
