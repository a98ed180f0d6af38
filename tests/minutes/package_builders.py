"""Small OpenDocument and OFD packages from their XML, and a table as Word writes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

import docx

from .document_builders import PdfTable

_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ods_cell(text: object = "", **attributes: object) -> str:
    """A cell; ``value_type`` and its like are of `office`, all other attributes of `table`."""
    given = "".join(
        f' {"office" if "value" in name else "table"}:{name.replace("_", "-")}="{value}"'
        for name, value in attributes.items()
    )
    lines = "".join(f"<text:p>{line}</text:p>" for line in str(text).split("\n")) if text else ""
    return f"<table:table-cell{given}>{lines}</table:table-cell>"


def ods_bytes(*sheets: str, styles: str = "", kind: str = "spreadsheet", prolog: str = "") -> bytes:
    """A spreadsheet of sheets, each the XML of its rows."""
    tables = "".join(
        f'<table:table table:name="表{at}">{rows}</table:table>' for at, rows in enumerate(sheets, start=1)
    )
    content = (
        f"{prolog}<office:document-content {_NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def ods_rows(rows: Sequence[Sequence[object]]) -> str:
    return "".join(
        f"<table:table-row>{''.join(c if str(c).startswith('<table:') else ods_cell(c) for c in row)}</table:table-row>"
        for row in rows
    )


def ofd_bytes(*pages: Sequence[object], changes: Mapping[str, str | bytes] | None = None) -> bytes:
    """A document of ``pages``; each is a list of lines (str) and tables (``PdfTable``, in millimetres)."""
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {_OFD}><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:OFD>",
        "Doc_0/Document.xml": (
            f"<ofd:Document {_OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
            f"</ofd:PageArea></ofd:CommonData><ofd:Pages>"
            + "".join(f'<ofd:Page ID="{at}" BaseLoc="Pages/P{at}/Content.xml"/>' for at in range(len(pages)))
            + "</ofd:Pages></ofd:Document>"
        ),
    }
    for at, items in enumerate(pages):
        parts[f"Doc_0/Pages/P{at}/Content.xml"] = (
            f'<ofd:Page {_OFD}><ofd:Content><ofd:Layer ID="1">{"".join(_ofd_objects(items))}</ofd:Layer></ofd:Content>'
            "</ofd:Page>"
        )
    return zipped({**parts, **(changes or {})})


def ofd_text(x: float, y: float, text: str, size: float = 3.5) -> str:
    """A line of text whose characters stand ``size`` apart."""
    steps = f"g {len(text) - 1} {size}" if len(text) > 1 else ""
    return (
        f'<ofd:TextObject Boundary="{x} {y} 100 {size}" Size="{size}" Font="1">'
        f'<ofd:TextCode X="0" Y="{size * 0.88:.2f}" DeltaX="{steps}">{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def _ofd_objects(items: Sequence[object]) -> list[str]:
    objects = []
    y = 20.0
    for item in items:
        if isinstance(item, str):
            objects.append(ofd_text(20, y, item))
            y += 7
            continue
        assert isinstance(item, PdfTable)
        for row in item.rows:
            x, height = 20.0, 5.0 * max(cell.count("\n") + 1 for cell in row) + 2
            for width, cell in zip(item.widths, row, strict=True):
                for at, line in enumerate(cell.split("\n")):
                    objects.extend([ofd_text(x + 1, y + 1 + 5 * at, line)] if line else [])
                if item.rules == "grid":
                    objects.append(
                        f'<ofd:PathObject Boundary="{x} {y} {width} {height}" Stroke="true"><ofd:AbbreviatedData>'
                        f"M 0 0 L {width} 0 L {width} {height} L 0 {height} C</ofd:AbbreviatedData></ofd:PathObject>"
                    )
                x += width
            y += height
        y += 7
    return objects


def word_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """A .docx with all its parts, which other programs open too, of one table and a paragraph."""
    document = docx.Document()
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("注：按月报送。")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
