"""Services on uploaded workbooks: saved, decided on, accepted as one batch each.

Every service is keyword-only and atomic, locks the upload, and refuses with a ServiceError.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from meetings.core.converter import converter
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.faults import FaultError, faults_in_words
from meetings.locking import build_version_token, check_version
from meetings.minutes.draft_services import display_name, hash_content
from meetings.models import (
    Account,
    Batch,
    BatchSource,
    Department,
    Task,
    TaskLog,
    WorkbookHandout,
    WorkbookState,
    WorkbookUpload,
)
from meetings.storage.files import atomic_with_files
from meetings.tasks.services.acknowledgements import record_acknowledgements
from meetings.tasks.services.batch import run_planned_batch
from meetings.tasks.services.batch_plan import PlannedRow
from meetings.tasks.services.evidence import store_files
from meetings.workbooks.review import review_upload, sort_by_day
from meetings.workbooks.reviewed_rows import FILE, REGISTER, ReviewedRow, WorkbookReview

from .comments_and_pictures import TAKE, notices_at_open_cells
from .corrections import Corrections, correction_keys
from .parser import ParsedWorkbook

logger = logging.getLogger(__name__)


class AlreadyDecidedError(InvalidTransitionError):
    """Raised where the same file was accepted before, or this upload is decided."""


# --- handing in -----------------------------------------------------------------------------------


def find_same_upload(account: Account, content: bytes) -> WorkbookUpload | None:
    """Return the upload of the same file, accepted or waiting for ``account``."""
    same = WorkbookUpload.objects.filter(sha256=hash_content(content))
    return same.in_force().first() or same.waiting().filter(uploaded_by=account).first()


@atomic_with_files()
def create_upload(*, parsed: ParsedWorkbook, content: bytes, name: str, account: Account) -> WorkbookUpload:
    """Keep the file (its bytes, and ``name`` for showing) and what was read from it."""
    upload = WorkbookUpload(
        sha256=hash_content(content),
        size=len(content),
        original_name=display_name(name) or _("Fill-in workbook"),
        uploaded_by=account,
        content=converter.unstructure(parsed),
    )
    upload.file.save("", ContentFile(content))
    return upload


def record_handouts(departments: Iterable[Department], account: Account) -> None:
    """Record that the workbooks of ``departments`` were handed out to ``account``."""
    try:
        with faults_in_words():
            WorkbookHandout.objects.bulk_create(
                WorkbookHandout(department=department, handed_out_to=account) for department in departments
            )
    except FaultError as fault:
        # The workbook is there to be filled in; nobody is told that it went out.
        logger.warning("That account %s got workbooks is not recorded: %s", account.pk, fault)


def find_rivals(upload: WorkbookUpload) -> list[WorkbookUpload]:
    """Return the other waiting workbooks about a department of this one, oldest first."""
    departments = _departments(upload)
    others = WorkbookUpload.objects.waiting().exclude(pk=upload.pk).select_related("uploaded_by")
    return [other for other in others.order_by("uploaded_at", "pk") if departments & _departments(other)]


def _departments(upload: WorkbookUpload) -> set[int]:
    # As `RowKey` is stored: making rows of all of them takes far longer.
    return {row["key"][2] for row in upload.content["rows"]}


# --- deciding -------------------------------------------------------------------------------------


def _lock_upload(upload_id: int) -> WorkbookUpload:
    """Return the upload, locked; raises AlreadyDecidedError where it is decided."""
    upload = WorkbookUpload.objects.select_for_update().get(pk=upload_id)
    if not upload.is_pending:
        raise AlreadyDecidedError(_("This workbook is not waiting any more. Nothing was done again."))
    return upload


@transaction.atomic
def decide_rows(*, upload_id: int, places: list[int], choice: str) -> None:
    """Choose the file's or the register's values for the rows at ``places``.

    Raises InvalidInputError for another choice or a row that is not there.
    """
    upload = _lock_upload(upload_id)
    if choice not in (FILE, REGISTER):
        raise InvalidInputError(_("Choose what the file says, or what the register says."))
    _require_rows(upload, places)
    upload.decisions |= {str(place): choice for place in places}
    upload.save(update_fields=["decisions"])


@transaction.atomic
def correct_row(*, upload_id: int, place: int, texts: Corrections | None) -> None:
    """Correct the open cells of a row to ``texts``; with None they are as in the file.

    Raises InvalidInputError for a row that is not there.
    """
    upload = _lock_upload(upload_id)
    _require_rows(upload, [place])
    keys = correction_keys(place)
    for key in keys.values():
        upload.decisions.pop(key, None)
    if texts is not None:
        upload.decisions |= {keys[column]: text for column, text in texts.items()}
    upload.save(update_fields=["decisions"])


def _require_rows(upload: WorkbookUpload, places: list[int]) -> None:
    number = len(upload.content["rows"])
    if not places or not all(0 <= place < number for place in places):
        raise InvalidInputError(_("This row is not in the workbook. Open the page again."))


@transaction.atomic
def decide_offer(*, upload_id: int, key: str, is_taken: bool) -> None:
    """Take over a comment or a picture at an open cell with its row, or leave it.

    Raises InvalidInputError for one that is not there.
    """
    upload = _lock_upload(upload_id)
    if key not in notices_at_open_cells(converter.structure(upload.content, ParsedWorkbook)):
        raise InvalidInputError(_("This is not in the workbook. Open the page again."))
    upload.decisions.pop(key, None)
    if is_taken:
        upload.decisions[key] = TAKE
    upload.save(update_fields=["decisions"])


@transaction.atomic
def set_aside(*, upload_id: int) -> None:
    """Decide that nothing of a workbook is taken over; the file stays."""
    upload = _lock_upload(upload_id)
    upload.state = WorkbookState.SET_ASIDE
    upload.save(update_fields=["state"])


# --- accepting ------------------------------------------------------------------------------------


def last_entry_id() -> int:
    """Return the id of the log's last entry, to be read before a page is made."""
    return TaskLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def review_version_token(review: WorkbookReview) -> str:
    """Return the token of all that accepting would do."""
    taken = [offer.key for _row, offer in review.offers if offer.is_taken]
    return build_version_token([(row.place, row.state.value, row.choice, row.change) for row in review.rows], taken)


@atomic_with_files()
def accept_upload(
    *,
    upload_id: int,
    actor: Account,
    version_token: str,
    seen_entry_id: int,
    leave_out: bool,
) -> tuple[Batch, int]:
    """Write the changes as one batch, wrong rows left out; return it and their number.

    ``version_token`` is `review_version_token` of the page the person looked at and ``seen_entry_id`` the
    `last_entry_id` before it was made; ``leave_out`` that they know of the rows left out. Raises AlreadyDecidedError
    (of two people who accept at once, the second is told), ConflictError where the page is no longer true, and
    InvalidInputError. Whatever is raised, nothing has been written.
    """
    upload = _lock_upload(upload_id)
    _lock_tasks(upload)
    before = WorkbookUpload.objects.filter(sha256=upload.sha256).in_force().select_related("batch__made_by").first()
    if before is not None:
        raise AlreadyDecidedError(already_accepted_message(before))
    review = review_upload(upload, actor)
    check_version(
        version_token,
        review_version_token(review),
        newer_entries=lambda: _entries_after(seen_entry_id, review),
        message=_("The register has changed since you opened this page. Nothing was accepted; look at it again."),
    )
    if not review.accepted:
        raise InvalidInputError(_("This workbook changes nothing, so there is nothing to accept."))
    if review.unaccepted and not leave_out:
        number = len(review.unaccepted)
        raise InvalidInputError(
            ngettext(
                "%(number)d row would be left out. Tick that this is meant.",
                "%(number)d rows would be left out. Tick that this is meant.",
                number,
            )
            % {"number": number},
            field="leave_out",
        )
    upload.state, upload.batch = WorkbookState.ACCEPTED, _write_batch(upload, review.accepted, actor)
    upload.save(update_fields=["state", "batch"])
    for row in review.accepted:
        if row.evidence is not None:
            store_files(*row.evidence)
    _record_acknowledgements(review, actor)
    return upload.batch, len(review.accepted)


def _record_acknowledgements(review: WorkbookReview, actor: Account) -> None:
    """Let each department that sent something back have taken over what its sheet has."""
    returned = {row.department.pk for row in review.accepted if row.department is not None}
    meetings: dict[int, set[int]] = {department: set() for department in returned}
    for row in review.rows:
        if row.task is not None and row.department is not None and row.department.pk in returned:
            meetings[row.department.pk].add(row.task.suggestion.meeting_id)
    for department, of_department in meetings.items():
        record_acknowledgements(of_department, [department], actor=actor)


def already_accepted_message(upload: WorkbookUpload) -> str:
    """Say that this very file is in the register: since when, and by whom."""
    assert upload.batch is not None  # what was accepted has a batch
    return _("This very file was accepted by %(who)s on %(day)s. Nothing was entered a second time.") % {
        "who": upload.batch.made_by,
        "day": date_format(timezone.localdate(upload.batch.made_at), "DATE_FORMAT"),
    }


def _lock_tasks(upload: WorkbookUpload) -> None:
    """Lock a workbook's tasks until the transaction ends, so that plans stay valid."""
    rows = converter.structure(upload.content, ParsedWorkbook).rows
    held = Task.objects.select_for_update(of=("self",)).filter(pk__in={row.key.task_id for row in rows})
    list(held.order_by("pk").values_list("pk"))


def _write_batch(upload: WorkbookUpload, rows: list[ReviewedRow], actor: Account) -> Batch:
    """Write the rows' planned entries as a batch, those of one task one after another."""
    of_tasks: dict[int, PlannedRow] = {}
    for row in sort_by_day(rows):
        planned = row.planned_row
        assert planned is not None  # what is accepted has been planned
        before = of_tasks.get(planned.task.pk)
        entries = (*before.entries, *planned.entries) if before else planned.entries
        of_tasks[planned.task.pk] = replace(before or planned, entries=entries)
    return run_planned_batch(
        rows=list(of_tasks.values()),
        actor=actor,
        source=BatchSource.WORKBOOK,
        file_name=upload.original_name,
        file_sha256=upload.sha256,
    ).batch


def _entries_after(entry_id: int, review: WorkbookReview) -> list[TaskLog]:
    """Return the entries of the workbook's tasks after an id, oldest first."""
    tasks = {row.task.pk for row in review.rows if row.task is not None}
    entries = TaskLog.objects.filter(pk__gt=entry_id, task__in=tasks).select_related("actor", "department", "task")
    return list(entries.order_by("pk"))
