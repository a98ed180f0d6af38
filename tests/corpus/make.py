"""Builds the files of the corpus from its papers: ``python -m tests.corpus.make FOLDER`` writes them all."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import docx
import openpyxl

from tests.corpus.pages import pdf_bytes
from tests.corpus.paper import ABOVE, AUTOMATIC_NUMBER, BREAKS, DATE, LEFT, Paper, Section, as_json, read_papers
from tests.minutes.document_builders import C, docx_bytes, numbered, numbering, p, saved, tbl
from tests.office import Office, open_office

#: What LibreOffice makes from which file of ours.
OFFICE_FORMATS = {"ods": "xlsx", "xls": "xlsx", "rtf": "docx", "doc": "docx", "odt": "docx"}
_PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def build(paper: Paper, office: Office | None = None) -> bytes:
    """Return the file of a paper; what only LibreOffice makes needs ``office``."""
    writers = {"docx": _docx, "xlsx": _xlsx, "csv": _csv, "txt": _txt, "pdf": _pdf}
    if paper.format in writers:
        return writers[paper.format](paper)
    source = OFFICE_FORMATS[paper.format]
    if office is None:
        raise ValueError(f"{paper.file_name} needs LibreOffice")
    content = _complete_docx(paper) if source == "docx" else writers[source](paper)
    return office.save_as(content, source, paper.format)


# --- one writer for each format ---------------------------------------------------------------------


def _docx(paper: Paper) -> bytes:
    blocks: list[str] = []
    for section in paper.sections:
        if section.name == "text":
            blocks += [p(line) for line in section.lines]
        elif section.name in BREAKS:
            blocks.append(_PAGE_BREAK)
        else:
            # Word joins two tables with nothing between them.
            blocks += [tbl(_docx_rows(section)), p()]
    return docx_bytes(*blocks, parts={"word/numbering.xml": numbering([("decimal", "%1")])})


def _docx_rows(section: Section) -> list[list[C]]:
    # Word counts its numbers by itself.
    grid = [
        [AUTOMATIC_NUMBER if cell == AUTOMATIC_NUMBER else shown for cell, shown in zip(row, printed, strict=True)]
        for row, printed in zip(section.grid, section.printed, strict=True)
    ]
    rows = []
    for at, row in enumerate(grid):
        cells: list[C] = []
        for column, text in enumerate(row):
            if text == LEFT:
                last = cells.pop()
                cells.append(C(last.text, last.span + 1, last.merge, last.raw))
                continue
            is_merged = at + 1 < len(grid) and grid[at + 1][column] == ABOVE
            merge = "continue" if text == ABOVE else "restart" if is_merged else ""
            raw = numbered() if text == AUTOMATIC_NUMBER else ""
            cells.append(C("" if text in (ABOVE, AUTOMATIC_NUMBER) else text, 1, merge, raw))
        rows.append(cells)
    return rows


def _complete_docx(paper: Paper) -> bytes:
    """Return a document with all the parts without which LibreOffice opens none."""
    document = docx.Document()
    for section in paper.sections:
        if section.name == "text":
            for line in section.lines:
                document.add_paragraph(line)
            continue
        if section.name in BREAKS:
            document.add_page_break()
            continue
        grid = section.printed
        table = document.add_table(len(grid), len(grid[0]))
        for top, left, bottom, right in _merges(grid, 1):
            table.cell(top - 1, left - 1).merge(table.cell(bottom - 1, right - 1))
        for at, row in enumerate(grid):
            for column, text in enumerate(row):
                if text not in (ABOVE, LEFT):
                    table.cell(at, column).text = text
        document.add_paragraph()  # behind a table, as in everything that Word saves
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _xlsx(paper: Paper) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    is_begun = False
    at = 1
    for section in paper.sections:
        if section.name == "sheet":
            sheet = book.create_sheet() if is_begun else sheet
            sheet.title = section.options[0]
            at = 1
        elif section.name == "text":
            for line in section.lines:
                sheet.cell(at, 1, line)
                at += 1
        elif section.name == "table":
            for place, (row, printed) in enumerate(zip(section.grid, section.printed, strict=True), start=at):
                for column, (text, shown) in enumerate(zip(row, printed, strict=True), start=1):
                    _fill(sheet.cell(place, column), shown if text == AUTOMATIC_NUMBER else text)
            for area in _merges(section.grid, at):
                sheet.merge_cells(start_row=area[0], start_column=area[1], end_row=area[2], end_column=area[3])
            at += len(section.grid)
        is_begun = True
    return saved(book)


def _fill(cell: openpyxl.cell.Cell, text: str) -> None:
    if text in ("", ABOVE, LEFT):
        return
    if date := DATE.fullmatch(text):
        cell.value = datetime.date.fromisoformat(date[1])
        cell.number_format = date[2] or "yyyy-mm-dd"
    elif re.fullmatch(r"\d{1,4}", text):
        cell.value = int(text)
    else:
        cell.value = text


def _merges(grid: list[list[str]], first_row: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the merged areas, each with its first and last row and column, from 1."""
    for at, row in enumerate(grid):
        for column, text in enumerate(row):
            if text in (ABOVE, LEFT):
                continue
            right = column
            while right + 1 < len(row) and row[right + 1] == LEFT:
                right += 1
            down = at
            while down + 1 < len(grid) and grid[down + 1][column] == ABOVE:
                down += 1
            if (right, down) != (column, at):
                yield first_row + at, column + 1, first_row + down, right + 1


def _plain_rows(section: Section) -> list[list[str]]:
    """Return a table's rows as a program writes merged cells: the text once, then nothing."""
    return [["" if cell in (ABOVE, LEFT) else cell for cell in row] for row in section.printed]


def _csv(paper: Paper) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for section in paper.sections:
        if section.name not in BREAKS:
            writer.writerows([[line] for line in section.lines] if section.name == "text" else _plain_rows(section))
    return buffer.getvalue().encode(paper.settings.get("encoding", "utf-8-sig"))


def _txt(paper: Paper) -> bytes:
    lines: list[str] = []
    for section in paper.sections:
        if section.name == "text":
            lines += section.lines
        elif section.name == "table":
            lines += ("\t".join(cell.replace("\n", "") for cell in row) for row in _plain_rows(section))
    return ("\n".join(lines) + "\n").encode(paper.settings.get("encoding", "utf-8"))


def _pdf(paper: Paper) -> bytes:
    options = paper.settings.get("paper", "")
    return pdf_bytes(paper.sections, landscape="landscape" in options, has_numbers="numbers" in options)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with installed_office() as office:
        for paper in read_papers():
            if paper.format in OFFICE_FORMATS and office is None:
                continue
            (folder / paper.file_name).write_bytes(build(paper, office))
            expected = json.dumps(as_json(paper), ensure_ascii=False, indent=1)
            (folder / f"{paper.name}.expected.json").write_text(expected + "\n", encoding="utf-8")


def installed_office() -> AbstractContextManager[Office | None]:
    """Return LibreOffice, to be started; None where it is not installed."""
    program = shutil.which("soffice")
    return open_office(program) if program else nullcontext()


if __name__ == "__main__":
    main()
