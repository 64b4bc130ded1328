"""Composes configurations from conf/ and from the folders that users add to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import ConfigCompositionException, HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from benchmarks import interrupts
from benchmarks.grid import extensions
from benchmarks.grid.errors import RequestError, closest, nearest
from benchmarks.grid.yaml_files import yaml_text

PROJECT = Path(__file__).resolve().parents[2]
CONF = PROJECT / "conf"


class Configs:
    """Compositions over conf/ and `benchmarks.grid.extensions`; valid inside `opened`.

    `folders` are the entries that the request puts on the search path.
    """

    def __init__(self, folders: list[str]):
        outside = [folder for folder in extensions.folders(folders) if folder != CONF]
        self.search_path = extensions.override(outside)
        self.folders = [CONF, *outside]
        self.texts: dict[tuple[str, str], str] = {}

    def compose(self, overrides: list[str]) -> DictConfig:
        """One composed configuration; raises RequestError for a group, name or field unknown."""
        self._require_readable(overrides)
        try:
            composed = compose("config", overrides=[*self.search_path, *overrides])
            interrupts.check()  # OmegaConf and Hydra may take a stop for an error, and go on
            return composed
        except MissingConfigException as error:
            raise self._unknown_choice(error) from error
        except ConfigCompositionException as error:
            raise self._unknown_key(error, overrides) from error
        except (HydraException, OmegaConfBaseException) as error:
            raise RequestError("overrides", " ".join(overrides), _first_line(error)) from error
        except yaml.YAMLError as error:
            raise RequestError("configuration", "YAML", " ".join(str(error).split())) from error
        except Exception as error:  # of many kinds, for a file that no configuration can be made of
            remedy = f"no configuration can be made of its files ({_first_line(error)})"
            raise RequestError("overrides", " ".join(overrides), remedy) from error

    def files(self, group: str) -> list[Path]:
        """Every file of a group, those of the first folder first."""
        return [file for folder in self.folders for file in sorted((folder / group).glob("*.yaml"))]

    def choices(self, group: str) -> dict[str, Path]:
        """Every choice of a group, by name, with its file; the first folder that has it wins."""
        return {file.stem: file for file in reversed(self.files(group))}

    def text(self, group: str, name: str) -> str:
        """Of the file of a choice that there is; raises RequestError where it cannot be read."""
        if (group, name) not in self.texts:
            file = self.choices(group)[name]
            try:
                self.texts[group, name] = yaml_text(file)
            except ValueError as error:
                raise RequestError(group, name, f"{file}: {error}") from error
        return self.texts[group, name]

    def _require_readable(self, overrides: list[str]) -> None:
        """Of what Hydra is to read: it would wait for a pipe, and for aliases without end."""
        for word in overrides:
            group, _, name = word.lstrip("+").partition("=")
            read = (group, name) in self.texts or group not in extensions.HOLDS
            if not read and name in self.choices(group):
                self.text(group, name)

    def require_choice(self, group: str, name: object) -> None:
        if not isinstance(name, str) or name not in self.choices(group):
            known = nearest(name, self.choices(group))
            raise RequestError(group, name, f"no such {group}; {_found_here(group, name) or known}")

    def _unknown_choice(self, error: MissingConfigException) -> RequestError:
        group, _, name = str(error.missing_cfg_file).rpartition("/")
        return RequestError(group or "config", name, nearest(name, error.options or []))

    def _unknown_key(self, error: ConfigCompositionException, overrides: list[str]) -> RequestError:
        interrupts.check()
        message = str(error)
        key = message.split("'")[1] if "'" in message else message
        given = {text.lstrip("+~").partition("=")[0]: text.partition("=")[2] for text in overrides}
        choices = [word for word in overrides if "." not in word.partition("=")[0]]
        chosen = [word for word in choices if word.partition("=")[0] != key]
        try:
            composed = compose("config", overrides=[*self.search_path, *chosen])
        except Exception:  # so it is not the key
            remedy = f"no configuration can be made of its files ({_first_line(error)})"
            return RequestError("overrides", " ".join(overrides), remedy)
        known = field_names(OmegaConf.to_container(composed))
        return RequestError(key, given.get(key, ""), f"no such field; {suggest_field(key, known)}")


def _found_here(group: str, name: object) -> str:
    """Where a file of that name lies below the working folder, what would have it found."""
    for file in sorted(Path().glob(f"*/{group}/*.yaml")):
        if file.stem == name and file.resolve().parents[1] != CONF:
            folder = file.resolve().parents[1]
            return f"{file} is found with hydra.searchpath='[file://{folder}]'"
    return ""


@contextmanager
def opened(folders: list[str]) -> Iterator[Configs]:
    """Hydra's global state for the length of one command, also inside a job of its multirun."""
    state = GlobalHydra.instance()
    outer, state.hydra = state.hydra, None
    try:
        with initialize_config_dir(str(CONF), version_base="1.3", job_name="scarce"):
            yield Configs(folders)
    finally:
        state.hydra = outer


def field_names(config: Any, prefix: str = "") -> list[str]:
    """Dotted names of all fields of a nested mapping, groups included."""
    names = []
    for key, value in config.items() if isinstance(config, dict) else ():
        names += [f"{prefix}{key}", *field_names(value, f"{prefix}{key}.")]
    return names


def suggest_field(name: str, known: list[str]) -> str:
    """A field of that very last name elsewhere, or the nearest of the same block, or else of any;
    where none is near, those of the block.

    Last names are compared: what stands before them is alike in all, however far the names are.
    """
    block, leaf = _divided(name)
    if same := next((field for field in known if _divided(field)[1] == leaf), None):
        return f"did you mean {same}?"
    siblings = [field for field in known if _divided(field)[0] == block]
    for fields, cutoff in ((siblings, 0.6), (known, 0.8)):
        leaves = {_divided(field)[1]: field for field in reversed(fields)}
        if close := closest(leaf, leaves, cutoff):
            return f"did you mean {leaves[close]}?"
    here = siblings or [field for field in known if "." not in field]
    told = sorted(field for field in set(here) if not _divided(field)[1].startswith("_"))
    return f"known: {', '.join(told) or 'none'}"


def _divided(name: str) -> tuple[str, str]:
    block, _, leaf = name.rpartition(".")
    return block, leaf


def _first_line(error: BaseException) -> str:
    """What the error says, or else what it comes from."""
    said = str(error).strip()
    if not said and error.__cause__ is not None:
        return _first_line(error.__cause__)
    return said.splitlines()[0] if said else type(error).__name__
