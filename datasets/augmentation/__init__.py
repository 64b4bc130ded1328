"""Changed copies of training images: `build` makes an `Augmentation` of a configuration block.

What an image becomes depends on the image, a seed, the number of the view and the sample's number
alone; not on the batch it is in, nor on the number of threads. Operations are listed in
`geometric`, `window`, `colour`, `noise`, `erasing` and, for pipelines of other packages, `foreign`.
Test images stay as they are; where training images are windows, they are the window in the middle.
Nothing here imports torch or OpenCV before the first image is augmented.
"""

from datasets.augmentation.building import build
from datasets.augmentation.pipeline import Augmentation

__all__ = ["Augmentation", "build"]
