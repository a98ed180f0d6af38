"""Reading of one cell for one task (docs/domain.md, Deadlines)."""

import datetime
import re
from dataclasses import dataclass, replace

from meetings.core.workdays import announced_working_days
from meetings.deadlines.due_dates import points_of
from meetings.deadlines.point import AddWorkingDays, MeetingDates, Point, Role

from . import grammar
from .grammar import POINT_FORMS, Form, Mark, find_marks, left_over
from .kinds import Deadline, DeadlineKind, DeadlineProblem, ProblemCode, Reading
from .misprints import mend_misprints
from .qualifiers import find_replaced, is_all_read
from .text import UniformText, uniform

# A cell longer than this is no deadline, and is not worth the time of reading it.
LONGEST_TEXT = 2000
_WITH_OWN_PIECE = POINT_FORMS | {Form.ONGOING, Form.RECURRING, Form.NEXT_MEETING}
# 2026.1 may have been 2026.10, and 12.3 12.30; 2026.2 can only be February.
_LOST_NOUGHT = re.compile(r"\d{4}\.1|\d{1,2}\.[1-3]")
# Calendar months and days; 工作日 before 日, 星期 before 学期.
_RHYTHMS = {"日": (0.0, 1.0), "天": (0.0, 1.0), "星": (0.0, 7.0), "周": (0.0, 7.0), "旬": (0.0, 10.0)}
_RHYTHMS |= {"月": (1.0, 0.0), "季": (3.0, 0.0), "年": (12.0, 0.0), "期": (6.0, 0.0)}
_DAYS_OF_MONTH = 30
# 6月、12月 of each year, 上中下旬 of each month, 一、三、五 of each week: the turns of a rhythm.
_TURN = (
    r"(?:(?:\d{1,2}(?!\d)|[上中下首末一二三四五六日])(?:月份?|旬|日|号|季度?|半年)?"
    r"(?:\d{1,2}[日号]|[上中下]旬)?[底末初]?)"
)
_TURNS = re.compile(rf"(?:{_TURN}[、和及与])+{_TURN}|[上中下]{{2,3}}旬")
_VALUES = {"上": 1, "中": 2, "下": 3} | {letter: value for value, letter in enumerate("一二三四五六日", start=1)}
# How many turns a year, month or week has by what they are counted in, and by how many their distances may differ.
_CYCLES = {
    "年月": (12, 0),
    "年季": (4, 0),
    "年半": (4, 0),
    "月旬": (3, 0),
    "月日": (30, 2),
    "月号": (30, 2),
    "周": (7, 1),
    "星": (7, 1),
}
_STARTS_AT_ONCE = re.compile(r"^(?:组织|部署|全面|着手)?(?:启动|开展|开始|实施|推进|着手|组织|部署)")
_CLAUSE_END = re.compile(f"[{grammar.CLAUSE_BREAK}\0]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell taken apart: the grammar's marks and the points in time that follow."""

    uniform: UniformText
    marks: list[Mark]
    points: list[Point]

    def of(self, form: Form) -> list[Mark]:
        return [mark for mark in self.marks if mark.form is form]

    def clause_after(self, end: int) -> str:
        """Return the uniform text from ``end`` to the end of its clause."""
        return _CLAUSE_END.split(self.uniform.chars[end:], maxsplit=1)[0]

    def text_of(self, mark: Mark) -> str:
        return self.uniform.chars[mark.start : mark.end]

    def piece_of(self, mark: Mark) -> str:
        """Return the printed piece of a mark, between the pieces before and behind it."""
        chars = self.uniform.chars
        marks = [other for other in self.marks if other.form in _WITH_OWN_PIECE]
        cuts = [self.cut_between(left, right) for left, right in zip(marks, marks[1:], strict=False)]
        edges = [0, *cuts, len(chars)]
        place = next(index for index, other in enumerate(marks) if other.start == mark.start)
        return self.uniform.piece(edges[place], edges[place + 1])

    def deadline_of(self, point: Point) -> Deadline:
        """Return the point as a deadline with its piece of the text; a start is one, too."""
        return _deadline(self.piece_of(point.mark), replace(point, role=Role.DUE))

    def problem_of(self, point: Point) -> DeadlineProblem | None:
        """Return the doubt about the point, with its own piece of the text."""
        return DeadlineProblem(point.code, self.piece_of(point.mark), point.offered) if point.code else None

    def cut_between(self, left: Mark, right: Mark) -> int:
        """Return where the text of ``left`` ends: behind a separator, or at ``right``."""
        gap = self.uniform.chars[left.end : right.start]
        separators = [left.end + match.start() for match in re.finditer(r"[,;.、 ()]", gap)]
        if not separators:
            return right.start
        return separators[-1] + self.uniform.is_printed(separators[-1])


def take_apart(text: str, meeting: MeetingDates) -> Cell:
    """Find the forms of a cell and give each point in time its day, left to right."""
    uniform_text = uniform(text)
    chars = uniform_text.chars
    marks = find_marks(chars)
    cell = Cell(uniform_text, marks, [])
    replaced = find_replaced(chars, marks)
    before: Point | None = None
    for mark in marks:
        if mark.form not in POINT_FORMS or mark in replaced:
            continue
        points = points_of(mark, cell.text_of(mark), meeting, before)
        if before and grammar.RANGE_ONLY.search(chars[before.mark.end : mark.start].lstrip(",")):
            # 2024.06-2024.12: the end counts.
            cell.points.pop()
            points = [_end_of_range(before, points[-1], points_of(mark, cell.text_of(mark), meeting, None)[-1])]
        elif before and grammar.OR_ONLY.search(chars[before.mark.end : mark.start]):
            offered = points[-1].due or points[-1].offered
            points[-1] = replace(points[-1], due=None, precision=None, code=ProblemCode.ALTERNATIVES, offered=offered)
            cell.points.pop()
        cell.points.extend(_in_its_clause(cell, point) for point in points)
        before = points[-1]
    return cell


def _end_of_range(start: Point, end: Point, by_itself: Point) -> Point:
    """Return the end of a range.

    What has begun, as 1月1日至3月31日 in February, ends in the year of issue.
    """
    if start.year_printed or not (start.due and by_itself.due and start.due > by_itself.due):
        return end
    return by_itself if start.due.timetuple()[1:3] <= by_itself.due.timetuple()[1:3] else end


def _in_its_clause(cell: Cell, point: Point) -> Point:
    """Set the point's role by the words around it: 5月底前动工 starts, 会议前 is an event."""
    after = cell.clause_after(point.mark.end)
    lead = _CLAUSE_END.split(cell.uniform.chars[: point.mark.start])[-1]
    if point.mark.form is Form.IMMEDIATE:
        return replace(point, role=Role.START, code=ProblemCode.STARTS) if _STARTS_AT_ONCE.search(after) else point
    if point.role is not Role.DUE or point.mark.form in (Form.AFTER, Form.SEASON):
        return point
    if re.search(r"(?:不得?早于|最早)$", lead):
        return replace(point, role=Role.NOT_BEFORE, code=ProblemCode.NOT_BEFORE)
    if re.search(r"(?:自|从)$", lead):
        return replace(point, role=Role.NOT_BEFORE, code=ProblemCode.STARTS)
    start_match = grammar.START_WORD.search(after) or re.search(r"(?:启动|开工|动工|开始)(?:时间|日期)?:?$", lead)
    if start_match and not grammar.FINISH_WORD.search(after):
        return replace(point, role=Role.START, code=ProblemCode.STARTS)
    if point.mark.form is Form.DATE and not point.mark.parts.get("before"):
        event = grammar.EVENT_AFTER_DATE.search(cell.uniform.chars[point.mark.end :])
        if event:
            return replace(point, due=None, precision=None, code=ProblemCode.EVENT)
    if point.code is None and grammar.TENTATIVE.match(cell.uniform.chars, point.mark.end):
        return replace(point, code=ProblemCode.APPROXIMATE)
    return point


# --- one task ---------------------------------------------------------------------------------------


def read_deadline(
    text: str,
    *,
    issued_on: datetime.date | None = None,
    held_on: datetime.date | None = None,
    year: int | None = None,
    numeric: bool = False,
    add_working_days: AddWorkingDays = announced_working_days,
) -> Reading:
    """Read the printed ``text`` of one task's deadline (forms: docs/deadlines.md).

    ``issued_on`` is the document's issue day, which left-out years and 立即 are read against, ``held_on`` the
    meeting's, which 会后一周内 counts from; both calendar days in Asia/Shanghai, None where the document does not
    state them. ``year`` is the year of the table's title, by which a left-out year is read where the issue day is not
    known. ``numeric``: the cell holds a number, whose last nought is lost: 2026.1 may be 2026.10.
    ``add_working_days`` is the calendar that 会后5个工作日内 counts by: the official one unless given.

    Raises nothing for any text: what cannot be read is ``undecided`` with a problem. The deadline has the whole
    ``text``, a milestone its piece of it.
    """
    meeting = MeetingDates(issued_on, held_on, year, add_working_days)
    stripped = text.strip()
    if len(text) > LONGEST_TEXT:
        return undecided(text, ProblemCode.UNREADABLE, stripped[:80])
    mended = mend_misprints(text)
    if mended != text:
        return _as_guess(text, _read(mended, meeting, numeric=numeric))
    return _read(text, meeting, numeric=numeric)


def _as_guess(text: str, guess: Reading) -> Reading:
    """Return what a spoilt text may have meant: a day is only offered."""
    if guess.deadline.kind in (DeadlineKind.DATED, DeadlineKind.UNDECIDED):
        offered = guess.deadline.due_date or (guess.problem.offered if guess.problem else None)
        return undecided(text, ProblemCode.PARTLY_READ, text.strip(), offered)
    problem = DeadlineProblem(ProblemCode.PARTLY_READ, text.strip())
    return Reading(replace(guess.deadline, text=text), problem=problem)


def _read(text: str, meeting: MeetingDates, *, numeric: bool) -> Reading:
    stripped = text.strip()
    cell = take_apart(text, meeting)
    if stripped.startswith(("=", "＝")):
        return undecided(text, ProblemCode.UNREADABLE, stripped)  # a formula that nobody has computed
    if grammar.NOTHING_PRINTED.search(cell.uniform.chars):
        return undecided(text, ProblemCode.EMPTY, stripped)
    if numeric and _LOST_NOUGHT.fullmatch(stripped):
        return undecided(text, ProblemCode.LOST_NOUGHT, stripped)
    reading = _compose(text, cell)
    if reading.problem is None and grammar.LOOKS_LIKE_DATE.search(left_over(cell.uniform.chars, cell.marks)):
        return _as_guess(text, reading)
    is_tentative = reading.problem is not None and reading.problem.code is ProblemCode.APPROXIMATE
    is_dated = reading.deadline.kind is DeadlineKind.DATED
    if is_dated and not (is_tentative or is_all_read(cell.uniform.chars, cell.marks)):
        return _as_guess(text, reading)
    # A word beside the dates may leave the day open: 2024年适时, （视情延长）.
    is_open = any(grammar.LEAVES_OPEN.search(cell.text_of(mark)) for mark in cell.of(Form.NO_DAY))
    if reading.problem is None and is_dated and is_open:
        return replace(reading, problem=DeadlineProblem(ProblemCode.SEVERAL_KINDS, stripped))
    return reading


def undecided(text: str, code: ProblemCode, value: str, offered: datetime.date | None = None) -> Reading:
    """Return a reading that leaves the day to a person, with the reason."""
    return Reading(Deadline(text, DeadlineKind.UNDECIDED), problem=DeadlineProblem(code, value, offered))


def _compose(text: str, cell: Cell) -> Reading:
    points = _still_to_do(cell)
    if points is None:
        offered = next((point.due for point in reversed(cell.points) if point.due), None)
        return undecided(text, ProblemCode.ALREADY_DONE, text.strip(), offered)
    others = [mark for mark in cell.marks if mark.form in (Form.RECURRING, Form.NEXT_MEETING)]
    others += [mark for mark in cell.of(Form.ONGOING) if not (points and _names_a_thing(cell, mark))]
    goals = [point for point in points if point.role is Role.DUE]
    if others and not goals:
        return _without_end(text, cell, points)
    if not points:
        return _no_point(text, cell)
    if others:
        return _with_ongoing(text, cell, points)
    return _dates(text, cell, points)


def _names_a_thing(cell: Cell, ongoing: Mark) -> bool:
    """Return whether 常态化 or 持续 is part of what is to be built (建立常态化机制)."""
    thing = grammar.NAMES_A_THING.search(cell.text_of(ongoing) + cell.clause_after(ongoing.end))
    return bool(thing or grammar.BUILDS_A_THING.search(cell.uniform.chars[: ongoing.start]))


def _still_to_do(cell: Cell) -> list[Point] | None:
    """Return the points still ahead, or None where all is done (已完成)."""
    dated = [point for point in cell.points if point.due]
    # 立即整改，2024年6月底前完成: at once is when it starts, and the printed date when it is due.
    points = [point for point in cell.points if point.mark.form is not Form.IMMEDIATE or len(dated) <= 1]
    done = cell.of(Form.DONE)
    if not done:
        return points
    ahead = [point for point in points if point.mark.start > done[-1].end and _closes(cell, point)]
    return ahead or None


def _closes(cell: Cell, point: Point) -> bool:
    """Return whether the text finishes something at the point: 前, 底, 内, 完成."""
    parts = point.mark.parts
    ends_period = any(parts.get(name) for name in ("before", "within", "year_part", "month_part"))
    return ends_period or bool(grammar.FINISH_WORD.search(cell.clause_after(point.mark.end)))


def _no_point(text: str, cell: Cell) -> Reading:
    value = text.strip()
    if cell.of(Form.FROM_NOW):
        return undecided(text, ProblemCode.STARTS, value)
    if cell.of(Form.NO_DAY):
        return undecided(text, ProblemCode.NO_DAY_NAMED, value)
    event = grammar.EVENT.search(cell.uniform.chars)
    return undecided(text, ProblemCode.EVENT if event else ProblemCode.UNREADABLE, value)


def _without_end(text: str, cell: Cell, starts: list[Point]) -> Reading:
    """Read 持续推进, 每季度, 下次会议前; a start by a day is a milestone on the way."""
    recurring = cell.of(Form.RECURRING)
    meeting = cell.of(Form.NEXT_MEETING)
    milestones = tuple(cell.deadline_of(point) for point in starts if point.role is Role.START and point.due)
    problem = None
    if meeting:
        deadline = Deadline(text, DeadlineKind.NEXT_MEETING)
        if recurring or cell.of(Form.ONGOING):
            problem = DeadlineProblem(ProblemCode.SEVERAL_KINDS, text.strip())
    elif recurring:
        turns = [_count_turns(cell, mark) for mark in recurring]
        rhythms = [_rhythm(mark, count) for mark, count in zip(recurring, turns, strict=True)]
        months, days = min(rhythms, key=lambda rhythm: rhythm[0] * _DAYS_OF_MONTH + rhythm[1])
        if 0 in turns:
            problem = DeadlineProblem(ProblemCode.PARTLY_READ, text.strip())
        deadline = Deadline(text, DeadlineKind.RECURRING, review_months=months or None, review_days=days or None)
    else:
        deadline = Deadline(text, DeadlineKind.ONGOING)
    return Reading(deadline, milestones, problem)


def _count_turns(cell: Cell, mark: Mark) -> int:
    """Return how many turns a rhythm names; 0 where their distances are uneven."""
    unit = mark.parts.get("unit") or ""
    tail = cell.uniform.chars[mark.start :].partition("每")[2].partition(unit)[2]
    found = _TURNS.match(tail)
    if found is None:
        return 1
    turns = [turn for turn in re.split("[、和及与]|(?<=[上中下])(?=[上中下])", found[0]) if turn]
    counted_in = re.search(r"[月旬日号季半]", turns[-1].lstrip("一二三四五六日"))
    cycle, tolerance = _CYCLES.get(unit.lstrip("个")[:1] + (counted_in[0] if counted_in else ""), (0, 0))
    places = [_VALUES.get(turn[0]) or int(re.split(r"\D", turn)[0] or 0) for turn in turns]
    if not cycle or 0 in places or tail[found.end() :].startswith(("至", "到", "-", "~")):
        return 0
    distances = [(later - place) % cycle for place, later in zip(places, [*places[1:], places[0]], strict=True)]
    is_even = sum(distances) == cycle and max(distances) - min(distances) <= tolerance
    return len(turns) if is_even else 0


def _rhythm(mark: Mark, turns: int) -> tuple[int, int]:
    """Return the time between two reviews, as calendar months or as days; one is 0.

    每季度, 每两年, 每年2次 and 每年6月、12月 are months; 每周, 每半月 (15 days), 每旬, 每日 and 每月2次, whatever is no
    whole number of months, are days, never less than one.
    """
    unit, times = mark.parts.get("unit") or "", int(mark.parts.get("times") or 1) * max(turns, 1)
    amount = mark.parts.get("amount") or ("2" if mark.parts.get("every_other") else "1")
    of_unit = next((length for letter, length in _RHYTHMS.items() if letter in unit), (0.0, 1.0))
    months, days = (length / 2 if amount == "半" else length * int(amount) for length in of_unit)
    if times > 1:
        months, days = months / times, days / times
    if months >= 1 and months.is_integer():
        return int(months), 0
    return 0, max(1, int(months * _DAYS_OF_MONTH + days))


def _with_ongoing(text: str, cell: Cell, points: list[Point]) -> Reading:
    """Read a date beside 持续推进.

    2025年底前完成，并长期坚持 is due at the end of 2025, and what comes after is upkeep; where the text does not say
    that anything is finished at the date, or the date is only a stage's, a person has to confirm.
    """
    reading = _dates(text, cell, points)
    if reading.deadline.kind is not DeadlineKind.DATED or reading.problem:
        return reading
    last = max((point for point in points if point.due), key=lambda point: point.due or datetime.date.min)
    value = text.strip()
    if cell.of(Form.ONGOING) and grammar.STAGE_WORD.search(cell.clause_after(last.mark.end)):
        milestones = (*reading.milestones, cell.deadline_of(last))
        return Reading(Deadline(text, DeadlineKind.ONGOING), milestones, DeadlineProblem(ProblemCode.STAGE_ONLY, value))
    other_kinds = [mark for mark in cell.marks if mark.form in (Form.RECURRING, Form.NEXT_MEETING)]
    upkeep = [mark for mark in cell.of(Form.ONGOING) if not _names_a_thing(cell, mark)]
    at_once = last.mark.form is Form.IMMEDIATE
    clear = not other_kinds and not at_once and all(_is_upkeep(cell, last, mark) for mark in upkeep)
    return reading if clear else replace(reading, problem=DeadlineProblem(ProblemCode.SEVERAL_KINDS, value))


def _is_upkeep(cell: Cell, date: Point, ongoing: Mark) -> bool:
    """Return whether 持续推进 stands apart from a date at which something is finished."""
    if not _closes(cell, date):
        return False
    if ongoing.start < date.mark.start:
        return bool(re.search(r"[,;.、]|并", cell.uniform.chars[ongoing.end : date.mark.start]))
    between = cell.uniform.chars[date.mark.end : ongoing.start]
    return bool(re.search(r"[,;.、]|并", between) or grammar.FINISH_WORD.search(between))


def _dates(text: str, cell: Cell, points: list[Point]) -> Reading:
    """Read one or several points for one task: the last is due, others are milestones."""
    goal, in_order = _last_of(points)
    rest = [point for point in points if point is not goal and point.role is not Role.NOT_BEFORE]
    milestones = tuple(
        cell.deadline_of(point) for point in rest if point.due is None or point.due != goal.due or goal.due is None
    )
    problem = cell.problem_of(goal)
    if problem is None:
        # A start with a later end is no doubt, it is a day on the way.
        doubted = (cell.problem_of(point) for point in rest if point.role is not Role.START)
        problem = next((doubt for doubt in doubted if doubt), None)
    if problem is None and not in_order:
        problem = DeadlineProblem(ProblemCode.OUT_OF_ORDER, text.strip())
    return Reading(_deadline(text, goal), milestones, problem)


def _last_of(points: list[Point]) -> tuple[Point, bool]:
    """Return the deadline's point, and whether the points are in chronological order."""
    if any(point.due is None for point in points):
        due = [point for point in points if point.role is Role.DUE]
        return (due or points)[-1], True
    latest = max(reversed(points), key=lambda point: (point.due, point.role is Role.DUE))
    goals = [point.due for point in points if point.due and point.role is Role.DUE]
    return latest, goals == sorted(goals)


def _deadline(text: str, point: Point) -> Deadline:
    if point.due is None or point.role is not Role.DUE:
        return Deadline(text, DeadlineKind.UNDECIDED)
    return Deadline(text, DeadlineKind.DATED, point.due, point.precision)
