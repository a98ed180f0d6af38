"""Whether what was read of a row says all that its cells print."""

import re
from collections.abc import Iterable, Iterator

from meetings.core.text import fold_text
from meetings.minutes.parser.issues import ParserIssue

from .person_names import is_capacity
from .schema import ParsedRow

_SEPARATORS = re.compile(r"[\s、，,；;。.:：()（）〔〕【】\[\]/／|+“”\"]+")
#: What a field says by its kind, no longer by its text: roles, and words that join names.
_COVERED_BY_KIND = re.compile(
    r"牵头|主责|主办|主要负责|协办|配合|协同|协助|参与|参加|会同|责任|负责|承办|落实|办理|实施|单位|部门|部室|处室|科室|领导|同志"
    r"|按照?(?:各自)?职责(?:分工)?|分工|分别|具体|组织|抓好|由|以及|和|与|及|等|为|共同"
)
_ORDINAL = re.compile(r"^(?:\d{1,4}(?!\d)|[①-⑳⑴-⒇⒈-⒛]+|第?[一二三四五六七八九十百]+[项条点]?)")


def is_covered(text: str, read_text: str) -> bool:
    """Return whether ``read_text``, folded, has all of ``text``, in whatever order."""
    folded = fold_text(text)
    if folded in read_text:
        return True
    return all(_is_piece_covered(piece, read_text) for piece in map(fold_text, _SEPARATORS.split(text)) if piece)


def _is_piece_covered(piece: str, read_text: str) -> bool:
    if piece in read_text:
        return True
    rest = _ORDINAL.sub("", piece)
    # What stands in one cell without a mark between may be two fields: 药学部和医务处, 尹涛副院长.
    parts = [part for part in _COVERED_BY_KIND.split(rest) if part]
    return all(part in read_text or _is_name_with_capacity(part, read_text) for part in parts)


def _is_name_with_capacity(part: str, read_text: str) -> bool:
    return any(part[:cut] in read_text and is_capacity(part[cut:]) for cut in (2, 3, 4) if cut < len(part)) or any(
        part[-cut:] in read_text and is_capacity(part[:-cut]) for cut in (2, 3, 4) if cut < len(part)
    )


def fold_row(row: ParsedRow, problems: Iterable[ParserIssue]) -> str:
    """Return all that was read of a row and is asked about it, folded."""
    return fold_text("\n".join(_texts_of(row, problems)))


def _texts_of(row: ParsedRow, problems: Iterable[ParserIssue]) -> Iterator[str]:
    yield from (str(row.number or ""), row.aspect or "", row.suggestion or "", row.lead_in, row.remarks)
    yield from (f"{source.capacity or ''}{source.name}{source.capacity or ''}" for source in row.sources)
    for task in row.tasks:
        yield from (task.text, *task.leaders, *(department.name for department in task.departments))
        yield from (deadline.text for deadline in (task.deadline, *task.milestones))
    yield from (problem.value for problem in problems)
