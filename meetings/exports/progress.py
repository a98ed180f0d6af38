"""How far an export is, for whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
