"""A draft as values: facts, rows and open problems of one file.

What a person does to a row changes its problems by one rule: a problem is open until it is confirmed, or until the
column it is about is changed; what was entered is read again and may be doubtful anew.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import Deadline, DeadlineKind, DeadlineProblem, ProblemCode as DoubtCode, read_deadline
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import (
    ParsedFile,
    ParsedMeeting,
    ParsedMinutes,
    ParsedRow,
    ParsedTask,
    ScannedCell,
)
from meetings.models import Meeting, Suggestion

from .matching import NameMatches, match_names
from .row_edits import RowEdit

#: The problems that ask which of several names belongs to which of several tasks, and the column each is about.
SHARED_NAME_COLUMNS = {
    ProblemCode.DEPARTMENTS_OF_SEVERAL_TASKS: "departments",
    ProblemCode.LEADERS_OF_SEVERAL_TASKS: "leaders",
}
_UNDATED = Deadline("", DeadlineKind.UNDECIDED)
EMPTY_TASK = ParsedTask(None, "", (), (), _UNDATED)
EMPTY_ROW = ParsedRow(None, None, None, "", (EMPTY_TASK,), (), "")


@dataclass(frozen=True, slots=True)
class DraftRowData:
    """A row with open problems and source cells; ``pk`` is that of its `DraftRow`.

    ``scans`` are those of its cells that a scan leaves in doubt.

    A row that ``corrects`` one of the register, which was ``register_row`` when it was opened, has only the tasks that
    are to be added to it.
    """

    row: ParsedRow
    problems: tuple[ParserIssue, ...] = ()
    source: tuple[str, ...] = ()
    scans: tuple[ScannedCell, ...] = ()
    pk: int | None = None
    version: int = 1
    corrects: Suggestion | None = None
    register_row: ParsedRow | None = None

    def task_text(self, place: int) -> str:
        """Return a task's text; in a correction, only its own."""
        return self.row.task_text(place) if self.corrects is None else self.row.tasks[place].text


@dataclass(frozen=True)
class Draft:
    """A draft; ``problems`` are those of no single row, ``choices`` of `match_names`.

    ``is_manual``: there is no file, somebody has the paper at hand. Such a draft may be one of corrections to the
    meeting ``corrects``, whose facts were ``register_facts`` when it was opened.
    """

    facts: ParsedMeeting
    rows: tuple[DraftRowData, ...]
    problems: tuple[ParserIssue, ...]
    choices: dict[str, str]
    is_manual: bool = False
    corrects: Meeting | None = None
    register_facts: ParsedMeeting | None = None

    @cached_property
    def matches(self) -> NameMatches:
        """Whom the printed names mean; asks the register once."""
        return match_names(self.facts, [drafted.row for drafted in self.rows], self.choices)

    @property
    def open_count(self) -> int:
        """How many problems and questions wait for an answer."""
        return len(self.problems) + sum(len(row.problems) for row in self.rows) + len(self.matches.open())


def build_draft(read: ParsedFile) -> Draft:
    """Return the draft that a file gives by itself."""
    rows = tuple(
        DraftRowData(
            row,
            tuple(problem for problem in read.minutes.problems if problem.row == position),
            read.sources[position - 1] if position <= len(read.sources) else (),
            read.scans[position - 1] if position <= len(read.scans) else (),
        )
        for position, row in enumerate(read.minutes.rows, start=1)
    )
    whole = tuple(problem for problem in read.minutes.problems if problem.row is None)
    return Draft(_name_after_paper(read.minutes), rows, whole, {})


#: A sentence, an item or a document's number is no name, wherever it stands.
_NO_NAME = re.compile(
    r"[。；：:]|〔\d{4}〕|^(?:[(（][^)）]{1,3}[)）]|[\d一二三四五六七八九十]+[、.．])|^.{,4}$|^Sheet\s*\d*$"
)
_ANNEX = re.compile(r"^附[件表]\s*\d*\s*")


def _name_after_paper(minutes: ParsedMinutes) -> ParsedMeeting:
    """Return the meeting; where the paper names none, the title over its table."""
    found = [minutes.meeting.breakdown_title or "", *(table.title for table in minutes.tables if table.is_chosen)]
    names = (name for title in found if not _NO_NAME.search(name := _ANNEX.sub("", title)))
    return replace(minutes.meeting, title=minutes.meeting.title or next(names, None))


# --- problems after a change ----------------------------------------------------------------------


def apply_edit(before: DraftRowData, edit: RowEdit) -> DraftRowData:
    """Return the row as it was entered, with the problems that are open then."""
    renewed = {code for code, column in SHARED_NAME_COLUMNS.items() if column in edit.shared}
    row = edit.row
    remaining = [
        problem
        for problem in before.problems
        if problem.code not in renewed
        and (problem.column not in edit.changed or _is_about_unchanged_deadline(problem, before.row, row))
    ]
    for code, column in SHARED_NAME_COLUMNS.items():
        is_needed = code in renewed or (
            column in edit.changed and any(problem.code is code for problem in before.problems)
        )
        if is_needed and (problem := find_shared_names_issue(row, code)):
            remaining.append(problem)
    if "departments" in edit.changed and any(not task.departments for task in row.tasks):
        remaining.append(ParserIssue(None, "departments", "", ProblemCode.NO_DEPARTMENT))
    remaining.extend(issue_from_deadline_problem(doubt) for doubt in edit.deadline_problems)
    return replace(before, row=row, problems=unique_issues(remaining))


def _is_about_unchanged_deadline(problem: ParserIssue, before: ParsedRow, after: ParsedRow) -> bool:
    """Return whether the deadline or milestone of the problem stands as it stood."""
    if problem.deadline_problem is None:
        return False
    old = {deadline for task in before.tasks for deadline in (task.deadline, *task.milestones)}
    return any(
        problem.deadline_problem.value in deadline.text
        for task in after.tasks
        for deadline in (task.deadline, *task.milestones)
        if deadline in old
    )


def find_shared_names_issue(row: ParsedRow, code: ProblemCode) -> ParserIssue | None:
    """Return the problem ``code`` where several tasks of the row share their names."""
    column = SHARED_NAME_COLUMNS[code]
    names = [list_names(task, column) for task in row.tasks]
    if len(names) < 2 or len(names[0]) < 2 or any(own != names[0] for own in names):
        return None
    return ParserIssue(None, column, "、".join(names[0]), code, {"names": len(names[0]), "tasks": len(names)})


def list_names(task: ParsedTask, column: str) -> list[str]:
    """Return the names of a task's departments or leaders."""
    return list(task.leaders) if column == "leaders" else [department.name for department in task.departments]


def issue_from_deadline_problem(problem: DeadlineProblem) -> ParserIssue:
    """Return a doubt about a deadline as a problem of a row."""
    return ParserIssue(None, "deadline", problem.value, ProblemCode.DEADLINE, deadline_problem=problem)


def unique_issues(issues: Iterable[ParserIssue]) -> tuple[ParserIssue, ...]:
    """Return the issues, each once, in their order."""
    unique: list[ParserIssue] = []
    for issue in issues:
        if issue not in unique:
            unique.append(issue)
    return tuple(unique)


def keep_open_issues(row: ParsedRow, issues: Sequence[ParserIssue]) -> tuple[ParserIssue, ...]:
    """Return the issues without those about several tasks that the row lost."""
    remaining = []
    for issue in issues:
        if issue.code in SHARED_NAME_COLUMNS:
            if now := find_shared_names_issue(row, issue.code):
                remaining.append(now)
        elif not (
            issue.deadline_problem
            and issue.deadline_problem.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS
            and len(row.tasks) < 2
        ):
            remaining.append(issue)
    return tuple(remaining)


# --- other days -----------------------------------------------------------------------------------


def reparse_deadlines(draft_row: DraftRowData, before: ParsedMeeting, after: ParsedMeeting) -> DraftRowData:
    """Return the row with deadlines read against new days of the meeting.

    A deadline that somebody understood otherwise than the grammar does stays as it is.
    """
    tasks, old_problems, new_problems = [], [], []
    for task in draft_row.row.tasks:
        old, new = (
            read_deadline(task.deadline.text, issued_on=facts.issued_on, held_on=facts.held_on)
            for facts in (before, after)
        )
        if task.deadline == old.deadline and old != new:
            milestones = new.milestones if task.milestones == old.milestones else task.milestones
            task = replace(task, deadline=new.deadline, milestones=milestones)
            old_problems.append(old.problem)
            new_problems.append(new.problem)
        tasks.append(task)
    issues = [
        problem
        for problem in draft_row.problems
        if problem.deadline_problem is None or problem.deadline_problem not in old_problems
    ]
    issues += [issue_from_deadline_problem(doubt) for doubt in new_problems if doubt is not None]
    return replace(draft_row, row=replace(draft_row.row, tasks=tuple(tasks)), problems=unique_issues(issues))
