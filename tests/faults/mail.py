"""A mail server that can fall silent: it accepts connections then, and says nothing."""

from __future__ import annotations

import email
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller


class MailServer:
    """Counts the mails that it has taken, by their Message-ID."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.taken: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._start()

    async def handle_DATA(self, server, session, envelope) -> str:
        with self._lock:
            self.taken[email.message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"

    def _start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """End it."""
        self._controller.stop()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let it say nothing meanwhile."""
        self.stop()
        with socket.create_server(("127.0.0.1", self.port), backlog=50):
            yield
        self._start()
