"""A secretary signed in, and the meeting of 8 November 2023."""

from __future__ import annotations

import datetime

import pytest

from meetings.models import Meeting
from tests import factories


@pytest.fixture
def meeting(staff) -> Meeting:
    return factories.meeting(datetime.date(2023, 11, 8), held_on=datetime.date(2023, 9, 27))
