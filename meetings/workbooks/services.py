"""Workbooks in the database: kept as they were handed in, decided on, and accepted as one batch each.

Every verb is keyword-only and atomic, holds the upload against other writers, and refuses with one sentence
(`meetings.errors`).
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, replace

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.errors import ImpossibleStep, Incomplete, Refused
from meetings.minutes.draft_services import display_name
from meetings.models import Account, Batch, BatchSource, FillInState, FillInUpload, Task, TaskLog
from meetings.tasks.services.batch import PlannedRow, Wish, plan_batch, run_planned, write_entries

from .json_codec import tasks_of, written_workbook
from .parser import ReadWorkbook
from .review import FILE, REGISTER, Review, ReviewedRow, review_of, rounds


class DecidedAlready(ImpossibleStep):
    """The same workbook was accepted before, or this one is not waiting any more; nothing was done again."""

    def __init__(self, sentence: str, upload: FillInUpload) -> None:
        super().__init__(sentence)
        self.upload = upload


class ChangedMeanwhile(Refused):
    """What would be accepted is not what the page showed; ``since`` are the entries that came between."""

    def __init__(self, since: list[TaskLog]) -> None:
        super().__init__(
            _("The register has changed since you opened this page. Nothing was accepted; look at it again.")
        )
        self.since = since


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting wrote. ``left`` are the rows that turned out to be impossible behind another row of their task."""

    batch: Batch
    number: int
    left: list[PlannedRow]


# --- handing in -----------------------------------------------------------------------------------


def sha256_of(content: bytes) -> str:
    """Return the digest a file is recognised by, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def same_before(account: Account, content: bytes) -> FillInUpload | None:
    """Return the upload of the same file that is in the register, or waits for ``account``; none: it is new."""
    same = FillInUpload.objects.filter(sha256=sha256_of(content))
    return same.in_force().first() or same.waiting().filter(uploaded_by=account).first()


@transaction.atomic
def keep_upload(*, read: ReadWorkbook, content: bytes, name: str, account: Account) -> FillInUpload:
    """Keep the file (its bytes, and ``name`` for showing) and what was read from it."""
    upload = FillInUpload(
        sha256=sha256_of(content),
        size=len(content),
        original_name=display_name(name) or _("Fill-in workbook"),
        uploaded_by=account,
        content=written_workbook(read),
    )
    upload.file.save("", ContentFile(content), save=False)
    try:
        upload.save()
    except Exception:
        upload.file.delete(save=False)
        raise
    return upload


# --- deciding -------------------------------------------------------------------------------------


def _held(upload_id: int) -> FillInUpload:
    """Return the upload, held until the transaction ends; raises DecidedAlready where it is not waiting any more."""
    upload = FillInUpload.objects.select_for_update().get(pk=upload_id)
    if not upload.is_waiting:
        raise DecidedAlready(_("This workbook is not waiting any more. Nothing was done again."), upload)
    return upload


@transaction.atomic
def choose(*, upload_id: int, places: list[int], choice: str) -> None:
    """Choose for the rows at ``places`` what holds where the register changed meanwhile: the file's, or the register's.

    Raises Incomplete for another choice or a row that is not there.
    """
    upload = _held(upload_id)
    if choice not in (FILE, REGISTER):
        raise Incomplete(_("Choose what the file says, or what the register says."))
    number = len(upload.content["rows"])
    if not places or not all(0 <= place < number for place in places):
        raise Incomplete(_("This row is not in the workbook. Open the page again."))
    upload.decisions |= {str(place): choice for place in places}
    upload.save(update_fields=["decisions"])


@transaction.atomic
def set_aside(*, upload_id: int) -> None:
    """Decide that nothing of a workbook is taken over; the file stays."""
    upload = _held(upload_id)
    upload.state = FillInState.SET_ASIDE
    upload.save(update_fields=["state"])


# --- accepting ------------------------------------------------------------------------------------


def last_entry() -> int:
    """Return the number of the last entry of the whole log, to be asked before a page is made."""
    return TaskLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def what_is_seen(review: Review) -> str:
    """Return a name for all that accepting would do: two pages have the same one exactly where it would be the same."""
    rows = [(row.place, row.state.value, row.choice, _in_short(row.wish)) for row in review.rows]
    return sha256_of(repr(rows).encode())


def _in_short(wish: Wish | None) -> tuple:
    if wish is None:
        return ()
    return (wish.task_id, wish.version, wish.note, wish.status, wish.effective_on, wish.department.pk)


@transaction.atomic
def accept_upload(
    *,
    upload_id: int,
    actor: Account,
    seen: str,
    seen_at: int,
    leave_out: bool,
    today: datetime.date | None = None,
) -> Accepted:
    """Write what the workbook changes as one batch of ``actor``; rows that are wrong or not chosen are left out.

    ``seen`` is `what_is_seen` of the page the person looked at and ``seen_at`` the `last_entry` before it was made;
    ``leave_out`` that they know of the rows left out.
    Raises DecidedAlready (of two people who accept at once, the second is told), ChangedMeanwhile where the page is
    no longer true, and Incomplete. Whatever is raised, nothing has been written.
    """
    upload = _held(upload_id)
    _hold_tasks(upload)
    today = today or timezone.localdate()
    before = FillInUpload.objects.filter(sha256=upload.sha256).in_force().select_related("batch__made_by").first()
    if before is not None:
        raise DecidedAlready(accepted_before(before), before)
    review = review_of(upload, actor, today)
    if what_is_seen(review) != seen:
        raise ChangedMeanwhile(_entries_after(seen_at, review))
    if not review.taken:
        raise Incomplete(_("This workbook changes nothing, so there is nothing to accept."))
    if review.left_out and not leave_out:
        number = len(review.left_out)
        raise Incomplete(
            ngettext(
                "%(number)d row would be left out. Tick that this is meant.",
                "%(number)d rows would be left out. Tick that this is meant.",
                number,
            )
            % {"number": number},
            field="leave_out",
        )
    accepted = _write(upload, review.taken, actor, today)
    upload.state, upload.batch = FillInState.ACCEPTED, accepted.batch
    upload.save(update_fields=["state", "batch"])
    return accepted


def accepted_before(upload: FillInUpload) -> str:
    """Say that this very file is in the register: since when, and by whom."""
    return _("This very file was accepted by %(who)s on %(day)s. Nothing was entered a second time.") % {
        "who": upload.batch.made_by,
        "day": date_format(timezone.localdate(upload.batch.made_at), "DATE_FORMAT"),
    }


def _hold_tasks(upload: FillInUpload) -> None:
    """Hold the tasks of a workbook until the transaction ends, so that what is planned now is what can be written."""
    held = Task.objects.select_for_update(of=("self",)).filter(pk__in=tasks_of(upload.content))
    list(held.order_by("pk").values_list("pk"))


def _write(upload: FillInUpload, rows: list[ReviewedRow], actor: Account, today: datetime.date) -> Accepted:
    """Write the first portion of what the ``rows`` wish as a batch, and the others into the same one."""
    first, *others = rounds(row.wish for row in rows)
    planned = {id(row.wish): row.planned for row in rows}
    result = run_planned(
        rows=[planned[id(wish)] for wish in first],
        actor=actor,
        source=BatchSource.FILL_IN,
        file_name=upload.original_name,
        file_sha256=upload.sha256,
    )
    number, left = len(result.changed), []
    for portion in others:
        rows = plan_batch(wishes=_brought_up_to_date(portion), actor=actor, today=today)
        changed = {row.task: row.entries for row in rows if row.entries}
        write_entries(result.batch, changed)
        number += len(changed)
        left += [row for row in rows if not row.entries]
    return Accepted(result.batch, number, left)


def _brought_up_to_date(wishes: list[Wish]) -> list[Wish]:
    """Return the wishes on their tasks as another row of the same workbook has left them."""
    ids = [wish.task_id for wish in wishes]
    tasks = {task.pk: task for task in Task.objects.select_for_update(of=("self",)).filter(pk__in=ids)}
    return [
        replace(
            wish,
            version=tasks[wish.task_id].version,
            status=None if wish.status == tasks[wish.task_id].status else wish.status,
        )
        for wish in wishes
    ]


def _entries_after(last_entry: int, review: Review) -> list[TaskLog]:
    """Return what was recorded of the workbook's tasks behind an entry of the log, oldest first."""
    tasks = {row.task.pk for row in review.rows if row.task is not None}
    entries = TaskLog.objects.filter(pk__gt=last_entry, task__in=tasks).select_related("actor", "department", "task")
    return list(entries.order_by("pk"))
