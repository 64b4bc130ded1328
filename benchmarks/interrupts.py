"""Ctrl-C and SIGTERM: raised at once, and remembered until a loop that waits has looked.

Python raises KeyboardInterrupt wherever the main thread happens to be. In a finaliser or a callback
of a library it is printed and dropped, or made another error, and the run would go on or be told
that its request was wrong.
"""

from __future__ import annotations

import signal

_asked: set[int] = set()  # signals since `listen`


def listen() -> None:
    """From now on both signals raise KeyboardInterrupt in the main thread; none was sent yet."""
    forget()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def forget() -> None:
    """None was sent yet."""
    _asked.clear()


def asked() -> bool:
    """Whether one of them was sent since `listen`."""
    return bool(_asked)


def check() -> None:
    """Raise KeyboardInterrupt where one of them was sent since `listen`."""
    if asked():
        raise KeyboardInterrupt


def _interrupt(number: int, _: object) -> None:
    _asked.add(number)
    raise KeyboardInterrupt
