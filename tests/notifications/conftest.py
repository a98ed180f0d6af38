"""A real mail server on loopback, which can be switched off, be slow, and refuse."""

from __future__ import annotations

import email
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from meetings.notifications.robots import SERVICES

from .robot_server import PASTED, RobotServer


class MailServer:
    """What it received, and the switch. Its port stays the same when it comes back."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.lock = threading.Lock()
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """The address as EMAIL_URL writes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address in self.refused:
            return "550 5.1.1 nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails that ``address`` got."""
        return [mail for mail in self.mails if mail["To"] == address]


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    return mail.get_body(("plain",)).get_content()


def html_of(mail: EmailMessage) -> str:
    """Return the HTML of a mail."""
    return mail.get_body(("html",)).get_content()


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A running server that this process sends to."""
    server = MailServer()
    server.start()
    # pytest-django keeps mails in memory; these are to go out.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.BASE_URL = "https://register.example.org"
    yield server
    server.stop()


@pytest.fixture
def server(monkeypatch, settings) -> Iterator[RobotServer]:
    """A server on loopback that answers in the place of all services."""
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    running = RobotServer()
    for scheme in PASTED:
        plugin = SERVICES[scheme].plugin
        path = plugin.notify_url.partition("://")[2].partition("/")[2]
        monkeypatch.setattr(plugin, "notify_url", f"{running.address}/{path}")
        monkeypatch.setattr(plugin, "request_rate_per_sec", 0)
    yield running
    running.stop()
