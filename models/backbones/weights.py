"""Reading files of weights safely, and comparing them with a network before they are loaded."""

from __future__ import annotations

import hashlib
import pickle
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import nn

from models.backbones.options import nearest

Tensors = Mapping[str, torch.Tensor]
COUNTER = "num_batches_tracked"  # of batch normalisation; older files do not have it


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Tensors by name of a .safetensors, .pth or .pt file, in the processor's memory.

    Nothing in the file is ever executed. Raises ValueError for a file that is missing, damaged, of
    another kind, or that would run code when loaded.
    """
    if not path.is_file():
        raise _wrong(path, "no such file")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix in (".pth", ".pt"):
        return _read_pickle(path)
    raise _wrong(path, "a file named .safetensors, .pth or .pt is needed")


def _read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _wrong(path, f"not to be read as safetensors ({_line(error)})") from error


def _read_pickle(path: Path) -> dict[str, torch.Tensor]:
    mapped = zipfile.is_zipfile(path)  # the format before PyTorch 1.6 cannot be mapped
    try:
        with warnings.catch_warnings(action="ignore"):  # what matters is raised
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        remedy = "refused, it holds more than tensors and may run code; convert it to safetensors"
        raise _wrong(path, remedy) from error
    except Exception as error:
        raise _wrong(path, f"not to be read as weights of PyTorch ({_line(error)})") from error
    named = isinstance(content, Mapping) and all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in content.items()
    )
    if not named:
        raise _wrong(path, "not a mapping of names to tensors; save the network's state_dict()")
    return dict(content)


def fitting(
    tensors: Tensors, network: nn.Module, left_out: Iterable[str], path: Path
) -> dict[str, torch.Tensor]:
    """The tensors that `network` holds, in its precision, once all names and shapes agree.

    `left_out` are beginnings of names of the classifier that the network does not have. Counters
    of batch normalisation, missing in older files, become 0. Raises ValueError naming the first
    tensor whose shape differs, that is missing or not wanted. The network may be without memory.
    """
    wanted, heads = network.state_dict(), tuple(left_out)
    kept = {name: value for name, value in tensors.items() if not name.startswith(heads)}
    for name, tensor in wanted.items():
        if name in kept and kept[name].shape != tensor.shape:
            found, shape = list(kept[name].shape), list(tensor.shape)
            raise _wrong(path, f"{name} has shape {found} in the file, {shape} in the network")
    missing = [name for name in wanted if name not in kept and not name.endswith(COUNTER)]
    if missing:
        raise _wrong(path, f"{_named(missing)} missing in the file; {_other(kept, missing[0])}")
    strange = [name for name in kept if name not in wanted]
    if strange:
        raise _wrong(path, f"{_named(strange)} not in the network; is it another architecture?")
    return {name: _plain(kept.get(name), tensor) for name, tensor in wanted.items()}


def hash_of(tensors: Tensors) -> str:
    """SHA-256 (hex) over names, types, shapes and contents, whatever file they came from."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"|{name}|{tensor.dtype}{tuple(tensor.shape)}|".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _plain(tensor: torch.Tensor | None, wanted: torch.Tensor) -> torch.Tensor:
    if tensor is None:
        return torch.zeros((), dtype=wanted.dtype)
    return tensor.to(wanted.dtype, copy=True)  # a copy: the file may be mapped into memory


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more are"


def _other(tensors: Tensors, name: str) -> str:
    return nearest(name, list(tensors)[:8]) if tensors else "it holds nothing else"


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _wrong(path: Path, remedy: str) -> ValueError:
    return ValueError(f"backbone.weights={path}: {remedy}")
