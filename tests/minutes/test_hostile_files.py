"""Files made to harm, of the formats beside .docx: one sentence each, and soon."""

from __future__ import annotations

import struct
import time
from collections import Counter

import pytest

from meetings.minutes.documents import UnreadableDocumentError, read_content
from meetings.minutes.documents.errors import MAX_TABLE_ROWS
from meetings.minutes.parser.entrypoint import parse_content
from meetings.minutes.parser.minutes import require_rows
from meetings.minutes.parser.table_entries import TableEntry
from meetings.minutes.sandbox import parse_in_sandbox

from .document_builders import HEADS, ROW, docx_bytes, tabbed, tbl, xlsx_bytes
from .package_builders import ods_bytes, ods_cell, ods_rows, ofd_bytes, ofd_text, word_bytes, zipped
from .parsed import minutes
from .test_bad_input import DOCTYPE, OLE, bound_packages

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def _pdf(*objects: str | bytes, contents: bytes = b"") -> bytes:
    """A PDF of numbered objects; the first is its catalogue, ``contents`` a page of its own."""
    if contents:
        page = "<< /Type /Page /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
        objects = (
            *("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page),
            f"<< /Length {len(contents)} >>\nstream\n".encode() + contents + b"\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        )
    parts = [text.encode() if isinstance(text, str) else text for text in objects]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (at, part) for at, part in enumerate(parts, start=1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF"


def _pages(count: int) -> bytes:
    kids = " ".join(f"{at + 3} 0 R" for at in range(count))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return _pdf("<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] >>", *[page] * count)


def _chain(length: int) -> bytes:
    """Page trees in one another, as deep as ``length``."""
    trees = [f"<< /Type /Pages /Kids [{at + 3} 0 R] /Count 1 >>" for at in range(length)]
    return _pdf("<< /Type /Catalog /Pages 2 0 R >>", *trees, "<< /Type /Page /MediaBox [0 0 9 9] >>")


def _ofd_page(xml: str) -> bytes:
    layer = f"<ofd:Content><ofd:Layer>{xml}</ofd:Layer></ofd:Content>"
    page = f'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016">{layer}</ofd:Page>'
    return ofd_bytes([], changes={"Doc_0/Pages/P0/Content.xml": page})


def _ofd_root(*roots: str, prolog: str = "") -> bytes:
    documents = "".join(f"<ofd:DocRoot>{root}</ofd:DocRoot>" for root in roots)
    root = f'{prolog}<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016">{documents}</ofd:OFD>'
    return ofd_bytes(["任务"], changes={"OFD.xml": root})


REFUSED = {
    "a PDF whose pages are in themselves": (
        lambda: _pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"),
        "no_text_layer",
    ),
    "a PDF of trees in trees": (lambda: _chain(3000), "too_much_memory"),
    "a PDF of 400 pages": (lambda: _pages(400), "too_many_pages"),
    "a PDF whose table of objects leads to itself": (
        lambda: b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF",
        "too_much_memory damaged",
    ),
    "a PDF of nothing": (lambda: b"%PDF-1.4", "damaged"),
    "a PDF of zeros": (lambda: b"%PDF-1.7\n" + bytes(100_000), "damaged"),
    "a PDF of opened brackets": (lambda: _pdf(contents=b"[" * 100_000), "no_text_layer damaged"),
    "a PDF written miles beside its page": (
        lambda: _pdf(contents=b"BT /F1 9 Tf 10 10 Td (a) Tj 99999999 0 Td (b c) Tj 0 99999999 Td (d) Tj ET"),
        "no_text_layer",
    ),
    "an .ods of a million equal rows": (
        lambda: ods_bytes(f'<table:table-row table:number-rows-repeated="1048576">{ods_cell("x")}</table:table-row>'),
        "too_many_rows",
    ),
    "an .ods of 16,384 equal columns": (
        lambda: ods_bytes(f"<table:table-row>{ods_cell('x', number_columns_repeated=16384)}</table:table-row>"),
        "too_many_columns",
    ),
    "an .ods bomb": (lambda: ods_bytes("<table:table-row/>" * 300_000), "too_involved expands_too_far"),
    "an .ods with entities": (lambda: ods_bytes(ods_rows([["&b;"]]), prolog=DOCTYPE), "entities"),
    "an .ods with a password": (
        lambda: zipped({"mimetype": ODS, "content.xml": b"\1", "META-INF/manifest.xml": "<a><encryption-data/></a>"}),
        "encrypted",
    ),
    "an .ods with a newer password": (lambda: zipped({"mimetype": ODS, "encrypted-package": b"\1"}), "encrypted"),
    "an .ods without contents": (lambda: zipped({"mimetype": ODS}), "damaged"),
    "OpenDocument slides": (lambda: ods_bytes("", kind="presentation"), "other_format"),
    "an .ofd that leads out of itself": (lambda: _ofd_root("../../../../etc/passwd"), "damaged"),
    "an .ofd that leads to the root": (lambda: _ofd_root("/etc/passwd"), "damaged"),
    "an .ofd of itself again and again": (lambda: _ofd_root(*["Doc_0/Document.xml"] * 9_000), "too_many_pages"),
    "an .ofd with entities": (lambda: _ofd_root("&b;", prolog=DOCTYPE), "entities"),
    "an .ofd of pictures": (lambda: _ofd_page('<ofd:ImageObject ResourceID="1"/>'), "no_text_layer"),
    "an .ofd without coordinates": (
        lambda: _ofd_page(ofd_text(20, 20, "各单位要高度重视任务落实").replace("20 20", "1e999 nan")),
        "no_text_layer",
    ),
    "an .xls that is none": (lambda: OLE + "Workbook\0".encode("utf-16-le"), "damaged"),
    "the beginning of an OLE file": (lambda: OLE[:8], "old_office"),
    "a .csv with zeros": (lambda: b"a,b,c\n\0\0\0,1,2\n", "unknown_format"),
    "a .csv of a million columns": (lambda: (b"x," * 1_000_000 + b"\n") * 2, "too_many_columns"),
    "a .csv of 20,000 rows": (lambda: b"a,b,c\n" * 20_000, "too_many_rows"),
    "an .xlsb": (lambda: zipped({"xl/workbook.bin": b"x"}), "other_format"),
    "a workbook of 2003 in XML": (lambda: b'<?xml version="1.0"?><Workbook/>', "other_format"),
    "a stored web page": (lambda: b"MIME-Version: 1.0\nContent-Type: text/html", "other_format"),
}
MANY_FILES = pytest.param(
    lambda: zipped({str(at): b"" for at in range(70_000)}),
    "other_format damaged",
    id="70,000 files in a zip",
    marks=pytest.mark.slow,
)


@pytest.mark.long
@pytest.mark.parametrize(
    ("make", "codes"), [*(pytest.param(*case, id=name) for name, case in REFUSED.items()), MANY_FILES]
)
def test_hostile_files_are_refused_in_one_sentence_and_soon(make, codes, monkeypatch):
    bound_packages(monkeypatch)
    content = make()
    started = time.process_time()
    with pytest.raises(UnreadableDocumentError) as caught:
        read_content(content)
    assert time.process_time() - started < 10
    assert str(caught.value.code) in codes.split()
    assert caught.value.message
    assert "\n" not in caught.value.message


def _path(data: str, boundary: str = "0 0 9 9") -> str:
    data = f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>"
    return f'<ofd:PathObject Boundary="{boundary}">{data}</ofd:PathObject>'


READ = {
    "steps without end": ofd_text(20, 40, "按时报送进展").replace("g 5 3.5", "g 9999999 1 " * 1_000),
    "rules in heaps": _path("M 0 0 L 9 0 C Z") * 5_000,
    "a path of nothing": _path("L L 9 C M", ""),
    "a matrix of too few": ofd_text(20, 60, "按时报送").replace("Font=", 'CTM="1 0" Font='),
}


@pytest.mark.parametrize("xml", READ.values(), ids=READ)
def test_an_ofd_is_read_beside_what_makes_no_sense(xml):
    document = read_content(_ofd_page(ofd_text(20, 20, "各单位要高度重视任务落实。") + xml))
    assert document.blocks[0].text.startswith("各单位要高度重视任务落实。")


@pytest.mark.long
def test_a_sheet_that_spans_more_than_there_is_is_read_for_what_it_has():
    wide = ods_cell("x", number_columns_spanned=9_999_999, number_rows_spanned=9_999_999)
    rows = ods_rows([HEADS, ROW]) + f'<table:table-row table:number-rows-repeated="400">{wide}</table:table-row>'
    assert minutes(ods_bytes(rows)).rows[0].number == 1


def test_a_word_document_of_1997_with_a_password_says_so(office):
    content = bytearray(office.save_as(word_bytes([HEADS, ROW]), "docx", "doc"))
    first_block = content.index(struct.pack("<H", 0xA5EC))
    content[first_block + 11] |= 1
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(bytes(content))
    assert str(caught.value.code) == "encrypted"


@pytest.mark.long
@pytest.mark.parametrize(
    "content",
    [
        b"{\\rtf1" + b"{" * 300_000,
        b"{\\rtf1\\ansi{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata " + b"0105000002000000" * 99 + b"}}x"
        b'{\\field{\\*\\fldinst INCLUDETEXT "file:///etc/passwd"}{\\fldrslt y}}}',
    ],
    ids=["a million brackets", "an object and a file beside it"],
)
def test_an_rtf_with_what_is_no_text_is_refused_in_one_sentence(content, soffice):
    with pytest.raises(UnreadableDocumentError) as caught:
        require_rows(parse_in_sandbox(content).minutes)
    assert "passwd" not in caught.value.message


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda rows: tabbed(*rows).encode(), marks=pytest.mark.long, id="text"),
        pytest.param(lambda rows: docx_bytes(tbl(rows)), marks=pytest.mark.slow, id="docx"),
        pytest.param(xlsx_bytes, marks=pytest.mark.slow, id="xlsx"),
    ],
)
def test_as_many_rows_as_promised_are_read(make):
    rows = [["任务分解表", "", ""], SHORT_HEADS, *_numbered(MAX_TABLE_ROWS)]
    assert len(read_content(make(rows)).blocks[-1].rows) == len(rows)


@pytest.mark.long
def test_more_rows_than_promised_are_refused():
    content = tabbed(SHORT_HEADS, *_numbered(MAX_TABLE_ROWS + 1)).encode()
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_content(content)
    assert str(caught.value.code) == "too_many_rows"


def test_twice_as_many_rows_take_twice_as_many_steps(monkeypatch):
    steps = Counter()
    look = TableEntry.first

    def look_and_count(entry, column):
        steps[count] += 1
        return look(entry, column)

    monkeypatch.setattr(TableEntry, "first", look_and_count)
    for count in (100, 200):
        parse_content(tabbed(SHORT_HEADS, *[("1", *row[1:]) for row in _numbered(count)]).encode())
    assert steps[200] <= 2 * steps[100] + 10


SHORT_HEADS = ("序号", "工作任务", "责任部室")


def _numbered(count: int) -> list[tuple[str, ...]]:
    return [(str(at), f"做第{at}件事。", "办公室") for at in range(1, count + 1)]
