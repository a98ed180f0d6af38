"""Identity servers that are silent: asked again after a while, not by everybody.

Who asks one waits in a thread of the web server. Were each to wait for as long, nobody else would be answered either:
not those who have a password here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# So long a server may take to say something, and so long a silent one is left alone.
TIMEOUT_SECONDS = 5
PAUSE_SECONDS = 30

_silent_until: dict[str, float] = {}


class SilentServerError(OSError):
    """Raised instead of asking a server that has just been silent."""


@contextmanager
def call_server(server: str) -> Iterator[None]:
    """Let the block ask a server, unless it has just been silent to this process.

    Raises SilentServerError.
    """
    started = time.monotonic()
    if started < _silent_until.get(server, 0):
        raise SilentServerError(server)
    try:
        yield
    except Exception:
        if time.monotonic() - started >= TIMEOUT_SECONDS:
            _silent_until[server] = time.monotonic() + PAUSE_SECONDS
        raise
