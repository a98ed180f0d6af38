"""A secretary signed in, and the meeting of 8 November 2023."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from meetings.models import Language, Meeting, Role
from tests import factories


@pytest.fixture
def meeting(staff) -> Meeting:
    return factories.meeting(datetime.date(2023, 11, 8), held_on=datetime.date(2023, 9, 27))


@pytest.fixture
def colleague(db) -> Client:
    """Another secretary, signed in elsewhere."""
    client = Client()
    account = factories.account(Role.SECRETARIAT)
    account.language = Language.ENGLISH
    account.save()
    client.force_login(account)
    return client
