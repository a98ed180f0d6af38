"""Small documents made for one trap each: .docx from its XML, .xlsx, .pdf with a text layer and ruled lines, text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEADS = ("序号", "讲话要点", "意见建议", "工作任务", "责任部门", "分管领导", "完成时限", "建议来源", "备注")
ROW = ("1", "加强宣传", "建议加大宣传力度。", "制定宣传计划。", "办公室", "王芳", "2024.12", "理事 李明", "")


@dataclass(frozen=True)
class C:
    """A cell of a docx table. ``merge``: "restart" or "continue" of a vertical merge; ``raw``: XML instead of text."""

    text: str = ""
    span: int = 1
    merge: str = ""
    raw: str = ""


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(text: str = "", *, raw: str = "", properties: str = "") -> str:
    """A paragraph; ``raw`` replaces its runs."""
    marks = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f"<w:p>{marks}{raw or (run(text) if text else '')}</w:p>"


def tc(cell: C | str) -> str:
    cell = cell if isinstance(cell, C) else C(cell)
    properties = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    if cell.merge:
        properties += '<w:vMerge w:val="restart"/>' if cell.merge == "restart" else "<w:vMerge/>"
    content = cell.raw or "".join(p(line) for line in cell.text.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def tr(cells: Sequence[C | str], *, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(map(tc, cells))}</w:tr>"


def tbl(rows: Sequence[Sequence[C | str] | str]) -> str:
    """A table of rows, each a list of cells or ready XML."""
    return f"<w:tbl>{''.join(row if isinstance(row, str) else tr(row) for row in rows)}</w:tbl>"


def docx_bytes(*blocks: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A .docx with ``blocks`` (XML) as its body and further ``parts`` by name."""
    document = f'<w:document xmlns:w="{W}"><w:body>{"".join(blocks)}</w:body></w:document>'
    return package({"word/document.xml": document, **(parts or {})})


def package(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def numbering(levels: Sequence[tuple[str, str]], *, number_id: str = "1") -> str:
    """word/numbering.xml with one list; ``levels`` are (numFmt, lvlText)."""
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (kind, text) in enumerate(levels)
    )
    return (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="7">{inner}</w:abstractNum>'
        f'<w:num w:numId="{number_id}"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )


def numbered(text: str = "", *, depth: int = 0, number_id: str = "1") -> str:
    """A paragraph with an automatic number."""
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number_id}"/></w:numPr>')


def xlsx_bytes(rows: Sequence[Sequence[object]], *, merges: Sequence[str] = (), title: str = "任务分解表") -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def tabbed(*rows: Sequence[str]) -> str:
    return "\n".join("\t".join(row) for row in rows) + "\n"


def written(folder: Path, content: bytes | str, name: str = "minutes") -> Path:
    """The content as a file. Its name says nothing of its format, which must not matter."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- PDF ------------------------------------------------------------------------------------------

_FONT = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [ << /Type /Font "
    "/Subtype /CIDFontType0 /BaseFont /STSong-Light "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
    "/DW 1000 >> ] >>"
)


def pdf_bytes(pages: Sequence[Sequence[object]]) -> bytes:
    """A PDF of ``pages``; each is a list of lines (str) and tables (``PdfTable``), set from top to bottom."""
    contents = [_page_content(items) for items in pages]
    count = len(contents)
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(count))
    objects.append(f"<< /Type /Pages /Kids [ {kids} ] /Count {count} >>")
    objects.append(_FONT)
    for at, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * at} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return write_pdf(objects)


def write_pdf(objects: Sequence[str]) -> bytes:
    """The file of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


@dataclass(frozen=True)
class PdfTable:
    """A table: column widths in points, rows of cells, each the lines as they are printed.

    ``rules``: all round each cell (grid), none, between rows (rows), around heads and body (three), or as the grid but
    for the outer ones (inner) and those at the sides (open). ``is_centred``: cells stand in the middle of their rows.
    """

    widths: Sequence[float]
    rows: Sequence[Sequence[str]]
    rules: str = "grid"
    is_centred: bool = False
    # Some programs print twice what is bold.
    is_bold: bool = False


def _shown(x: float, y: float, text: str, size: float = 9) -> str:
    return f"BT /F1 {size} Tf {x:.1f} {y:.1f} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _page_content(items: Sequence[object]) -> str:
    operations: list[str] = []
    y = 560.0
    for item in items:
        if isinstance(item, str):
            operations.append(_shown(40, y, item, 12))
            y -= 18
            continue
        y += 8
        for number, row in enumerate(item.rows):
            lines = max(cell.count("\n") + 1 for cell in row)
            height = 12 * lines + 6
            x = 40.0
            for width, cell in zip(item.widths, row, strict=True):
                down = 6 * (lines - cell.count("\n") - 1) if item.is_centred else 0
                operations.extend(_rules(item, number, x, y, width, height))
                for at, line in enumerate(cell.split("\n")):
                    if line:
                        operations += [
                            _shown(x + 4 + by, y - 12 - 12 * at - down, line) for by in (0, 0.3)[: 1 + item.is_bold]
                        ]
                x += width
            y -= height
        y -= 20
    return "\n".join(operations)


def _rules(table: PdfTable, number: int, x: float, y: float, width: float, height: float) -> list[str]:
    """The rules around one cell of the row ``number``."""
    is_first, is_last = number == 0, number == len(table.rows) - 1
    right, bottom, edge = x + width, y - height, 40 + sum(table.widths)
    above = table.rules in ("grid", "rows", "open") or (table.rules == "three" and is_first)
    below = (table.rules == "three" and (is_first or is_last)) or (table.rules in ("grid", "rows", "open") and is_last)
    if table.rules == "inner":
        below = not is_last
    rules = [(x, y, right, y)] * above + [(x, bottom, right, bottom)] * below
    if table.rules in ("grid", "inner", "open"):
        rules += [(right, y, right, bottom)] * (table.rules == "grid" or right < edge)
        rules += [(x, y, x, bottom)] * (table.rules == "grid" and x == 40)
    return ["{:.1f} {:.1f} m {:.1f} {:.1f} l S".format(*rule) for rule in rules]
