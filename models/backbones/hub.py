"""ImageNet weights of timm models from the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

FILE = "model.safetensors"
PATIENCE = 8.0  # seconds


class NotReached(Exception):  # noqa: N818
    """The hub did not give the file; the message ends with what to do about it."""


def hub_file(architecture: str) -> Path:
    """Download (once, into the hub's own cache) the weights timm publishes for `architecture`.

    Raises ValueError for an architecture that timm does not have or publishes no weights of, and
    NotReached, with the place for a file got otherwise, where the hub cannot be reached.
    """
    from models.backbones.timm_network import settings_of

    repository = settings_of(architecture).get("hf_hub_id")
    field = f"backbone.architecture={architecture}"
    remedy = f"put the file at $SCARCE_DATA/weights/{architecture}.safetensors"
    if not repository:
        raise ValueError(f"{field}: timm publishes no weights for it; use backbone.weights=none")
    try:
        return _download(repository)
    except Exception as error:
        raise NotReached(
            f"{field}: {FILE} of {repository} cannot be had from the Hugging Face hub "
            f"({type(error).__name__}); {remedy}"
        ) from error


def _download(repository: str) -> Path:
    import requests
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(repository, FILE, local_files_only=True))
    except LocalEntryNotFoundError:
        # Out of reach, the hub's own client tries again for half a minute.
        requests.head(constants.ENDPOINT, timeout=PATIENCE)
        return Path(hf_hub_download(repository, FILE))
