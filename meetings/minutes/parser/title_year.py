"""The year that stands in a title only, by which deadlines without one are read."""

import re
from collections.abc import Iterable

from .schema import ParsedMeeting

_YEAR = re.compile(
    r"(?<![\d\-－—–至到~])(20\d{2})(?=年(?!\s*\d{1,2}\s*月\s*\d)|[〕\]】）)])(?!年?\s*[\-－—–至到~]\s*20\d{2})"
)


def find_title_year(titles: Iterable[str], meeting: ParsedMeeting) -> tuple[int, str] | None:
    """Return the year and the title that names it; None where none is needed.

    ``titles``: those of the task tables. The meeting's own titles and its document's number come after them. Where the
    issue day is known, only a later year counts: a plan for 2026 that was issued in December 2025.
    """
    of_meeting = (meeting.breakdown_title, meeting.title, meeting.document_number)
    for title in (*titles, *of_meeting):
        years = {int(year) for year in _YEAR.findall(title or "")}
        if len(years) != 1:
            continue
        year = years.pop()
        if meeting.issued_on is None or meeting.issued_on.year < year <= meeting.issued_on.year + 1:
            return year, title or ""
        return None
    return None
