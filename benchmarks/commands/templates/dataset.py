"""How $name is read."""

from dataclasses import dataclass

import numpy as np

from datasets.errors import WrongOption
from datasets.samples import Samples


@dataclass(frozen=True)
class Source:
    """Made with the fields of the YAML file that say nothing of sampling."""

    classes: tuple[int, ...] = (3, 8)

    def load(self) -> Samples:
        """All samples, in an order that never changes: splits are drawn by position.

        Raises WrongOption for fewer than two classes; `datasets.errors.DataUnavailable` is for
        data that are not on this machine.
        """
        from sklearn.datasets import load_digits

        if len(self.classes) < 2:
            raise WrongOption("dataset.classes", self.classes, "give two digits or more")
        bunch = load_digits()
        chosen = np.flatnonzero(np.isin(bunch.target, self.classes))
        place = {digit: label for label, digit in enumerate(self.classes)}
        return Samples(
            inputs=bunch.images[chosen].astype(np.uint8)[:, None],  # (N, C, H, W)
            labels=np.array([place[digit] for digit in bunch.target[chosen]], dtype=np.int64),
            class_names=tuple(str(digit) for digit in self.classes),  # by label
            peak=16.0,  # the largest possible pixel value
            caveats=(),  # sentences to print beside every number measured on these samples
        )
