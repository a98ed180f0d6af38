"""Questions about days, departments and people that a scan leaves in doubt."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from meetings.core.issue_codes import ProblemCode

from .issues import ParserIssue
from .schema import ParsedMinutes, ParsedRow, ScannedCell


def with_scan_doubts(minutes: ParsedMinutes, scans: Sequence[Sequence[ScannedCell]]) -> ParsedMinutes:
    """Return the minutes with a question for each value that has a doubtful character.

    ``scans``: the cells in doubt of each row, or nothing.
    """
    asked = [
        ParserIssue(position, column, value, ProblemCode.DOUBTFUL_SCAN)
        for position, (row, cells) in enumerate(zip(minutes.rows, scans, strict=False), start=1)
        for column, value in dict.fromkeys(_doubtful_values(row, cells))
    ]
    return replace(minutes, problems=(*minutes.problems, *asked))


def _doubtful_values(row: ParsedRow, cells: Sequence[ScannedCell]) -> Iterator[tuple[str, str]]:
    for cell in cells:
        letters = [letter for letter in cell.text if not letter.isspace()]
        doubts = {sum(not before.isspace() for before in cell.text[:at]) for at in cell.doubts}
        text = "".join(letters)
        for column, value in _grave_values(row):
            bare = "".join(value.split())
            at = text.find(bare) if bare else -1
            while at >= 0:
                if any(at <= doubt < at + len(bare) for doubt in doubts):
                    yield column, value
                at = text.find(bare, at + 1)


def _grave_values(row: ParsedRow) -> Iterator[tuple[str, str]]:
    for task in row.tasks:
        yield from (("deadline", deadline.text) for deadline in (task.deadline, *task.milestones))
        yield from (("departments", department.name) for department in task.departments)
        yield from (("leaders", leader) for leader in task.leaders)
    yield from (("sources", person.name) for person in row.sources)
