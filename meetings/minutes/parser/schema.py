"""Minutes as read: frozen, in page order, nothing looked up, nothing saved."""

import datetime
from dataclasses import dataclass, field, fields

from meetings.deadlines import Deadline

from .cells import ParsedDepartment
from .column_evidence import NO_NAMES, KnownNames
from .issues import ParserIssue
from .person_names import ParsedPerson


@dataclass(frozen=True, slots=True)
class ParsedMeeting:
    """The metadata around the table; None or empty where the file has none.

    The title is the meeting's (…第二次会议), ``body`` who meets, ``host`` who lends the room; days are calendar days.
    """

    title: str | None = None
    breakdown_title: str | None = None
    body: str | None = None
    document_number: str | None = None
    held_on: datetime.date | None = None
    issued_on: datetime.date | None = None
    place: str | None = None
    host: str | None = None
    chair: str | None = None
    overall_lead: str | None = None
    leads: tuple[str, ...] = ()
    attendees: tuple[ParsedPerson, ...] = ()


#: What of `ParsedMeeting` is one value each; its people are several.
METADATA_FIELDS = tuple(of.name for of in fields(ParsedMeeting) if of.name not in ("leads", "attendees"))


@dataclass(frozen=True, slots=True)
class ParsedTask:
    """One task. ``number`` is the printed (1), None for a task without one."""

    number: int | None
    text: str
    departments: tuple[ParsedDepartment, ...]
    leaders: tuple[str, ...]
    deadline: Deadline
    milestones: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A row's place in the file: table and rows, inclusive, all from 1."""

    table: int
    first_row: int
    last_row: int


UNKNOWN_ORIGIN = Origin(0, 0, 0)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One suggestion with its tasks; ``lead_in`` stands before their (1), or is ""."""

    number: int | None
    aspect: str | None
    suggestion: str | None
    lead_in: str
    tasks: tuple[ParsedTask, ...]
    sources: tuple[ParsedPerson, ...]
    remarks: str
    origin: Origin = UNKNOWN_ORIGIN

    def task_text(self, place: int) -> str:
        """Return a task's text; a row with a suggestion only has that as its task."""
        return self.tasks[place].text or ((self.suggestion or "") if len(self.tasks) == 1 else "")


@dataclass(frozen=True, slots=True)
class LayoutChoice:
    """The tables that hold tasks, as a person chose them.

    ``tables``: by a table's number in the file the kinds of its printed columns, codes of ``COLUMN_KINDS``.
    """

    tables: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """Options of `parse_minutes`, besides the bytes of the file."""

    known: KnownNames = NO_NAMES
    layout: LayoutChoice | None = None


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table of the file, as it is shown to a person.

    ``number`` is its place among the tables, from 1.
    ``headers``, ``kinds`` and each row of ``sample`` have one entry for each printed column; ``score`` is in points, to
    be compared with that of the file's other tables; ``second`` is the column that has the tasks in the next best
    reading, and ``margin`` how many points less that reading has; None where there is no other reading.
    """

    number: int
    title: str
    headers: tuple[str, ...]
    kinds: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    row_count: int
    score: float
    is_chosen: bool
    is_hidden: bool = False
    second: int | None = None
    margin: float | None = None

    @property
    def shape(self) -> tuple[str, ...]:
        """The heads; a choice of columns is remembered for files with the same ones."""
        return tuple("".join(text.split()) for text in self.headers)


@dataclass(frozen=True, slots=True)
class ParsedMinutes:
    """A file read: meeting, rows in printed order, and problems, general ones first.

    ``tables``: every table that was found, the chosen ones marked.
    """

    meeting: ParsedMeeting
    rows: tuple[ParsedRow, ...]
    problems: tuple[ParserIssue, ...]
    tables: tuple[FoundTable, ...] = ()


@dataclass(frozen=True, slots=True)
class ScannedCell:
    """A cell of a scan with characters in doubt.

    ``text`` is the text of the row's cell, ``doubts`` are positions in it; the other fields are those of `CellScan`.
    """

    text: str
    confidence: float
    doubts: tuple[int, ...]
    picture: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file read for a draft: its format, its minutes, and each row's cells.

    ``scans``: for each row of a scan, those of its cells that are in doubt.
    """

    format: str
    minutes: ParsedMinutes
    sources: tuple[tuple[str, ...], ...] = field(default=())
    scans: tuple[tuple[ScannedCell, ...], ...] = field(default=())
