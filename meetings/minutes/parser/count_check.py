"""The minutes' own count (形成8个方面12条意见建议), held against what was read."""

import re
from collections.abc import Sequence

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import remove_whitespace
from meetings.minutes.parser.issues import ParserIssue

from .ordinals import parse_count
from .schema import ParsedRow

_COUNT = r"(\d{1,4}|[一二两三四五六七八九十百]{1,5})"
_STATED_COUNT = re.compile(
    rf"{_COUNT}(?:个|大)?方面[^。；\d]{{0,8}}?{_COUNT}(?:条|项|个|点)(?:具体)?(意见|建议|任务|工作|措施|举措|问题)?"
)
_OF_ANOTHER_MEETING = re.compile(
    r"上次|上一次|上届|此前|去年|第[一二三四五六七八九十\d]{1,3}次[^，。；]{0,12}(?:提出|形成|汇总|确定)"
)


def check_counts(prose: Sequence[str], rows: Sequence[ParsedRow]) -> list[ParserIssue]:
    """Return problems where the text claims other numbers than ``rows`` have.

    Claims are of aspects and suggestions; those about another meeting (第一次执委会提出的9个方面14条) are passed over.
    Of several claims one has to fit.
    """
    aspects = len(dict.fromkeys(row.aspect for row in rows if row.aspect))
    counts = {len(rows), sum(len(row.tasks) for row in rows)}
    doubts: list[ParserIssue] = []
    for sentence in re.split(r"[。；]", remove_whitespace("。".join(prose))):
        for match in _STATED_COUNT.finditer(sentence):
            if _OF_ANOTHER_MEETING.search(sentence[: match.start()][-30:]):
                continue
            of_aspects, of_rows = parse_count(match[1]), parse_count(match[2])
            sentence_issues = []
            if aspects and of_aspects != aspects:
                parameters = {"claimed": of_aspects, "found": aspects}
                sentence_issues.append(ParserIssue(None, "aspect", match[0], ProblemCode.ASPECTS_DIFFER, parameters))
            if of_rows not in counts:
                parameters = {"claimed": of_rows, "found": len(rows)}
                sentence_issues.append(
                    ParserIssue(None, "suggestion", match[0], ProblemCode.SUGGESTIONS_DIFFER, parameters)
                )
            if not sentence_issues:
                return []
            doubts = doubts or sentence_issues
    return doubts
