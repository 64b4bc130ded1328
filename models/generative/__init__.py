"""Networks that make images like those of a training sample, and what enlarges a sample by them.

`VAESamples` and `GANSamples` are called with the training part of a split and a seed, and give its
images and generated ones behind them. Importable without PyTorch: plans read their fields.
"""

from models.generative.samples import GANSamples, VAESamples

__all__ = ["GANSamples", "VAESamples"]
