"""The door: parses the command line, calls, prints, and turns wrong requests into exit code 2."""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import logging
import os
import signal
import sys
import sysconfig
import traceback
from pathlib import Path
from types import ModuleType

from rich.console import Console

DONE, SOME_FAILED, WRONG_REQUEST, INTERRUPTED = 0, 1, 2, 130
# What one command takes and others are asked for now and then.
TAKEN_BY = {"claim": "claims", "cells": "verify", "model": "predict", "out": "show"}
TAKEN_BY |= dict.fromkeys(("metric", "rows", "columns", "direction", "reference"), "table")
TAKEN_BY |= dict.fromkeys(("level", "format"), "table")
ROOMS = ("benchmarks", "datasets", "models")

COMMANDS = {
    "run": "plan, run what is missing, report",
    "plan": "count cells: total, done, failed, pending; nothing runs",
    "report": "tables, figure, verdicts and report.html from stored results",
    "claims": "the verdicts; all there is to say of one: claim=ID",
    "table": "any two axes of the results: rows=dataset columns=method metric=... format=tex",
    "verify": "rerun finished cells (cells=5, cells=all, key=PREFIX): are they identical?",
    "key": "explain a cell's key (KEY or overrides), or diff two (KEY KEY, KEY overrides)",
    "compact": "fold finished records into one file per benchmark",
    "publish": "fold own records and their report into results/published",
    "merge": "take records of another machine (a PATH) or `published` into the own store",
    "show": "a picture of samples before and after an augmentation",
    "predict": "classify photos with a model that benchmark=compare saved (model=FOLDER)",
    "new": "a commented file that already runs: KIND (method, dataset, loss, ...) and NAME",
    "check": "the generic tests on a file of yours: scarce check mine/method/NAME.yaml",
    "doctor": "what is installed, which data and weights are here, which benchmarks can run",
    "list": "datasets, methods, backbones, losses, augmentations, benchmarks or claims",
}


def main(words: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parse(words)
    shadow = _shadowed_room()
    if shadow:
        print(shadow, file=sys.stderr)
        return WRONG_REQUEST
    return _call(arguments)


def _call(arguments: argparse.Namespace) -> int:
    from benchmarks import interrupts
    from benchmarks.evidence.errors import EvidenceError
    from benchmarks.grid.errors import RequestError

    interrupts.listen()
    logging.getLogger("hydra.utils").setLevel(logging.CRITICAL)  # what it says is told in one line
    console = Console(stderr=getattr(arguments, "json", False))
    try:
        code: int = _command(arguments.command).execute(arguments, console)
        return code
    except (RequestError, EvidenceError, ModuleNotFoundError) as error:
        if interrupts.asked():  # what is wrong may be no more than that
            return _stopped()
        told = _without_training(error) or error
        if isinstance(told, ModuleNotFoundError):
            raise
        told = _of_a_command(told, arguments.command) or told
        print(f"scarce: {' '.join(str(told).split())}", file=sys.stderr)
        return WRONG_REQUEST
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _stopped()
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # as rich ends it
            return DONE
        print(f"scarce: {_ended_by(error)}", file=sys.stderr)
        return WRONG_REQUEST


def _stopped() -> int:
    for sent in (signal.SIGINT, signal.SIGTERM):  # nothing is left to stop but the exit itself
        signal.signal(sent, signal.SIG_IGN)
    print("Stopped. Finished cells are kept; the same command goes on.", file=sys.stderr)
    return INTERRUPTED


def _ended_by(error: SystemExit) -> str:
    """The line of a user's file that ends the program, such as by `sys.exit`; no command of ours
    does, and an exit code of 0 would pass for a finished run."""
    frames = traceback.extract_tb(error.__traceback__)
    libraries = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), "<frozen")
    own = [frame for frame in frames if not frame.filename.startswith(libraries)] or frames
    called = own[-1]
    told = "ends the program, which a file that is loaded must not do; leave that call out"
    return f"{called.filename}:{called.lineno}={called.line}: {told}"


def _without_training(error: Exception) -> Exception | None:
    """What is wrong where a package is missing that reading does not need."""
    from benchmarks.execution.installed import missing_behind

    return missing_behind(error)


def _of_a_command(error: Exception, command: str) -> Exception | None:
    """What is wrong where a field is unknown, and this command takes one like it or another it."""
    from benchmarks.grid.errors import RequestError, closest

    if not isinstance(error, RequestError) or not error.remedy.startswith("no such field"):
        return None
    own = [word for word, taker in TAKEN_BY.items() if taker == command]
    if close := closest(error.field, own):
        return RequestError(error.field, error.value, f"no such field; did you mean {close}?")
    taker = TAKEN_BY.get(error.field)
    if taker is None or taker == command:
        return None
    return RequestError(error.field, error.value, f"`scarce {taker}` takes it, not {command}")


def _command(name: str) -> ModuleType:
    """Its module. What modules make while they load is no garbage: to search it takes longer."""
    gc.disable()
    try:
        return importlib.import_module(f"benchmarks.commands.{name}")
    finally:
        gc.freeze()
        gc.unfreeze()  # what is there now counts as old
        gc.enable()


def _parse(words: list[str] | None) -> argparse.Namespace:
    """Overrides may stand before and after options, which argparse alone does not allow."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(words)
    unknown = [word for word in rest if word.startswith("-")]
    if unknown:
        parser.error(f"unknown option {unknown[0]}; overrides are written name=value")
    arguments.overrides = [*arguments.overrides, *rest]
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scarce",
        description="A reproducible benchmark suite for deep learning when data is scarce.",
        epilog="Overrides are Hydra's: benchmark=quickstart method=cnn,mlp split_seed='range(5)'",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, says in COMMANDS.items():
        command = commands.add_parser(name, help=says, description=says)
        if name in (
            "plan",
            "claims",
            "table",
            "verify",
            "key",
            "predict",
            "list",
            "check",
            "doctor",
        ):
            command.add_argument("--json", action="store_true", help="one JSON document")
        if name == "new":
            command.add_argument("kind", metavar="KIND")
            command.add_argument("name", metavar="NAME")
        if name == "check":
            command.add_argument("file", metavar="FILE")
        if name == "list":
            command.add_argument(
                "kind", metavar="KIND", nargs="?", default="", help=COMMANDS["list"]
            )
        if name == "key":
            command.add_argument("question", choices=("explain", "diff"))
        if name == "merge":
            command.add_argument("source", metavar="PATH|published")
        if name == "run":
            command.add_argument(
                "-m", "--multirun", action="store_true", help="through Hydra's launchers"
            )
        words = {"key": "KEY|name=value", "predict": "PHOTO|model=FOLDER", "new": "folder=mine"}
        metavar = words.get(name, "name=value")
        command.add_argument("overrides", nargs="*", default=[], metavar=metavar)
    return parser


def _shadowed_room() -> str | None:
    """Name a foreign package that stands in for one of ours (`datasets` is a public name too)."""
    project = Path(__file__).resolve().parents[1]
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        found = Path(spec.origin).resolve() if spec and spec.origin else None
        if found is None or not found.is_relative_to(project / room):
            return (
                f"scarce: {room}={found}: another package of that name hides the suite's own; "
                "use the .venv that `make setup` makes"
            )
    return None
