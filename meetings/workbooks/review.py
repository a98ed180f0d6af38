"""Comparison of a workbook's rows with the register: changes, conflicts, errors.

What a row would do is asked of `plan_batch`, so the rules are the services' own. A workbook may change no more than
its department may: it cannot close a task, whoever hands it in.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.converter import converter
from meetings.display.fields import format_value, join_items
from meetings.exports.workbook import clean_text
from meetings.minutes.documents.model import CellDefect
from meetings.models import MAX_TEXT_LENGTH, Account, Department, EntryKind, Status, Task, TaskLog, WorkbookUpload
from meetings.models.log import CLAIMED, exclude_undone
from meetings.tasks.services.batch import MAX_ROWS, plan_batch
from meetings.tasks.services.batch_plan import TaskChange
from meetings.workbooks.department_tasks import allowed_statuses, roles_of_department
from meetings.workbooks.reviewed_rows import FILE, Difference, Finding, ReviewedRow, RowState, WorkbookReview

from .comments_and_pictures import find_offers, plan_offers
from .corrections import Corrections, correct_cells, read_corrections
from .format import OPEN_COLUMNS, WorkbookColumn, names_moment
from .messages import Notice, column_name
from .parser import ParsedWorkbook, WorkbookRow
from .values import parse_day, parse_status, tells_no_progress, tells_nothing

# What others record without writing over anything that a department says.
_UNRELATED_KINDS = frozenset({EntryKind.COMMENT, EntryKind.EVIDENCE, EntryKind.REMINDER, EntryKind.INSTRUCTION})

_DEFECTS = {
    CellDefect.ERROR: gettext_lazy("This is the error of a formula. Write the text itself."),
    CellDefect.BOOLEAN: gettext_lazy("This is a value of logic, and no text. Write the text itself."),
    CellDefect.FORMULA: gettext_lazy("This is a formula without its result. Write the text itself."),
    CellDefect.PICTURE: gettext_lazy(
        "There is a picture in this cell, and no text. Write the text itself, and add the picture as evidence on the "
        "page of the task."
    ),
}
# Of a comment or a picture that is not offered, though its cell is open.
_IS_WAITING = gettext_lazy("This is offered once its row is corrected here, or the file is chosen for it.")
_IS_RECORDED = gettext_lazy("The register has this already.")


def review_upload(upload: WorkbookUpload, account: Account) -> WorkbookReview:
    """Compare an upload with the register of today for ``account``.

    Writes nothing. A dozen queries, however many rows there are; five more for each further department that has a row
    about the same task.
    """
    workbook = converter.structure(upload.content, ParsedWorkbook)
    comparison = _Comparison(workbook.rows, account, timezone.localdate(upload.uploaded_at))
    rows = [
        comparison.review_row(place, row, read_corrections(upload.decisions, place))
        for place, row in enumerate(workbook.rows)
    ]
    for row in rows:
        if row.state is RowState.CONFLICT:
            row.choice = upload.decisions.get(str(row.place), FILE if row.is_harmless else "")
    _plan_rows(rows, account)
    offers = find_offers(upload, workbook)
    not_offered: dict[Notice, str] = {}
    for row in rows:
        if row.place in offers and not comparison.rejection_message(row):
            new = plan_offers(row, offers[row.place], comparison.entries_since(row), account, comparison.handed_in_on)
            not_offered |= {
                offer.notice: str(_IS_WAITING if offer in new else _IS_RECORDED) for offer in offers[row.place]
            }
    offered = {offer.notice for row in rows for offer in row.offers}
    message = _("This cell is locked and was changed. The change is not taken over.")
    locked = [
        Finding(row.parsed.sheet, cell.reference, column_name(column), cell.text, message)
        for row in rows
        # Of a row that is refused as a whole that is said already.
        if row.state is not RowState.REFUSED
        for column, cell in row.parsed.changed.items()
    ]
    message = _("This tells of nothing new, so it is not recorded. If nothing was done, write why.")
    fillers = [
        Finding(row.parsed.sheet, cell.reference, column_name(column), cell.text, message)
        for row in rows
        for column, cell in row.fillers.items()
    ]
    general = [
        Finding(
            notice.sheet,
            notice.place,
            column_name(notice.column),
            notice.value,
            not_offered.get(notice, notice.message),
        )
        for notice in workbook.notices
        if notice.sheet and notice not in offered
    ]
    notes = [notice.message for notice in workbook.notices if not notice.sheet]
    return WorkbookReview(tuple(rows), (*locked, *fillers, *general), tuple(notes))


def partition_changes(changes: Iterable[TaskChange]) -> list[list[TaskChange]]:
    """Split the changes into portions for batches: few enough, and each task once.

    A workbook with the sheets of several departments may have several rows about one task.
    """
    portions: list[dict[int, TaskChange]] = []
    for change in changes:
        for portion in portions:
            if change.task_id not in portion and len(portion) < MAX_ROWS:
                portion[change.task_id] = change
                break
        else:
            portions.append({change.task_id: change})
    return [list(portion.values()) for portion in portions]


def sort_by_day(rows: Iterable[ReviewedRow]) -> list[ReviewedRow]:
    """Return the rows in the order of their days, without one as in the workbook."""
    return sorted(rows, key=lambda row: row.change.effective_on if row.change else datetime.date.max)


# --- one row --------------------------------------------------------------------------------------


class _Comparison:
    """The register's side of a comparison, loaded once for all rows."""

    def __init__(self, rows: Sequence[WorkbookRow], account: Account, uploaded_on: datetime.date) -> None:
        self.account, self.today = account, timezone.localdate()
        self.handed_in_on = min(uploaded_on, self.today)
        ids = {row.key.task_id for row in rows}
        tasks = permissions.readable_tasks(account, self.today).filter(pk__in=ids).for_listing()
        tasks = tasks.with_department_reports(self.today).with_entered_at()
        self.tasks = {task.pk: task for task in tasks}
        self.departments = {department.pk: department for department in Department.objects.all()}
        self.later_entries = self._load_later_entries(rows)

    def _load_later_entries(self, rows: Sequence[WorkbookRow]) -> dict[int, list[TaskLog]]:
        """Return the entries of tasks with another version than the workbook. One query."""
        entries: dict[int, list[TaskLog]] = {}
        keys = [row.key for row in rows]
        stale = [key for key in keys if (task := self.tasks.get(key.task_id)) and task.version != key.version]
        if stale:
            of_tasks = TaskLog.objects.filter(task__in={key.task_id for key in stale})
            for entry in of_tasks.recorded_after(min(key.version for key in stale)):
                entries.setdefault(entry.task_id, []).append(entry)
        return entries

    def review_row(self, place: int, parsed: WorkbookRow, corrections: Corrections) -> ReviewedRow:
        """Review a row as far as possible without the services."""
        task, department = self.tasks.get(parsed.key.task_id), self._department(parsed.key.department_id)
        filed_cells, parsed = parsed.open_cells, correct_cells(parsed, corrections)
        row = ReviewedRow(place, parsed, task, department)
        row.corrected = {
            column: filed_cells[column].text if column in filed_cells else ""
            for column in OPEN_COLUMNS
            if filed_cells.get(column) != parsed.open_cells.get(column)
        }
        if not parsed.open_cells:
            return row
        message = self.rejection_message(row)
        if message or task is None or department is None:
            row.reject(message, state=RowState.REFUSED)
            return row
        self._read_change(row, task, department)
        row.later_entries = self.entries_since(row)
        if row.change is None or not row.later_entries:
            return row
        standing = exclude_undone(row.later_entries)
        if _is_recorded(row, row.change, standing):
            row.state = RowState.RECORDED
        else:
            row.state = RowState.CONFLICT
            row.is_harmless = all(_is_unrelated_entry(entry, department) for entry in standing)
        return row

    def entries_since(self, row: ReviewedRow) -> list[TaskLog]:
        """Return what was recorded about the row's task since the workbook was written."""
        entries = self.later_entries.get(row.parsed.key.task_id, [])
        return [entry for entry in entries if entry.sequence > row.parsed.key.version]

    def _department(self, pk: int) -> Department | None:
        """Return the department of a key, or the one it was merged into since."""
        department = self.departments.get(pk)
        while department is not None and department.merged_into_id:
            department = self.departments.get(department.merged_into_id)
        return department

    def rejection_message(self, row: ReviewedRow) -> str:
        """Say why nothing of the row can be taken over; empty: it can."""
        if row.parsed.refusal is not None:
            return str(row.parsed.refusal.label)
        if row.task is None or not names_moment(row.parsed.key, row.task.entered_at):
            return _("This task is not in the register any more; it may have been joined into another one.")
        if row.department is None or not roles_of_department(row.task, row.department.pk):
            return _("This task is not this department's any more.")
        if not permissions.is_secretariat(self.account) and row.department.pk not in self.account.department_ids:
            return _("Your account does not report for %(department)s.") % {"department": row.department}
        if row.parsed.key.version > row.task.version:
            return _("This workbook knows more of the task than the register does. Ask for a new one.")
        return ""

    def _read_change(self, row: ReviewedRow, task: Task, department: Department) -> None:
        """Read the open cells into a change with its differences, or into findings."""
        row.fillers = {
            column: cell
            for column, cell in row.parsed.open_cells.items()
            if column in (WorkbookColumn.PROGRESS, WorkbookColumn.REASON)
            and not (cell.is_merged or cell.defect or cell.struck)
            and tells_nothing(cell.text)
        }
        data = {column: cell for column, cell in row.parsed.open_cells.items() if column not in row.fillers}
        row.parsed = replace(row.parsed, open_cells=data)
        row.statuses = allowed_statuses(task, department.pk, task.day_status)
        for column, cell in data.items():
            if cell.is_merged:
                row.reject(_("This cell is merged with others. Part them, and write in each row."), column)
            elif cell.defect is not None:
                row.reject(str(_DEFECTS[cell.defect]), column)
            elif cell.struck:
                message = _("“%(text)s” is struck through. Write what is to hold, without it or as plain text.")
                row.reject(message % {"text": cell.struck}, column)
        row.asked_status, day = self._parse_status(row, task), self._parse_day(row)
        status = None if row.asked_status == task.day_status else row.asked_status
        progress, reason = _words(row.parsed)
        note = _compose_note(progress, reason)
        if len(note) > MAX_TEXT_LENGTH:
            column = WorkbookColumn.PROGRESS if WorkbookColumn.PROGRESS in data else WorkbookColumn.REASON
            message = _("Progress and reason have more than %(most)d characters together. Shorten them.")
            row.reject(message % {"most": MAX_TEXT_LENGTH}, column)
        if status == Status.CLOSURE_REQUESTED and not note and not row.findings:
            message = _("Say why the task becomes “%(to)s”.") % {"to": Status(status).label}
            row.reject(message, WorkbookColumn.NEW_STATUS)
        if not note and status is None and not row.findings:
            if WorkbookColumn.DAY not in data:
                # The present status, chosen once more: nothing is to change.
                return
            row.reject(_("A day alone says nothing. Write the progress too, or empty the cell."), WorkbookColumn.DAY)
        if not row.findings:
            row.state = RowState.CHANGES
            row.change = TaskChange(
                task_id=task.pk,
                version=task.version,
                effective_on=day,
                note=note,
                status=status,
                # What is said to be not started is not; and why nothing was done is no progress.
                keeps_status=status is None
                and (not progress or row.asked_status == Status.NOT_STARTED or tells_no_progress(progress)),
                department=department,
            )
            if status == Status.CLOSURE_REQUESTED:
                closing = progress or (reason if task.day_status == Status.NOT_STARTED else "")
                row.change = replace(row.change, progress=closing, note=reason or progress)
            row.differences = list(_differences(row, task, row.change))

    def _parse_status(self, row: ReviewedRow, task: Task) -> str | None:
        """Return the status asked for, none where none is or it is rejected."""
        cell = row.parsed.open_cells.get(WorkbookColumn.NEW_STATUS)
        if cell is None or cell.is_merged or cell.defect:
            return None
        status = parse_status(cell.text)
        offered = row.statuses
        if status == Status.CLOSED and task.day_status != Status.CLOSED:
            # A department says that it is done; that it is closed is the secretariat's to say.
            status = Status.CLOSURE_REQUESTED
        if status in offered:
            return str(status)
        if status is None:
            message = _("No status is called so. Choose one of: %(statuses)s.")
        else:
            message = _("The department cannot make it that. Choose one of: %(statuses)s.")
        statuses = join_items(str(each.label) for each in offered)
        row.reject(message % {"statuses": statuses}, WorkbookColumn.NEW_STATUS)
        return None

    def _parse_day(self, row: ReviewedRow) -> datetime.date:
        """Return the effective day, by default that of handing in."""
        cell = row.parsed.open_cells.get(WorkbookColumn.DAY)
        if cell is None or cell.is_merged or cell.defect:
            return self.handed_in_on
        day = parse_day(cell, self.today)
        if day is None:
            row.reject(_("This is no day. Write it as 2024-05-31."), WorkbookColumn.DAY)
        return day or self.handed_in_on


def _differences(row: ReviewedRow, task: Task, change: TaskChange) -> Iterator[Difference]:
    """Yield what changes, cell by cell."""
    for column in OPEN_COLUMNS:
        cell = row.parsed.open_cells.get(column)
        old, new, note = "", clean_text(cell.text).strip() if cell else "", ""
        match column:
            case WorkbookColumn.PROGRESS:
                old = _find_last_note(task, row.department)
            case WorkbookColumn.NEW_STATUS:
                old, new = format_value("status", task.day_status), format_value("status", change.status)
                if cell and change.status is None:
                    old, new, note = "", old, _("It stays so.")
                elif cell and parse_status(cell.text) != change.status:
                    note = _("Written as “%(text)s”.") % {"text": cell.text.strip()}
            case WorkbookColumn.DAY:
                new = date_format(change.effective_on, "DATE_FORMAT")
                if cell is None:
                    note = _("No day is written, so it is the day of handing in.")
                elif cell.day is None:
                    note = _("Written as “%(text)s”.") % {"text": cell.text.strip()}
        if column in row.corrected:
            note = _("Corrected here. In the file: “%(text)s”.") % {"text": row.corrected[column]}
        if new:
            yield Difference(cell.reference if cell else "", column_name(column), old, new, note)


def _find_last_note(task: Task, department: Department | None) -> str:
    """Return what the department itself reported last."""
    own = (entry.note for entry in task.department_reports if department and entry.living_department == department)
    return next(own, "")


def _words(row: WorkbookRow) -> tuple[str, str]:
    """Return the progress and the reason that a row tells."""
    progress, reason = (
        clean_text(row.open_cells[column].text).strip() if column in row.open_cells else ""
        for column in (WorkbookColumn.PROGRESS, WorkbookColumn.REASON)
    )
    return progress, reason


def _compose_note(progress: str, reason: str) -> str:
    """Return an entry's note in Chinese: the progress, the reason, or both."""
    if not progress or not reason:
        return progress or reason
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(progress)s\nReason: %(reason)s") % {"progress": progress, "reason": reason}


def _is_recorded(row: ReviewedRow, change: TaskChange, standing: Sequence[TaskLog]) -> bool:
    """Return whether ``standing`` entries are what the row would write."""
    has_day = WorkbookColumn.DAY in row.parsed.open_cells
    same = [
        entry
        for entry in standing
        if entry.kind != EntryKind.COMMENT
        and entry.department == change.department
        and (entry.claimed_day == change.effective_on or not has_day)
    ]
    is_told = any(
        entry.note == change.note and change.status in (None, entry.changes.get("status", {}).get("new"))
        for entry in same
    )
    if is_told or change.status or row.asked_status != Status.CLOSURE_REQUESTED:
        return is_told
    # The request stands already: progress and reason are two entries.
    return {text for text in _words(row.parsed) if text} <= {entry.note for entry in same}


def _is_unrelated_entry(entry: TaskLog, department: Department) -> bool:
    """Return whether an entry is no progress of the department's own."""
    if entry.kind in _UNRELATED_KINDS:
        return True
    of_another = entry.department_id is not None and entry.department_id != department.pk
    starts = {"status": {"old": Status.NOT_STARTED, "new": Status.IN_PROGRESS}}
    changes = {name: change for name, change in entry.changes.items() if name != CLAIMED}
    return entry.kind in (EntryKind.PROGRESS, EntryKind.REVIEW) and of_another and changes in ({}, starts)


# --- all rows -------------------------------------------------------------------------------------


def _plan_rows(rows: list[ReviewedRow], account: Account) -> None:
    """Plan each row's change after those of earlier days. Six queries a portion."""
    changed = {id(row.change): row for row in sort_by_day(rows) if row.change and row.state is not RowState.RECORDED}
    columns = {
        "status": WorkbookColumn.NEW_STATUS,
        "effective_on": WorkbookColumn.DAY,
        "note": WorkbookColumn.PROGRESS,
    }
    for portion in partition_changes(row.change for row in changed.values() if row.change):
        before = [row.planned_row for row in changed.values() if row.planned_row and row.is_accepted]
        planned_rows = plan_batch(changes=portion, actor=account, after=before)
        for change, planned_row in zip(portion, planned_rows, strict=True):
            row, refusal = changed[id(change)], planned_row.refusal
            if refusal is None:
                row.planned_row = planned_row
            else:
                row.reject(refusal.message, columns.get(refusal.field or ""))
