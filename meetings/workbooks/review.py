"""The rows of a workbook beside the register: what changes, what is stale, what is wrong, and who is to decide.

What a row would do is asked of `actions.plan_batch`, so the rules are the verbs' own. A workbook says no more than
its department may: it cannot close a task, whoever hands it in.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.errors import Refused
from meetings.exports.workbook import clean_text
from meetings.models import LONGEST_TEXT, Account, Department, EntryKind, FillInUpload, Status, Task, TaskLog
from meetings.models.log import standing
from meetings.tasks.services.batch import MOST_ROWS, PlannedRow, Wish, plan_batch

from .export import statuses_open_to, takers_of_department
from .format import OPEN_COLUMNS, FillInColumn, moment
from .json_codec import workbook_from
from .messages import column_name, locked_sentence, notice_sentence, refusal_sentence
from .parser import Notice, ReadRow, Written
from .values import read_day, read_status

FILE, REGISTER = "file", "register"

# What others record without writing over anything that a department says.
_BESIDE = frozenset({EntryKind.COMMENT, EntryKind.EVIDENCE, EntryKind.REMINDER, EntryKind.INSTRUCTION})


class RowState(StrEnum):
    """What becomes of a row."""

    UNCHANGED = "unchanged"
    CHANGES = "changes"
    # The task was changed here since the workbook was written; somebody has to choose.
    STALE = "stale"
    WRONG = "wrong"
    # The very same is in the register already.
    KNOWN = "known"
    # Whatever it says, it cannot be taken over.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said about a place of the workbook: where, in which column, what stands there, one sentence."""

    sheet: str
    place: str
    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that changes something: what holds now, and what will; ``note``: how it was read, if not as typed."""

    reference: str
    column: str
    old: str
    new: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One row of the workbook beside its task. ``place`` is its position in the upload's content, from 0.

    ``since`` are the entries recorded after the workbook was written, oldest first. ``is_harmless``: none of them is
    about what the row says, so the file's is chosen unless somebody chooses otherwise. ``planned`` is what the verbs
    would make of the ``wish``.
    """

    place: int
    read: ReadRow
    state: RowState
    task: Task | None = None
    department: Department | None = None
    wish: Wish | None = None
    planned: PlannedRow | None = None
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    since: tuple[TaskLog, ...] = ()
    is_harmless: bool = False
    choice: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether accepting would write it."""
        return self.state is RowState.CHANGES or (self.state is RowState.STALE and self.choice == FILE)

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to choose before it can be taken or left."""
        return self.state is RowState.STALE and not self.choice


@dataclass(frozen=True, slots=True)
class Review:
    """A whole workbook beside the register: the rows, and what is said of the rest."""

    rows: tuple[ReviewedRow, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, *states: RowState) -> list[ReviewedRow]:
        """Return the rows in one of ``states``."""
        return [row for row in self.rows if row.state in states]

    @property
    def taken(self) -> list[ReviewedRow]:
        """The rows that accepting would write."""
        return [row for row in self.rows if row.is_taken]

    @property
    def left_out(self) -> list[ReviewedRow]:
        """The rows that say something which accepting would not write, and nobody has chosen so."""
        return [row for row in self.rows if row.is_undecided or row.state in (RowState.WRONG, RowState.REFUSED)]


def review_of(upload: FillInUpload, account: Account, today: datetime.date) -> Review:
    """Compare what was handed in with the register as it stands ``today`` (Asia/Shanghai), for ``account``.

    Writes nothing. A dozen queries, however many rows there are; five more for each further department that has a row
    about the same task.
    """
    read = workbook_from(upload.content)
    handed_in_on = min(timezone.localdate(upload.uploaded_at), today)
    comparison = _Comparison(read.rows, account, today, handed_in_on)
    rows = [comparison.reviewed(place, row) for place, row in enumerate(read.rows)]
    rows = _decided(_planned(rows, account, today), upload.decisions)
    locked = [finding for row in rows for finding in _locked(row)]
    said = [_noticed(notice) for notice in read.notices if notice.sheet]
    notes = [notice_sentence(notice) for notice in read.notices if not notice.sheet]
    return Review(tuple(rows), (*locked, *said), tuple(notes))


def rounds(wishes: Iterable[Wish]) -> list[list[Wish]]:
    """Return the wishes in portions as a batch takes them: few enough, and each task once.

    A workbook with the sheets of several departments may have several rows about one task.
    """
    portions: list[dict[int, Wish]] = []
    for wish in wishes:
        for portion in portions:
            if wish.task_id not in portion and len(portion) < MOST_ROWS:
                portion[wish.task_id] = wish
                break
        else:
            portions.append({wish.task_id: wish})
    return [list(portion.values()) for portion in portions]


# --- one row --------------------------------------------------------------------------------------


class _Comparison:
    """The register's side of a comparison, loaded once for all rows."""

    def __init__(
        self, rows: Iterable[ReadRow], account: Account, today: datetime.date, handed_in_on: datetime.date
    ) -> None:
        rows = list(rows)
        self.account, self.today, self.handed_in_on = account, today, handed_in_on
        ids = {row.key.task_id for row in rows}
        first = TaskLog.objects.filter(task=OuterRef("pk"), sequence=1).values("recorded_at")[:1]
        tasks = permissions.readable_tasks(account, today).filter(pk__in=ids).with_last_report().for_listing()
        self.tasks = {task.pk: task for task in tasks.annotate(entered_at=Subquery(first))}
        self.departments = {department.pk: department for department in Department.objects.all()}
        self.since = self._entries_since(rows)

    def _entries_since(self, rows: list[ReadRow]) -> dict[int, list[TaskLog]]:
        """Return what was recorded of the tasks that are of another version than in the workbook. One query."""
        versions: dict[int, int] = {}
        for row in rows:
            task = self.tasks.get(row.key.task_id)
            if task is not None and task.version != row.key.version:
                versions[task.pk] = min(row.key.version, versions.get(task.pk, row.key.version))
        if not versions:
            return {}
        lowest = min(versions.values())
        entries: dict[int, list[TaskLog]] = {}
        for entry in TaskLog.objects.filter(task__in=versions).recorded_after(lowest):
            entries.setdefault(entry.task_id, []).append(entry)
        return entries

    def reviewed(self, place: int, read: ReadRow) -> ReviewedRow:
        """Return the row as far as it can be told without asking the verbs."""
        task = self.tasks.get(read.key.task_id)
        row = ReviewedRow(place, read, RowState.UNCHANGED, task, self._department(read.key.department_id))
        if not read.written:
            return row
        if sentence := self._refusal(row):
            return replace(row, state=RowState.REFUSED, findings=(_finding(row, None, sentence),))
        row = self._with_wish(row)
        row = replace(row, since=self._since(row))
        if row.state is RowState.WRONG or not row.since:
            return row
        entries = standing(row.since)
        if any(_says_the_same(entry, row) for entry in entries):
            return replace(row, state=RowState.KNOWN)
        is_harmless = all(_is_beside(entry, row.department) for entry in entries)
        return replace(row, state=RowState.STALE, is_harmless=is_harmless)

    def _department(self, pk: int) -> Department | None:
        """Return the department of a key, or the one it was merged into since."""
        department = self.departments.get(pk)
        while department is not None and department.merged_into_id:
            department = self.departments.get(department.merged_into_id)
        return department

    def _since(self, row: ReviewedRow) -> tuple[TaskLog, ...]:
        entries = self.since.get(row.read.key.task_id, [])
        return tuple(entry for entry in entries if entry.sequence > row.read.key.version)

    def _refusal(self, row: ReviewedRow) -> str:
        """Say why nothing of the row can be taken over; empty: it can."""
        if row.read.refusal is not None:
            return refusal_sentence(row.read.refusal)
        if row.task is None or moment(row.task.entered_at) != row.read.key.entered:
            return _("This task is not in the register any more; it may have been joined into another one.")
        if row.department is None or not takers_of_department(row.task, row.department.pk):
            return _("This task is not this department's any more.")
        if not permissions.is_secretariat(self.account) and row.department.pk not in self.account.department_ids:
            return _("Your account does not report for %(department)s.") % {"department": row.department}
        if row.read.key.version > row.task.version:
            return _("This workbook knows more of the task than the register does. Ask for a new one.")
        return ""

    def _with_wish(self, row: ReviewedRow) -> ReviewedRow:
        """Read what was typed: the wish and what differs, or what is wrong with it."""
        written, task, department = row.read.written, row.task, row.department
        findings: list[Finding] = [
            _finding(row, column, _("This cell is merged with others. Part them, and write in each row."))
            for column, cell in written.items()
            if cell.is_merged
        ]
        status, wrong_status = self._status(row)
        day, wrong_day = self._day(row)
        findings += [*wrong_status, *wrong_day]
        note = _note(row.read)
        if len(note) > LONGEST_TEXT:
            told = FillInColumn.PROGRESS if FillInColumn.PROGRESS in written else FillInColumn.REASON
            sentence = _("Progress and reason have more than %(most)d characters together. Shorten them.")
            findings.append(_finding(row, told, sentence % {"most": LONGEST_TEXT}))
        if not note and status is None and not findings:
            if FillInColumn.DAY not in written:
                # The present status, chosen once more: nothing is to change.
                return row
            sentence = _("A day alone says nothing. Write the progress too, or empty the cell.")
            findings.append(_finding(row, FillInColumn.DAY, sentence))
        if findings:
            return replace(row, state=RowState.WRONG, findings=tuple(findings))
        wish = Wish(
            task_id=task.pk,
            version=task.version,
            effective_on=day,
            note=note,
            status=status,
            department=department,
        )
        return replace(row, state=RowState.CHANGES, wish=wish, differences=tuple(self._differences(row, wish)))

    def _status(self, row: ReviewedRow) -> tuple[str | None, list[Finding]]:
        """Return the status asked for, none where it stays; and what is wrong with it."""
        cell = row.read.written.get(FillInColumn.NEW_STATUS)
        if cell is None or cell.is_merged:
            return None, []
        status = read_status(cell.text)
        offered = statuses_open_to(row.task, row.department.pk, row.task.day_status)
        if status is None:
            sentence = _("No status is called so. Choose one of: %(statuses)s.")
        elif status not in offered:
            sentence = _("The department cannot make it that. Choose one of: %(statuses)s.")
        else:
            return (None if status == row.task.day_status else status.value), []
        # Translators: what stands between the items of a list.
        statuses = _(", ").join(str(found.label) for found in offered)
        return None, [_finding(row, FillInColumn.NEW_STATUS, sentence % {"statuses": statuses})]

    def _day(self, row: ReviewedRow) -> tuple[datetime.date, list[Finding]]:
        """Return the day the entry is to count from, the day of handing in where none is said; and what is wrong."""
        cell = row.read.written.get(FillInColumn.DAY)
        if cell is None or cell.is_merged:
            return self.handed_in_on, []
        day = read_day(cell, self.today)
        if day is None:
            sentence = _("This is no day. Write it as 2024-05-31.")
            return self.handed_in_on, [_finding(row, FillInColumn.DAY, sentence)]
        return day, []

    def _differences(self, row: ReviewedRow, wish: Wish) -> Iterator[Difference]:
        """Yield what changes, cell by cell."""
        written, task = row.read.written, row.task
        for column in OPEN_COLUMNS:
            cell = written.get(column)
            old, new, note = "", clean_text(cell.text).strip() if cell else "", ""
            match column:
                case FillInColumn.PROGRESS:
                    old = task.last_report_note or ""
                case FillInColumn.NEW_STATUS:
                    old, new = Status(task.day_status).label, Status(wish.status).label if wish.status else ""
                case FillInColumn.DAY:
                    new, note = date_format(wish.effective_on, "DATE_FORMAT"), self._how_read(cell)
            if new:
                yield Difference(cell.reference if cell else "", column_name(column), str(old), str(new), note)

    def _how_read(self, cell: Written | None) -> str:
        """Say how a day was understood that is not simply a date in its cell."""
        if cell is None:
            return _("No day is written, so it is the day of handing in.")
        return "" if cell.day else _("Written as “%(text)s”.") % {"text": cell.text.strip()}


def _note(read: ReadRow) -> str:
    """Return what goes into the log: the progress, the reason, or both; in Chinese, as the log is."""
    progress, reason = (
        clean_text(read.written[column].text).strip() if column in read.written else ""
        for column in (FillInColumn.PROGRESS, FillInColumn.REASON)
    )
    if not progress or not reason:
        return progress or reason
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(progress)s\nReason: %(reason)s") % {"progress": progress, "reason": reason}


def _says_the_same(entry: TaskLog, row: ReviewedRow) -> bool:
    """Whether an entry is what the row would write: the workbook was accepted already, perhaps saved anew since."""
    day_is_said = FillInColumn.DAY in row.read.written
    return (
        entry.note == row.wish.note
        and entry.department_id == row.department.pk
        and (entry.effective_on == row.wish.effective_on or not day_is_said)
        and row.wish.status in (None, entry.changes.get("status", {}).get("new"))
    )


def _is_beside(entry: TaskLog, department: Department) -> bool:
    """Whether an entry leaves alone what the department says: another one's progress, a comment, a file."""
    if entry.kind in _BESIDE:
        return True
    of_another = entry.department_id is not None and entry.department_id != department.pk
    starts = {"status": {"old": Status.NOT_STARTED, "new": Status.IN_PROGRESS}}
    return entry.kind == EntryKind.PROGRESS and of_another and entry.changes in ({}, starts)


# --- all rows -------------------------------------------------------------------------------------


def _planned(rows: list[ReviewedRow], account: Account, today: datetime.date) -> list[ReviewedRow]:
    """Ask the verbs whether they would do what the rows wish; five queries a portion."""
    plans: dict[int, PlannedRow] = {}
    for portion in rounds(row.wish for row in rows if row.wish is not None and row.state is not RowState.KNOWN):
        plans |= {id(planned.wish): planned for planned in plan_batch(wishes=portion, actor=account, today=today)}
    return [_with_plan(row, plans[id(row.wish)]) if id(row.wish) in plans else row for row in rows]


def _with_plan(row: ReviewedRow, planned: PlannedRow) -> ReviewedRow:
    if planned.refusal is None:
        return replace(row, planned=planned)
    return replace(row, state=RowState.WRONG, findings=(_refused(row, planned.refusal),))


def _decided(rows: list[ReviewedRow], decisions: Mapping[str, str]) -> list[ReviewedRow]:
    return [
        replace(row, choice=decisions.get(str(row.place), FILE if row.is_harmless else ""))
        if row.state is RowState.STALE
        else row
        for row in rows
    ]


def _refused(row: ReviewedRow, refusal: Refused) -> Finding:
    """Return a verb's refusal as a finding about the cell it is about."""
    columns = {
        "status": FillInColumn.NEW_STATUS,
        "effective_on": FillInColumn.DAY,
        "note": FillInColumn.PROGRESS,
    }
    return _finding(row, columns.get(refusal.field or ""), refusal.sentence)


def _finding(row: ReviewedRow, column: FillInColumn | None, sentence: str) -> Finding:
    cell = row.read.written.get(column) if column else None
    place = cell.reference if cell else str(row.read.row)
    # Of a row as a whole all that was typed is shown, for it may have to be typed again.
    typed = cell.text if cell else "；".join(text for _column, text in row.read.said)
    return Finding(row.read.sheet, place, column_name(column), typed, sentence)


def _locked(row: ReviewedRow) -> Iterator[Finding]:
    # Of a row that is refused as a whole that is said already.
    if row.state is not RowState.REFUSED:
        for column, cell in row.read.changed.items():
            yield Finding(row.read.sheet, cell.reference, column_name(column), cell.text, locked_sentence())


def _noticed(notice: Notice) -> Finding:
    return Finding(notice.sheet, notice.place, column_name(notice.column), notice.value, notice_sentence(notice))
