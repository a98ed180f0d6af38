"""What the import makes of one file of the corpus, in figures and in words."""

from __future__ import annotations

from collections.abc import Callable

from meetings.minutes.documents import UnreadableDocumentError, detect_format, read_content
from meetings.minutes.documents.conversion import convert_to_docx
from meetings.minutes.documents.detect import CONVERTED, Format
from meetings.minutes.parser.minutes import parse_minutes
from meetings.minutes.parser.table_candidates import arrange_document
from tests.corpus.floors import Floor
from tests.corpus.lost_cells import find_lost_cells, list_printed_tables, list_tables_as_read
from tests.corpus.paper import ExpectedTask, Paper
from tests.corpus.scoring import score_minutes, score_refusal


def measure(
    name: str,
    content: bytes,
    expected: tuple[ExpectedTask, ...],
    paper: Paper | None = None,
    convert: Callable[[bytes, Format], bytes] = convert_to_docx,
) -> tuple[Floor, list[str]]:
    """Return the figures of a file and a line for each fault; ``paper``: what it was made from.

    ``convert``: what makes a .docx of what LibreOffice has to convert.
    """
    try:
        file_format = detect_format(content)
        document = read_content(convert(content, file_format) if file_format in CONVERTED else content)
        document = arrange_document(document)
        minutes = parse_minutes(document)
    except UnreadableDocumentError as error:
        score = score_refusal(expected)
        return Floor(name, score.cells, 0, 0, 0, 1), [f"refused: {error.message}"]
    score = score_minutes(minutes, expected)
    printed = list_printed_tables(paper) if paper else list_tables_as_read(document)
    lost = find_lost_cells(printed, expected, minutes)
    faults = [*score.faults, *(f"lost without a word: {cell}" for cell in lost)]
    return Floor(name, score.cells, score.right, score.grave, len(lost), 0), faults
