"""Identity servers that do not answer keep nobody waiting but who asks them first."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from meetings.accounts import circuit_breaker, directory, identity_servers
from meetings.models import Role
from tests import factories

from .identity_servers import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

PASSWORD = "a password of this test alone"


@pytest.fixture
def silent(settings, monkeypatch) -> Iterator[socket.socket]:
    """A server that takes connections and says nothing, in the place of each identity server."""
    monkeypatch.setattr(circuit_breaker, "_silent_until", {})
    for module in (circuit_breaker, identity_servers, directory):
        monkeypatch.setattr(module, "TIMEOUT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        settings.OIDC_ISSUER = settings.CAS_URL = f"http://127.0.0.1:{port}"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "register", "secret"
        settings.LDAP_URL, settings.LDAP_BASE, settings.LDAP_STARTTLS = f"ldap://127.0.0.1:{port}", PEOPLE, False
        yield server


def connections(server: socket.socket) -> int:
    """Return how many came since one asked last."""
    number = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


def ask_provider(client):
    return client.get("/accounts/login/oidc/")


def ask_directory(client):
    return client.post("/accounts/login/", {"username": "zhang", "password": "of the directory"})


@pytest.mark.parametrize(
    ("ask", "words"),
    [(ask_provider, "统一身份认证服务器没有正常响应"), (ask_directory, "目录服务器没有响应")],
)
def test_a_silent_server_is_left_alone_for_a_while(silent, client, monkeypatch, ask, words):
    for asked in (1, 0, 0):
        assert words in ask(client).content.decode()
        assert min(1, connections(silent)) == asked
    administrator = factories.account(Role.ADMINISTRATOR, password=PASSWORD)
    sign_in = {"username": administrator.username, "password": PASSWORD}
    assert client.post("/accounts/login/", sign_in).status_code == 302
    client.logout()
    monkeypatch.setattr(circuit_breaker, "_silent_until", {})
    assert words in ask(client).content.decode()
    assert connections(silent) >= 1
