"""What is trained of a backbone, and how: options that fit together, or a line why not."""

from __future__ import annotations

from dataclasses import dataclass, fields

from models.options import require_share, require_whole_number

TRAINED = ("head", "last_blocks", "all")
FEATURES = ("kept", "recomputed")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class TransferOptions:
    """See `models.transfer.TransferClassifier`; `image_size` and `from_file` (whether weights come
    from a file) are the backbone's. An option is None where it would do nothing.

    Raises ValueError naming the field where a value is wrong, missing, or would do nothing.
    """

    trained: str
    blocks: int | None
    features: str | None
    views: int | None
    feature_precision: str | None
    body_rate: float | None
    dropout: float
    image_size: int | None
    from_file: bool
    hidden: int | None = None
    sharpness: object | None = None

    def __post_init__(self) -> None:
        _require_one_of("trained", self.trained, TRAINED)
        require_share("dropout", self.dropout)
        self._used_only("blocks", self.trained == "last_blocks", "trained=last_blocks")
        self._used_only("features", self.trained == "head", "trained=head")
        self._used_only("views", self.kept, "features=kept")
        self._used_only("feature_precision", self.kept, "features=kept")
        rated = self.trained != "head" and self.from_file
        self._used_only("body_rate", rated, "a trained backbone with weights from a file")
        if self.sharpness is not None and not self.kept:
            raise ValueError("sharpness: measured only with features=kept; use null")
        self._require_values()

    def _used_only(self, name: str, used: bool, where: str) -> None:
        value = getattr(self, name)
        if used and value is None:
            raise ValueError(f"{name}: missing; {where} needs it")
        if not used and value is not None:
            raise ValueError(f"{name}={value}: does something only with {where}; use null")

    def _require_values(self) -> None:
        if self.features is not None:
            _require_one_of("features", self.features, FEATURES)
        if self.feature_precision is not None:
            _require_one_of("feature_precision", self.feature_precision, PRECISIONS)
        for name in ("blocks", "views", "hidden"):
            if getattr(self, name) is not None:
                require_whole_number(name, getattr(self, name))
        rate = self.body_rate
        if rate is not None and (isinstance(rate, bool) or not rate > 0):
            raise ValueError(f"body_rate={rate}: a positive number; trained=head is a rate of 0")

    @property
    def kept(self) -> bool:
        """Whether the features of frozen layers are computed once."""
        return self.features == "kept"

    def trained_blocks(self, blocks: int) -> int:
        """How many of the backbone's blocks are trained."""
        return {"head": 0, "last_blocks": self.blocks or 0, "all": blocks}[self.trained]


def options_of(learner: object, image_size: int | None, from_file: bool) -> TransferOptions:
    """The options among the fields of a learner, with what its backbone adds."""
    names = [field.name for field in fields(TransferOptions) if hasattr(learner, field.name)]
    stated = {name: getattr(learner, name) for name in names}
    return TransferOptions(**stated, image_size=image_size, from_file=from_file)


def _require_one_of(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name}={value}: one of {', '.join(choices)}")
