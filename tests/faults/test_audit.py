"""The audit of a round finds what it is there to find."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from meetings.models import Evidence, MinutesDocument
from meetings.tasks.services.evidence import add_evidence
from tests import factories

from .audit import check_mailings, check_mails, check_marks, check_minutes


def write(mark: str, kind: str = "update", outcome: str = "acknowledged") -> dict[str, Any]:
    return {"mark": mark, "kind": kind, "outcome": outcome}


@pytest.fixture
def task(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    task = factories.task()
    factories.progress(task, "进展 <1-1>", on=task.suggestion.meeting.issued_on)
    return task


def test_what_is_as_it_was_said_to_be_is_no_violation(task):
    writes = [write("<1-1>"), write("<1-2>", outcome="refused"), write("<1-3>", outcome="unknown")]
    assert list(check_marks(writes)) == []
    assert list(check_marks([write("<1-1>", outcome="unknown")])) == []


def test_an_acknowledged_save_that_is_not_there_is_lost(task):
    assert list(check_marks([write("<1-9>")])) == ["<1-9>: update was acknowledged and is lost"]


def test_a_refused_save_that_is_there_is_told(task):
    assert list(check_marks([write("<1-1>", outcome="refused")])) == ["<1-1>: update was refused and is stored"]


@pytest.mark.parametrize("outcome", ["acknowledged", "unknown"])
def test_a_save_that_is_there_twice_is_told(task, outcome):
    factories.progress(task, "进展 <1-1>", on=task.suggestion.meeting.issued_on)
    (told,) = check_marks([write("<1-1>", outcome=outcome)])
    assert "has 2 entries" in told


def test_an_entry_without_its_file_is_told(task):
    file, today = SimpleUploadedFile("一.pdf", b"%PDF-1.7"), timezone.localdate()
    factories.act(add_evidence, task, None, files=[file], effective_on=today, note="<1-2>")
    assert list(check_marks([write("<1-2>", "add-evidence")])) == []
    Evidence.objects.all().delete()
    assert list(check_marks([write("<1-2>", "add-evidence")])) == ["<1-2>: add-evidence left 0 rows beside 1 entries"]


@pytest.mark.parametrize(
    ("outcome", "number"), [("acknowledged", 0), ("refused", 1), ("unknown", 2), ("acknowledged", 2)]
)
def test_minutes_that_were_lost_or_entered_twice_are_told(task, outcome, number):
    account = factories.secretariat()
    for _time in range(number):
        factories.minutes_document(account, original_name="2-1.docx")
    assert MinutesDocument.objects.count() == number
    (told,) = check_minutes([write("<2-1>", "hand in minutes", outcome)])
    assert f"there [{number}] times" in told


def test_minutes_as_they_were_said_to_be_are_no_violation(task):
    factories.minutes_document(factories.secretariat(), original_name="2-1.docx")
    assert list(check_minutes([write("<2-1>", "hand in minutes"), write("<2-2>", "accept minutes", "refused")])) == []


@pytest.mark.parametrize(
    ("sent", "taken", "told"),
    [
        ({"<a>": 1}, {"<a>": 1}, None),
        ({"<a>": 2}, {"<a>": 2}, None),
        ({"<a>": 1}, {"<a>": 2}, "came 2 times, in 1 attempts"),
        ({"<a>": 1}, {}, "never came"),
        ({}, {"<a>": 1}, "no entry asked for it"),
    ],
)
def test_mails_come_as_often_as_they_were_tried(sent, taken, told):
    found = list(check_mails(sent, taken))
    assert len(found) == (told is not None)
    assert not found or told in found[0]


@pytest.mark.django_db
def test_a_mail_that_was_never_sent_is_told(task):
    entry = task.log.last()
    mailing = factories.secretariat().mailings.create(kind="reminder", day=entry.effective_on, entry=entry)
    assert list(check_mailings()) == [f"mail {mailing.pk} is waiting"]
