"""How far an export is, for whoever waits for it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .columns import Line

# Is told how many rows are read, of how many.
Listener = Callable[[int, int], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def tell_progress(listener: Listener) -> Iterator[None]:
    """Tell ``listener`` how far an export is that is written within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def note_progress(done: int, count: int) -> None:
    """Note that ``done`` of ``count`` rows are read."""
    if (listener := _listener.get()) is not None:
        listener(done, count)


def noting_progress(lines: Iterable[Line], count: int) -> Iterator[Line]:
    """Yield ``lines``, and note after every thousand how many of them are read."""
    for number, line in enumerate(lines, start=1):
        yield line
        if number % 1000 == 0:
            note_progress(number, count)
