"""What the cells of a column hold, measured before anybody names the column."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from meetings.core.text import fold_text, tidy_text
from meetings.deadlines import DeadlineKind, ProblemCode, read_deadline
from meetings.minutes.documents.model import Cell

from .cells import is_nobody, parse_departments, parse_leaders
from .column_headers import Header, Role
from .ordinals import parse_integer
from .person_names import has_organisation_ending, parse_person

#: Cells of a column that are read to measure it; the others are like them.
_SAMPLE = 120
# Only for measuring: that 6月底 is a deadline does not depend on which year it is of.
_ANY_DAY = datetime.date(2024, 1, 15)
_NO_DEADLINE = {ProblemCode.UNREADABLE, ProblemCode.EMPTY, ProblemCode.EVENT}
_LONGEST_DEADLINE = 60
_WORDS_FOR_TIME = re.compile(
    r"[\d\s年月日号周天旬季度底末前初上中下半起至到止之内后以个〇零一二三四五六七八九十、，,;；。./()（）~～—\-]"
    r"|持续|长期|坚持|常态|推进|跟踪|每|立即|即知|即改|随时|全年|实施|开展|工作日|会议|印发|完成|节点|时间|明|今|次|翌|春节|国庆|元旦"
)
_LONGEST_NAMES = 300
_LONGEST_LEADERS = 60
#: 1.1, 1-2, 3.2.1 and A-7 count rows as 1, 2, 3 do.
_COMPOUND_NUMBER = re.compile(r"[A-Za-z]{0,3}-?\d{1,3}(?:[.\-－—–]\d{1,3}){0,3}\.?")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that the register has, folded, and its working days.

    A parser without a register has none.
    ``entered_days`` are days of years that chinesecalendar does not know, and of each whether it works.
    """

    departments: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    entered_days: tuple[tuple[datetime.date, bool], ...] = ()


NO_NAMES = KnownNames()


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """One printed column: its head, and what share of its cells reads as what."""

    positions: tuple[int, ...]
    text: str
    header: Header | None
    count: int = 0
    numbers: float = 0.0
    deadlines: float = 0.0
    departments: float = 0.0
    people: float = 0.0
    known_departments: float = 0.0
    known_people: float = 0.0
    texts: float = 0.0
    blank: float = 0.0
    distinct: float = 0.0
    length: float = 0.0
    mean_day: float = 0.0
    sample: tuple[str, ...] = field(default=())


def measure_column(
    positions: tuple[int, ...], text: str, header: Header | None, rows: Sequence[Sequence[Cell]], known: KnownNames
) -> ColumnEvidence:
    """Measure the column at ``positions`` over the table's ``rows`` below its head."""
    at = positions[0]
    filled = [row[at] for row in rows if not row[at].is_blank and not is_nobody(row[at].text)]
    if not filled:
        return ColumnEvidence(positions, text, header)
    cells = list(dict.fromkeys(filled))
    step = max(1, len(cells) // _SAMPLE)
    sample = tuple(tidy_text(cell.text) for cell in cells[::step])
    dated = [cell for cell in cells[::step] if isinstance(cell.value, datetime.date)]
    size = len(sample)
    names = [_read_names(cell) for cell in sample]
    pieces = [name for of in names for name in of] or [""]
    are_numbers = [is_number(cell) for cell in sample]
    are_deadlines = [is_deadline(cell) for cell in sample]
    department_share = sum(_share_of_departments(of, known) for of in names) / size
    of_people = [
        max(_share_of_people(of, known), _share_of_leaders(cell)) for of, cell in zip(names, sample, strict=True)
    ]
    plain = sum(
        not (number or deadline) and _share_of_departments(of, known) < 0.5 and people < 0.5
        for number, deadline, of, people in zip(are_numbers, are_deadlines, names, of_people, strict=True)
    )
    return ColumnEvidence(
        positions=positions,
        text=text,
        header=header,
        count=len(filled),
        numbers=sum(are_numbers) / size,
        deadlines=max(sum(are_deadlines), len(dated)) / size,
        departments=department_share,
        people=sum(of_people) / size,
        known_departments=sum(fold_text(name) in known.departments for name in pieces) / len(pieces),
        known_people=sum(fold_text(name) in known.people for name in pieces) / len(pieces),
        texts=plain / size,
        blank=1 - len(filled) / len(rows),
        distinct=len({fold_text(cell.text) for cell in cells}) / len(filled),
        length=sum(map(len, sample)) / size,
        mean_day=_mean_day(sample),
        sample=sample[:3],
    )


def _mean_day(sample: Sequence[str]) -> float:
    """Return the mean of the days in a sample, as proleptic ordinals; 0 without any."""
    days = [day.toordinal() for text in sample if (day := _day_of(text))]
    return sum(days) / len(days) if days else 0.0


@lru_cache(maxsize=4096)
def _day_of(text: str) -> datetime.date | None:
    if len(text) > _LONGEST_DEADLINE:
        return None
    return read_deadline(text, issued_on=_ANY_DAY, held_on=_ANY_DAY).deadline.due_date


def is_number(text: str) -> bool:
    """Return whether a cell holds a row's number and nothing else."""
    return parse_integer(text) is not None or bool(_COMPOUND_NUMBER.fullmatch(text.strip()))


@lru_cache(maxsize=4096)
def is_deadline(text: str) -> bool:
    """Return whether the cell reads as a deadline, with a doubt about its day or none."""
    if len(text) > _LONGEST_DEADLINE:
        return False
    reading = read_deadline(text, issued_on=_ANY_DAY, held_on=_ANY_DAY)
    if reading.deadline.kind is DeadlineKind.UNDECIDED and (
        reading.problem is None
        or reading.problem.code in _NO_DEADLINE
        or (reading.problem.code is ProblemCode.PARTLY_READ and reading.problem.offered is None)
        or is_number(text)
    ):
        return False
    # 制定2026年工作要点 names a year, 及时通报 a time, but neither is a deadline: most of one is words for time.
    return sum(map(len, _WORDS_FOR_TIME.findall(text))) > 0.6 * len(text)


@lru_cache(maxsize=4096)
def _read_names(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_NAMES or (len(text) > 8 and text.endswith("。")):
        return ()
    read = parse_departments(text, Role.RESPONSIBLE)
    return tuple(department.name for department in read.names)


def _share_of_departments(names: Sequence[str], known: KnownNames) -> float:
    if not names:
        return 0.0
    return sum(fold_text(name) in known.departments or looks_like_department(name) for name in names) / len(names)


def _share_of_people(names: Sequence[str], known: KnownNames) -> float:
    if not names:
        return 0.0
    return sum(fold_text(name) in known.people or looks_like_person(name) for name in names) / len(names)


@lru_cache(maxsize=4096)
def _share_of_leaders(text: str) -> float:
    """Return the share of people where titles on lines of their own are no names."""
    names = parse_leaders(text) if len(text) <= _LONGEST_LEADERS else ()
    return sum(map(looks_like_person, names)) / len(names) if names else 0.0


#: What an office's name does not begin with, however a text ends: 设立青年工作委员会. Nor has it a figure.
_NO_OFFICE = re.compile(
    r"(?:设立|成立|建立|建设|建成|新建|改建|完善|推进|推动|推行|开展|增补|增设|调整|启动|落实|加强|加快|举办|召开|制定|修订|编制|优化|"
    r"内部$|外部$|全部$|局部$|改造|提升|打造|创建|支持|做好|清理|更换|配齐|上线|搬迁|完成|实施|深化|强化|健全|规范|协调)|.*\d"
)


_NAMES_SEVERAL = re.compile(
    "各|有关|相关|团?[省市县区]?(?:委|妇联|残联|工商联|文联|侨联|科协|法院|检察院|总工会)$|.+[联委街]$"
)


def looks_like_department(name: str) -> bool:
    """Return whether a piece is as short as an office's name and ends like one."""
    if len(name) > 24 or _NO_OFFICE.match(name) or looks_like_person(name):
        return False
    return has_organisation_ending(name) or _NAMES_SEVERAL.match(name) is not None


def looks_like_person(name: str) -> bool:
    """Return whether a piece is a name, or a capacity with one."""
    return len(name) <= 14 and parse_person(name) is not None
