"""What was undone counts on no day: every page and paper of every day says what it said before."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence

import pytest
from django.test import Client

from meetings.models import Account, Batch, DepartmentRole, Role, Status
from tests import factories

from .batches import run

pytestmark = pytest.mark.django_db

MARCH, JUNE = datetime.date(2024, 3, 1), datetime.date(2024, 6, 30)
DAYS = ["2024-03-01", "2024-06-30"]
OF_A_DAY = [
    "/?as_of={day}",
    "/tasks/?as_of={day}",
    "/tasks/?as_of={day}&export=csv",
    "/tasks/?as_of={day}&export=xlsx",
    "/tasks/?as_of={day}&q=误记",
    "/tasks/?as_of={day}&silent={office}",
    "/meetings/{meeting}/?as_of={day}",
    "/reports/meeting/?meeting={meeting}&as_of={day}",
    "/reports/register/?as_of={day}",
    "/reports/reply/?person={person}&as_of={day}",
    "/reports/bulletin/?from=2024-02-01&to={day}",
]


@pytest.fixture
def tasks():
    """Two tasks of two departments; one of them has reported on the second."""
    technology, office = factories.department(), factories.department("办公室")
    of = factories.suggestion(sources=[(factories.person("刘仲书"), "执委")])
    parts = [(technology, DepartmentRole.RESPONSIBLE), (office, DepartmentRole.RESPONSIBLE)]
    made = [factories.task(of, deadline=deadline, departments=parts) for deadline in ("持续跟踪", "2024.12")]
    factories.progress(made[1], "技术部已推进。", on=datetime.date(2024, 2, 1), department=technology)
    return made


def papers(reader: Account, tasks, asked: Sequence[str] = OF_A_DAY) -> dict[str, object]:
    """Return what the pages and papers of the days say to who looks for the first time."""
    Account.objects.filter(pk=reader.pk).update(looked_at=None, looked_before=None)
    client = Client()
    client.force_login(reader)
    names = {
        "meeting": tasks[0].suggestion.meeting_id,
        "office": factories.department("办公室").pk,
        "person": factories.person("刘仲书").pk,
    }
    addresses = [address.format(day=day, **names) for day in DAYS for address in asked]
    return {address: content_of(client.get(address)) for address in addresses}


def content_of(answer) -> object:
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}
    # Tokens, and when it was printed.
    return re.sub(r'(csrf\w*"?[^>]*?value=|X-CSRFToken": ?)"[^"]*"|\d+:\d\d', "", content.decode(), flags=re.I)


@pytest.mark.long
@pytest.mark.same_on_both
def test_every_page_and_paper_of_every_day_is_as_if_it_had_never_been_written(client, tasks):
    office = factories.department("办公室")
    reader = factories.account(Role.READER, username="只读")
    before = papers(reader, tasks)
    said = {"note": "误记的进展。", "effective_on": MARCH, "department": office}
    batches = [run(tasks[0], **said).batch, run(tasks[1], status=Status.CLOSED, **said).batch]
    assert any(said != before[address] for address, said in papers(reader, tasks, OF_A_DAY[:1]).items())
    client.force_login(factories.secretariat())
    for batch in batches:
        client.post(f"/batches/{batch.pk}/undo/")
    assert Batch.objects.filter(undoes__isnull=False).count() == 2
    after = papers(reader, tasks)
    assert {address for address, said in after.items() if said != before[address]} == set()


@pytest.mark.same_on_both
def test_the_log_of_a_past_day_has_it_and_says_that_it_was_undone(client, tasks):
    client.force_login(factories.secretariat())
    batch = run(*tasks, note="误记的进展。", effective_on=MARCH, department=factories.department("办公室")).batch
    client.post(f"/batches/{batch.pk}/undo/")
    for day in (JUNE, None):
        page = client.get(f"/tasks/{tasks[0].pk}/" + (f"?as_of={day}" if day else ""))
        assert [entry.note for entry in page.context["log"] if entry.is_undone] == ["误记的进展。"]
        assert [own for _part, own, _silent in page.context["reports_by_department"]] == [None, None]
