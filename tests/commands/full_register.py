"""A register with rows of every model and generated histories, and all its rows as the database has them."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from meetings.devtools.synthetic import generate
from meetings.models import (
    CalendarAddress,
    CalendarDay,
    ChangeKind,
    EntryKind,
    Letterhead,
    Mailing,
    Paper,
    Robot,
    SavedView,
    Scan,
    Suggestion,
    Webhook,
)
from meetings.models.notification import MailKind, MailState, SentMail
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.log import log_change
from meetings.tasks.services.outcomes import record_outcome
from tests import factories

Rows = dict[str, list[tuple[Any, ...]]]

# A moment that no clock of milliseconds tells, and a text that lines or JSON could break on.
MOMENT = datetime.datetime(2024, 2, 29, 15, 59, 59, 999_999, tzinfo=datetime.UTC)
TEXT = "第一行\r\n“第二行”\u2028\\n 𠮷\t\x7f"


def make_full_register() -> factories.SmallWorld:
    """Make a register in which every model has rows; the histories are generated."""
    factories.real_meeting()
    world = factories.small_world()
    world.reader.set_password("读一读2023年的纪要")
    world.reader.save()
    generate(20, seed=7)
    undone = factories.batch(world.on_track, world.due_soon, by=world.secretariat, note=TEXT)
    undo_batch(batch_id=undone.pk, actor=world.secretariat)
    factories.batch(world.on_track, world.overdue, by=world.liaison)
    factories.extension_request(world.overdue)
    factories.instruction(world.overdue, world.supervisor, TEXT)
    factories.evidence(world.overdue)
    factories.evidence(world.undecided, deleted=True)
    ended = factories.task(factories.suggestion(world.meeting))
    factories.move(ended, "closed", on=world.day)
    factories.act(record_outcome, ended, world.secretariat, outcome="resolved", reply=TEXT)
    ask_to_acknowledge(world.meeting)
    acknowledge(meeting_id=world.meeting.pk, departments=[world.technology.pk], actor=world.liaison)
    _make_papers(world)
    _make_mails(world)
    # What was spelled by other rules stays so.
    Suggestion.objects.filter(pk=world.closed.suggestion_id).update(spelling="as it was spelled")
    return world


def _make_papers(world: factories.SmallWorld) -> None:
    nested = {"text": TEXT, "parts": [None, True, 1, 1.5, -0.25, {"": []}], "2": {"b": 1, "a": 2}}
    for meeting in (None, world.meeting):
        document = factories.minutes_document(world.secretariat, meeting=meeting, uploaded_at=MOMENT, facts=nested)
        Scan.objects.create(document=document, page_count=2, pages_read=2, is_read=True, recognised="[]")
        document.rows.create(position=1, content=nested, problems=[nested], register_content=nested)
    factories.fill_in_upload(world.liaison, content=nested, uploaded_at=MOMENT)
    SavedView.objects.create(owner=world.reader, name=TEXT, query="status=closed&q=%2B")
    CalendarAddress.objects.create(account=world.reader, secret_hash="0" * 64, created_at=MOMENT)
    world.reader.api_tokens.create(name=TEXT, ends_on=MOMENT.date(), secret_hash="0" * 64, created_at=MOMENT)
    world.reader.second_factors.create(kind="codes", secret=TEXT, last_step=2**40, created_at=MOMENT)
    world.leader.passkeys.create(name="手机", credential="AA==", created_at=MOMENT)
    world.leader.identities.create(issuer="ldap", subject=TEXT, created_at=MOMENT)
    world.technology.workbook_handouts.create(handed_out_to=world.liaison, handed_out_at=MOMENT)
    world.technology.former_names.create(name="技术处")
    log_change(world.technology, kind=ChangeKind.RENAMED, actor=world.administrator, changes=nested, note=TEXT)


def _make_mails(world: factories.SmallWorld) -> None:
    day = timezone.localdate()
    mailing = Mailing.objects.create(account=world.reader, kind=MailKind.DIGEST, day=day, state=MailState.SENT)
    SentMail.objects.create(
        mailing=mailing, sent_at=MOMENT, composed_at=MOMENT, address="a@example.org", subject=TEXT, body=TEXT
    )
    reminder = factories.entry(world.overdue, kind=EntryKind.REMINDER, effective_on=day, recorded_at=MOMENT, note=TEXT)
    Mailing.objects.create(account=world.liaison, kind=MailKind.REMINDER, day=day, entry=reminder)
    webhook = Webhook.objects.create(address="https://example.org/", secret=TEXT)
    webhook.messages.create(body=TEXT, created_at=MOMENT, answer="HTTP 200")
    CalendarDay.objects.create(day=day, is_working=True)
    template = Letterhead(paper=Paper.SLIP, original_name="红头.docx", uploaded_by=world.secretariat)
    template.sha256 = hashlib.sha256(b"PK").hexdigest()
    template.file.save("x", ContentFile(b"PK"))
    for department in (world.technology, None):
        robot = Robot.objects.create(department=department, address="wecombot://0123456789abcdef/")
        robot.messages.create(
            kind=MailKind.DIGEST, day=day, title=TEXT, text=TEXT, composed_at=MOMENT, answer="HTTP 200"
        )


def all_rows() -> Rows:
    """Return every row of every table; of those that only link two others, what they link."""
    rows: Rows = {}
    for model in apps.get_app_config("meetings").get_models(include_auto_created=True):
        columns = [field.attname for field in model._meta.concrete_fields]
        if model._meta.auto_created:
            columns.remove("id")
        rows[model._meta.label] = sorted(model._base_manager.values_list(*columns), key=lambda row: str(row[:2]))
    return rows
