"""A world that can be reached by mail, and the command that sends."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command

from meetings.models import Account
from meetings.tasks.services.instructions import give_instruction
from tests import factories

WORKDAY = datetime.date(2025, 3, 12)
SATURDAY = datetime.date(2025, 3, 15)
FRIDAY = datetime.date(2025, 3, 14)
LIAISON, OTHER_LIAISON, STAFF, LEADER = (
    "liaison@example.org",
    "office@example.org",
    "staff@example.org",
    "xiao@example.org",
)


@pytest.fixture
def world(db):
    return reachable_world()


def reachable_world(day: datetime.date = WORKDAY) -> factories.SmallWorld:
    world = factories.small_world(day)
    for account, address in (
        (world.liaison, LIAISON),
        (world.other_liaison, OTHER_LIAISON),
        (world.secretariat, STAFF),
        (world.leader, LEADER),
    ):
        account.email = address
        account.save(update_fields=["email"])
    return world


def send(day: datetime.date = WORKDAY, **options) -> None:
    call_command("send_reminders", day=day.isoformat(), **options)


def send_to_nobody_but(*accounts: Account) -> None:
    """Leave out the others, whose digests the test does not look at: each takes a tenth of a second."""
    Account.objects.exclude(pk__in=[account.pk for account in accounts]).update(is_active=False)


def instruct(world, text: str) -> None:
    world.overdue.refresh_from_db()
    give_instruction(
        task_id=world.overdue.pk,
        version=world.overdue.version,
        actor=world.leader,
        effective_on=WORKDAY,
        text=text,
    )
