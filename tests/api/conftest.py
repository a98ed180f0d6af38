"""Programs with tokens of the small world's accounts."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from meetings.accounts.services.secrets import make_api_token
from meetings.models import Account


def token_of(account: Account, scope: str = "write", *, days: int = 30) -> str:
    """Return a new token of ``account``."""
    ends_on = timezone.localdate() + datetime.timedelta(days=days)
    return make_api_token(account=account, name="门户", scope=scope, ends_on=ends_on)


class Program(Client):
    """A client that speaks JSON, with a token where it has one."""

    def __init__(self, token: str = "") -> None:
        super().__init__(enforce_csrf_checks=True, headers={"authorization": f"Bearer {token}"} if token else None)

    def read(self, address: str, **params):
        return self.get(f"/api/v1/{address}", params)

    def send(self, address: str, body: dict, version: int | str | None = None):
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return self.post(f"/api/v1/{address}", body, content_type="application/json", headers=headers)


@pytest.fixture
def program(world) -> Program:
    """A program of the secretariat."""
    return Program(token_of(world.secretariat))
