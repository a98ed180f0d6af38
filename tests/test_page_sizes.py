"""No page grows with the register: each is asked for at 18 tasks and at many, and may weigh twice as much."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db.models import Count, Model
from django.test import Client
from django.utils import timezone

from meetings.devtools import synthetic
from meetings.models import PAGE_SIZES, Account, Department, Meeting, Person, Role, Task

from . import factories
from .access_matrix import LEADER, ROWS, SECRETARIAT

pytestmark = pytest.mark.django_db

# What a page may weigh with one meeting: a list of that register has a single row.
SMALL = 40_000
LEFT_OUT = {
    "supervision_slips": "a paper, of the departments that somebody chose",
    "meeting_arrange": "a table that is edited as one; it grows with its own meeting alone",
    "due_calendar": "as many days and months in any register, with or without something on them",
}


def busiest(model: type[Model], rows: str) -> int:
    """Return the one that most rows belong to."""
    return model._default_manager.annotate(rows=Count(rows)).order_by("-rows", "pk").values_list("pk", flat=True)[0]


def addresses(role: str) -> Iterator[tuple[str, str]]:
    """Return name and address of every page that ``role`` opens, of the rows with most to show."""
    meeting = busiest(Meeting, "suggestions__tasks")
    task = Task.objects.filter(suggestion__meeting=meeting).order_by("-version", "pk")[0]
    places = {
        "task": task.pk,
        "meeting": meeting,
        "suggestion": task.suggestion_id,
        "department": busiest(Department, "task_departments"),
        "person": busiest(Person, "supervised_tasks"),
        "suggester": busiest(Person, "suggestion_sources"),
        "day": timezone.localdate().isoformat(),
    }
    yield "person_detail", f"/people/{places['suggester']}/"
    yield "dashboard", "/?scope=all"
    yield "task_list", "/tasks/?health=overdue&sort=department"
    for row in ROWS:
        has_places = set(re.findall(r"{(\w+)}", row.address)) <= places.keys()
        if row.get[role] == 200 and has_places and row.name not in LEFT_OUT and "export=" not in row.address:
            yield row.name, row.address.format(**places)


def weigh(accounts: dict[str, Account]) -> dict[tuple[str, str], int]:
    """Return the bytes of each page for each account, the heaviest of a name."""
    weights: dict[tuple[str, str], int] = {}
    for role, account in accounts.items():
        # A page of 25 rows holds the 18 tasks and few more: what is weighed is what grows.
        account.page_size = PAGE_SIZES[0]
        account.save()
        client = Client()
        client.force_login(account)
        for name, address in dict.fromkeys(addresses(role)):
            # Papers are written whole; the page that they are asked for on is weighed.
            if name.startswith("report_") and name != "report_appraisal":
                continue
            response = client.get(address)
            if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
                weights[role, name] = max(weights.get((role, name), 0), len(response.content))
    return weights


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("tasks", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_page_grows_with_the_register(tasks):
    factories.real_meeting()
    leader = factories.account(Role.LEADER, person=Person.objects.get(pk=busiest(Person, "supervised_tasks")))
    accounts = {SECRETARIAT: factories.account(Role.SECRETARIAT), LEADER: leader}
    small = weigh(accounts)
    assert len(small) > 50
    synthetic.generate(tasks, seed=7)
    leader.person_id = busiest(Person, "supervised_tasks")
    leader.save()
    large = weigh(accounts)
    grown = {page: (small[page], weight) for page, weight in large.items() if weight > 2 * max(small[page], SMALL)}
    assert not grown
