"""Circuit breaker: an identity server that gives no answer is left alone a while.

Each request that asks it waits in a thread of the web server. If all threads waited, nobody could use the register, not
even people who sign in by a password here.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# How long to wait for an answer, and how long not to ask a server that gave none.
TIMEOUT_SECONDS = 5
PAUSE_SECONDS = 30

_silent_until: dict[str, float] = {}


class SilentServerError(OSError):
    """Raised instead of asking a server that did not answer a moment ago."""


@contextmanager
def call_server(server: str) -> Iterator[None]:
    """Run the block, which asks ``server``; note it if the server does not answer.

    Raises SilentServerError instead, where it did not answer this process a moment ago.
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
