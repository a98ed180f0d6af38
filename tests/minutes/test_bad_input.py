"""Bad input: one clear sentence, bounded memory and time, and never another exception."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason, packages, read_content
from meetings.minutes.parser.minutes import parse_minutes
from meetings.minutes.sandbox import parse_in_sandbox
from tests.depth import examples

from .document_builders import HEADS, ROW, C, W, docx_bytes, p, package, pdf_bytes, tabbed, tbl, written, xlsx_bytes
from .parsed import DATA, minutes, parse_minutes_file, refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
DOCTYPE = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
MEGABYTE = 1024 * 1024


def _document(body: str | bytes, prolog: str = "") -> bytes:
    start = f'{prolog}<w:document xmlns:w="{W}"><w:body>'.encode()
    body = body.encode() if isinstance(body, str) else body
    return package({"word/document.xml": start + body + b"</w:body></w:document>"})


def _sheet(change) -> bytes:
    """A good workbook, its sheet's XML changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([HEADS, ROW]))) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return buffer.getvalue()


def _pdf_with_stream(data: bytes) -> bytes:
    stream = zlib.compress(data)
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] "
        b"/Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\n"
        b"endobj\n4 0 obj\n<< /Filter /FlateDecode /Length "
        + str(len(stream)).encode()
        + b" >>\nstream\n"
        + stream
        + b"\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF"
    )


def bound_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set closer limits, which need smaller bombs; those in use hold in `test_memory_is_bounded`."""
    monkeypatch.setattr(packages, "MAX_XML_NODES", 200_000)
    monkeypatch.setattr(packages, "MAX_PART_BYTES", 8 * MEGABYTE)


# What is in each file, made when its test runs: a gigabyte takes seconds to pack.
REFUSED = {
    "empty": (lambda: b"", "empty"),
    "only blanks": (lambda: b" \r\n\t\n", "empty"),
    "OLE of no Office program": (lambda: OLE, "old_office"),
    "a renamed .doc": (lambda: OLE + "WordDocument\0".encode("utf-16-le"), "no_converter"),
    "encrypted": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "no_text_layer"),
    "HTML": (lambda: b"<html><table><tr><td>x</td></tr></table></html>", "other_format"),
    "OpenDocument": (lambda: package({"mimetype": "application/vnd.oasis", "content.xml": "<x/>"}), "other_format"),
    "some zip": (lambda: package({"a.txt": "x"}), "other_format"),
    "noise": (lambda: bytes(range(256)) * 20, "unknown_format"),
    "cut docx": (lambda: docx_bytes(tbl([HEADS, ROW]))[:-40], "damaged"),
    "docx of broken XML": (lambda: package({"word/document.xml": "<w:document"}), "damaged"),
    "docx without its document": (lambda: package({"word/styles.xml": "<a/>"}), "damaged"),
    "XML with entities": (lambda: _document(p("&b;").replace("&amp;", "&"), DOCTYPE), "entities"),
    "XML with a file's entity": (lambda: _document(p("&x;").replace("&amp;", "&"), DOCTYPE), "entities"),
    "deep XML": (lambda: _document("<w:sdt><w:sdtContent>" * 50_000), "damaged"),
    "a bomb of blanks": (lambda: _document(b"<w:p>" + b" " * (9 * MEGABYTE) + b"</w:p>"), "damaged expands_too_far"),
    "a bomb of paragraphs": (lambda: _document(b"<w:p/>" * 300_000), "too_involved"),
    "a bomb of attributes": (
        lambda: _document((b"<w:p " + b" ".join(b'a%d=""' % at for at in range(90_000)) + b"/>") * 3),
        "too_involved",
    ),
    "a table of 6,000 rows (docx)": (lambda: _document(tbl([["a", "b"]] * 6_000)), "too_many_rows"),
    "a table of 6,000 rows (xlsx)": (lambda: xlsx_bytes([HEADS] + [ROW[:2]] * 6_000), "too_many_rows"),
    "a table of 6,000 rows (text)": (lambda: tabbed(HEADS, *[ROW] * 6_000).encode(), "too_many_rows"),
    "7,000 rows, one cell a line": (lambda: "\n".join([*HEADS, *[*ROW[:8]] * 7_000]).encode(), "too_many_rows"),
    "a cell in the millionth column": (
        lambda: _sheet(
            lambda xml: xml.replace(b"</sheetData>", b'<row r="3"><c r="BDWGN3"><v>1</v></c></row></sheetData>')
        ),
        "too_many_columns",
    ),
    "16,000 columns": (lambda: xlsx_bytes([["x"] * 16_000]), "too_many_columns"),
    "a line of a million tabs": (lambda: b"x\t" * 1_000_000, "too_many_columns"),
    "a damaged PDF": (lambda: b"%PDF-1.4\n" + bytes(range(256)) * 4, "damaged"),
    "a PDF without a table": (lambda: pdf_bytes([["没有任务表的会议纪要文件"]]), "no_task_table"),
}


@pytest.mark.long
@pytest.mark.parametrize(("make", "codes"), REFUSED.values(), ids=REFUSED)
def test_bad_files_are_refused_in_one_sentence(make, codes, monkeypatch):
    bound_packages(monkeypatch)
    with pytest.raises(UnreadableDocumentError) as caught:
        minutes(make())
    assert str(caught.value.code) in codes.split()
    sentence = caught.value.message
    assert sentence
    assert "\n" not in sentence
    assert "%(" not in sentence


@pytest.mark.slow
@pytest.mark.separate_process
def test_a_pdf_that_unpacks_to_half_a_gigabyte_is_refused_for_want_of_memory():
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(_pdf_with_stream(b" " * 520_000_000))
    assert caught.value.code is UnreadableReason.TOO_MUCH_MEMORY


@pytest.mark.separate_process
def test_a_file_that_takes_too_long_is_refused_for_that(monkeypatch):
    monkeypatch.setattr("meetings.minutes.sandbox.MAX_WAIT_SECONDS", 0.01)
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(tabbed(HEADS, ROW).encode())
    assert caught.value.code is UnreadableReason.TOO_SLOW


@pytest.mark.long
@pytest.mark.separate_process
def test_a_file_that_takes_too_much_of_the_processor_is_refused_for_that(monkeypatch):
    monkeypatch.setattr("meetings.minutes.sandbox.MAX_SECONDS", 1)
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_in_sandbox(docx_bytes(tbl([HEADS, *[ROW] * 4_900])))
    assert caught.value.code is UnreadableReason.TOO_SLOW


def test_every_code_has_its_sentence():
    details = {"part": "x", "format": "x", "limit": 1, "megabytes": 1, "megapixels": 1, "pages": 1, "seconds": 1}
    assert all(UnreadableDocumentError(code, **details).message for code in UnreadableReason)


def test_a_file_of_200_mb_is_not_even_opened(tmp_path):
    path = tmp_path / "minutes.docx"
    with path.open("wb") as file:
        file.truncate(200 * MEGABYTE)
    with pytest.raises(UnreadableDocumentError) as caught:
        parse_minutes_file(path)
    assert caught.value.parameters == {"megabytes": 200, "limit": 50}


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b'ref="A1:I2"', b'ref="A1:XFD1048576"'),
        lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
        lambda xml: xml.replace(
            b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>'
        ),
    ],
    ids=["a false dimension", "one cell in the last corner", "a merge over everything"],
)
def test_a_sheet_that_claims_more_than_it_has_is_read_for_what_it_has(change):
    assert minutes(_sheet(change)).rows[0].suggestion == "建议加大宣传力度。"


def test_macros_are_passed_over():
    content = docx_bytes(tbl([HEADS, ROW]), parts={"word/vbaProject.bin": "\x00junk"})
    assert len(minutes(content).rows) == 1


def test_the_name_of_the_file_is_not_trusted(tmp_path):
    assert len(parse_minutes_file(written(tmp_path, xlsx_bytes([HEADS, ROW]), "minutes.pdf")).rows) == 1
    assert len(parse_minutes_file(written(tmp_path, tabbed(HEADS, ROW), "minutes.docx")).rows) == 1


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["bomb", *(pytest.param(name, marks=pytest.mark.slow) for name in ("attributes", "pdf"))]
)
def test_memory_is_bounded(tmp_path, name):
    make = {
        "bomb": lambda: _document(b"<w:p/>" * 9_000_000),
        "attributes": lambda: _document((b"<w:p " + b" ".join(b'a%d=""' % at for at in range(90_000)) + b"/>") * 30),
        "pdf": lambda: _pdf_with_stream(b"0 0 1 1 re S " * 3_000_000),
    }[name]
    program = (
        "import sys, resource\n"
        "from django.conf import settings\n"
        "settings.configure(USE_I18N=False)\n"
        "from meetings.minutes.documents import UnreadableDocumentError\n"
        "from meetings.minutes.sandbox import parse_in_sandbox\n"
        "from meetings.minutes.documents.detect import read_file_bytes\n"
        "try: parse_in_sandbox(read_file_bytes(sys.argv[1]))\n"
        "except UnreadableDocumentError: pass\n"
        "own = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(int(own) // 1024 + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
    )
    if not Path("/proc/self/status").exists():
        pytest.skip("the high-water mark is read from /proc")
    path = written(tmp_path, make())
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", program, path], cwd=root, capture_output=True, text=True, check=True)
    assert int(run.stdout) <= 512


# --- damage at random -------------------------------------------------------------------------------

GOOD = {name: (DATA / name).read_bytes() for name in ("annex.docx", "annex.xlsx", "81号.txt")}
damage = st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=0, max_size=6)), min_size=1, max_size=6)


def _read(content: bytes) -> None:
    try:
        parse_minutes(read_content(content))
    except UnreadableDocumentError as error:
        assert error.message  # noqa: PT017 - reading it is right, too


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damage=damage, cut=st.floats(0.1, 1))
def test_damaged_bytes_are_read_or_refused(name, damage, cut):
    content = bytearray(GOOD[name])
    for place, piece in damage:
        at = int(place * len(content))
        content[at : at + len(piece)] = piece
    _read(bytes(content[: int(cut * len(content))]))


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damage=damage)
def test_damaged_xml_in_a_good_package_is_read_or_refused(damage):
    with zipfile.ZipFile(io.BytesIO(GOOD["annex.docx"])) as archive:
        document = bytearray(archive.read("word/document.xml"))
    for place, piece in damage:
        at = int(place * len(document))
        document[at : at + len(piece)] = piece
    _read(package({"word/document.xml": bytes(document)}))


def test_damaged_pdfs_are_read_or_refused():
    from meetings.minutes.documents.pdf_pages import read_pdf

    good = pdf_bytes([["落实理事会建议任务分解表"]])
    for at in range(0, len(good), 97):
        broken = good[:at] + b"\x00<>" + good[at + 3 :]
        try:
            read_pdf(broken)
        except UnreadableDocumentError as error:
            assert error.message  # noqa: PT017 - reading it is right, too


text = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(st.lists(text, min_size=9, max_size=9), min_size=1, max_size=4))
def test_any_text_in_the_cells_is_read_or_refused(cells):
    _read(tabbed(HEADS, *cells).encode())
    _read(docx_bytes(tbl([[C(head) for head in HEADS], *[[C(cell) for cell in row] for row in cells]])))


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cells=st.lists(
        st.lists(
            st.text(alphabet="（）()1.、；;牵头配合:：办公室 张三\n／/无①一是", max_size=14), min_size=9, max_size=9
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_mixture_of_marks_in_the_cells_is_read_or_refused(cells):
    _read(docx_bytes(tbl([HEADS, *cells])))
    _read("\n".join([*HEADS, *(cell for row in cells for cell in row)]).encode())


# --- the command ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"no table", OLE, docx_bytes(tbl([["a", "b"]]))], ids=["empty", "no table", "old", "another table"]
)
def test_the_command_says_one_line_and_names_the_file(tmp_path, content):
    path = written(tmp_path, content)
    with pytest.raises(CommandError) as caught:
        call_command("import_minutes", str(path), "--json", stdout=io.StringIO())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder():
    for path in ("/nowhere/minutes.docx", "/", "a\0b"):
        with pytest.raises(UnreadableDocumentError):
            parse_minutes_file(path)
    assert refused(b"\0") == "empty"
