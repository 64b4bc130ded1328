"""The sides of a claim's comparisons."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

LATER = ("backbone", "resampling", "variant")  # axes that the first claims did not have
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A block of a claim file: it never changes, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Arm(Strict):
    """The cells of one side of a comparison; a text in its place is the name of the method.

    What is left out must be the same in all of the arm's cells, or the part stays open. A protocol
    that is left out is the claim's. A claim about losses may leave out the method, so that one
    rule holds for benchmarks with other networks.
    """

    method: Text | None = None
    backbone: Text | None = None
    loss: Text | None = None
    augmentation: Text | None = None
    resampling: Text | None = None
    variant: Text | None = None
    protocol: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"method": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _some_choice(self) -> Self:
        if all(value is None for name, value in self if name != "protocol"):
            raise ValueError("an arm needs a choice other than its protocol, such as a method")
        return self

    @model_serializer(mode="wrap")
    def _without_later_axes(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """No field for no backbone: the digest of a claim that knows none stays what it was."""
        fields: dict[str, Any] = write(self)
        return {k: v for k, v in fields.items() if v is not None or k not in LATER}

    def __str__(self) -> str:
        chosen = [value for name, value in self if name != "method" and value is not None]
        if self.method is None:
            return ", ".join(chosen)
        return f"{self.method} ({', '.join(chosen)})" if chosen else self.method
