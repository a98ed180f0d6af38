"""The look of official documents, read from the XML: page, fonts, headings, tables; and drawn by LibreOffice."""

from __future__ import annotations

import datetime
import io
import zipfile
from operator import itemgetter

import docx
import pdfplumber
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from meetings.exports.columns import Column
from meetings.models import Meeting
from meetings.reports.measures import break_title, signature_indents
from meetings.reports.official import Heading, OfficialDocument, Paragraph, Table, write_official_document
from meetings.reports.progress_document import write_meeting_report
from tests import factories
from tests.exports.exported_files import folded

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DAY = datetime.date(2026, 11, 22)
COLUMNS = [Column("序号", 1, itemgetter(0)), Column("任务", 3, itemgetter(1))]


def written(**changes) -> bytes:
    content = {
        "title": "关于意见建议落实情况的报告",
        "salutation": "执行委员会：",
        "blocks": [
            *(Heading(level, f"第{level}级") for level in (1, 2, 3, 4)),
            Paragraph("正文。\n第二段。"),
            Table("表的名称", COLUMNS, [[1, "甲\n乙"], [2, "=1+1\x07"]]),
        ],
        "closing": "特此报告。",
        "signed_by": "委员会秘书处",
        "signed_on": DAY,
    }
    file = io.BytesIO()
    write_official_document(file, lambda: OfficialDocument(**{**content, **changes}))
    return file.getvalue()


@pytest.fixture(scope="module")
def parts() -> dict[str, etree._Element]:
    """The parts of a document, by name."""
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        return {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


@pytest.fixture(scope="module")
def document():
    return docx.Document(io.BytesIO(written()))


def test_page_and_text_area_are_those_of_the_standard(document):
    (section,) = document.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    width = section.page_width - section.left_margin - section.right_margin
    height = section.page_height - section.top_margin - section.bottom_margin
    assert abs(width - Mm(156)) < Mm(0.1)
    assert abs(height - Mm(225)) < Mm(0.1)


def test_22_lines_of_28_characters_fill_the_text_area(parts):
    defaults = parts["word/styles.xml"].find(f"{WORD}docDefaults")
    spacing = next(element for element in defaults.iter(f"{WORD}spacing") if element.get(f"{WORD}line"))
    assert spacing.get(f"{WORD}lineRule") == "exact"
    line = int(spacing.get(f"{WORD}line"))
    assert Pt(28) * 20 <= Pt(line) <= Pt(29) * 20
    assert 22 * line <= Mm(225).pt * 20 < 23 * line
    closer = next(int(e.get(f"{WORD}val")) for e in defaults.iter(f"{WORD}spacing") if e.get(f"{WORD}val"))
    character = 16 * 20 + closer
    assert 28 * character <= Mm(156).pt * 20 < 29 * character


@pytest.mark.parametrize(
    ("style", "font", "size", "is_bold"),
    [
        ("Title", "方正小标宋简体", 22, False),
        ("Body Text", "仿宋_GB2312", 16, False),
        ("Heading 1", "黑体", 16, False),
        ("Heading 2", "楷体_GB2312", 16, False),
        ("Heading 3", "仿宋_GB2312", 16, True),
        ("Heading 4", "仿宋_GB2312", 16, False),
        ("Footer", "宋体", 14, False),
    ],
)
def test_each_style_has_its_font_and_size(document, parts, style, font, size, is_bold):
    found = document.styles[style]
    fonts = [of.element.find(f".//{WORD}rFonts") for of in (found, found.base_style or found)]
    named = next((fonts_of.get(f"{WORD}eastAsia") for fonts_of in fonts if fonts_of is not None), "仿宋_GB2312")
    assert (named, (found.font.size or Pt(16)).pt, bool(found.font.bold)) == (font, size, is_bold)
    table = {of.get(f"{WORD}name"): of for of in parts["word/fontTable.xml"]}
    instead = table[font].find(f"{WORD}altName").get(f"{WORD}val").split(",")
    assert "SimSun" in instead or font == "黑体" and "SimHei" in instead


def test_headings_are_numbered_by_the_document_and_linked_to_their_styles(parts, document):
    levels = parts["word/numbering.xml"].findall(f".//{WORD}lvl")
    said = [
        tuple(level.find(f"{WORD}{name}").get(f"{WORD}val") for name in ("pStyle", "numFmt", "lvlText"))
        for level in levels
    ]
    assert said == [
        ("Heading1", "chineseCountingThousand", "%1、"),
        ("Heading2", "chineseCountingThousand", "（%2）"),
        ("Heading3", "decimal", "%3."),
        ("Heading4", "decimal", "（%4）"),
    ]
    for level in range(4):
        properties = document.styles[f"Heading {level + 1}"].element.pPr
        assert properties.find(f"{WORD}outlineLvl").get(f"{WORD}val") == str(level)
        assert properties.find(f"{WORD}numPr/{WORD}ilvl").get(f"{WORD}val") == str(level)


def test_the_body_is_indented_by_two_characters_and_so_are_the_headings(document):
    for name in ("Body Text", "Heading 1", "Heading 2", "Heading 3", "Heading 4"):
        assert document.styles[name].element.pPr.find(f"{WORD}ind").get(f"{WORD}firstLineChars") == "200"


def test_nothing_in_the_body_is_formatted_by_itself(parts):
    body = parts["word/document.xml"].find(f"{WORD}body")
    assert not list(body.iter(f"{WORD}rPr"))
    allowed = {f"{WORD}pStyle", f"{WORD}keepNext"}
    assert {child.tag for properties in body.iter(f"{WORD}pPr") for child in properties} <= allowed
    styles = {style.get(f"{WORD}styleId") for style in parts["word/styles.xml"].iter(f"{WORD}style")}
    used = {of.get(f"{WORD}val") for tag in ("pStyle", "tblStyle") for of in body.iter(f"{WORD}{tag}")}
    assert used <= styles


def test_tables_repeat_their_heads_and_rows_are_not_divided(document):
    (table,) = document.tables
    assert table.style.name == "Report Table"
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False, False]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [cell.text for cell in table.rows[1].cells] == ["1", "甲\n乙"]
    assert table.rows[2].cells[1].text == "=1+1", "what no file can hold is left out, and nothing is computed"
    caption = next(paragraph for paragraph in document.paragraphs if paragraph.style.name == "Caption")
    assert "SEQ" in caption._p.find(qn("w:fldSimple")).get(qn("w:instr"))


def test_page_numbers_stand_on_the_outer_edge(document, parts):
    (section,) = document.sections
    assert parts["word/settings.xml"].find(f"{WORD}evenAndOddHeaders") is not None
    for footer, alignment in ((section.footer, "right"), (section.even_page_footer, "left")):
        (paragraph,) = footer.paragraphs
        field = paragraph._p.find(qn("w:fldSimple"))
        assert field.get(qn("w:instr")).strip() == "PAGE"
        assert "".join(words.text for words in paragraph._p.iter(qn("w:t"))) == "— 1 —"
        assert paragraph.style.element.pPr.find(f"{WORD}jc").get(f"{WORD}val") == alignment


def test_the_first_page_of_a_letter_has_no_number_and_that_of_other_documents_has_one(document):
    (section,) = document.sections
    assert not section.different_first_page_header_footer
    (section,) = docx.Document(io.BytesIO(written(is_letter=True))).sections
    assert section.different_first_page_header_footer
    assert not "".join(paragraph.text for paragraph in section.first_page_footer.paragraphs)
    assert section.footer.paragraphs[0].text


def test_language_and_properties_say_what_it_is(document, parts):
    assert document.core_properties.language == "zh-CN"
    assert document.core_properties.title == "关于意见建议落实情况的报告"
    assert document.core_properties.author == "委员会秘书处"
    language = parts["word/styles.xml"].find(f".//{WORD}lang")
    assert language.get(f"{WORD}eastAsia") == "zh-CN"


def test_the_signature_keeps_its_distance_and_the_day_stands_below_it():
    # The day is seven characters wide.
    assert signature_indents("秘书处", "2026年11月22日") == (6, 4)
    long = "中国合格评定国家认可委员会第五届执行委员会秘书处"
    assert signature_indents(long, "2026年11月22日") == (2, 2 + (len(long) - 7) / 2)


def test_a_long_title_is_set_in_lines_of_about_the_same_length():
    lines = break_title("关于中国合格评定国家认可委员会第五届执行委员会第二次会议\n意见建议落实情况的报告").split("\n")
    assert lines == ["关于中国合格评定国家认可委员会", "第五届执行委员会第二次会议", "意见建议落实情况的报告"]
    assert break_title("通报") == "通报"
    period = break_title("关于2024年1月1日至2025年12月31日").split("\n")
    assert period == ["关于2024年1月1日", "至2025年12月31日"], "figures are wider in some fonts"
    assert break_title("关于2025年1月1日至12月31日") == "关于2025年1月1日至12月31日"
    words = "无" * 75
    assert break_title(words).replace("\n", "") == words
    assert max(map(len, break_title(words).split("\n"))) <= 20


@pytest.mark.django_db
def test_libreoffice_draws_it_as_the_standard_asks(as_pdf, tmp_path):
    factories.real_meeting()
    path = tmp_path / "report.docx"
    with path.open("wb") as file:
        write_meeting_report(file, Meeting.objects.get(), datetime.date(2024, 2, 9))
    with pdfplumber.open(as_pdf(path)) as pdf:
        pages = pdf.pages
        assert abs(pages[0].width - Mm(210).pt) < 1
        assert abs(pages[0].height - Mm(297).pt) < 1
        for number, page in enumerate(pages, start=1):
            (said,) = [word for word in page.extract_words(keep_blank_chars=True) if word["top"] > Mm(262).pt]
            assert folded(said["text"]) == f"—{number}—"
            assert (said["x0"] > page.width / 2) == bool(number % 2), "odd pages on the right, even ones on the left"
            inside = [char for char in page.chars if char["top"] < Mm(262).pt]
            assert min(char["x0"] for char in inside) >= Mm(28).pt - 1
            # A comma at the end of a line may hang into the margin.
            assert max(char["x0"] for char in inside) <= Mm(28 + 156).pt + 4
        # The first dash alone, on an even page: its ink stands 7 mm below the text area.
        dash = pages[1].crop((0, Mm(263).pt, Mm(35).pt, pages[1].height)).to_image(resolution=254).original
        _left, top, _right, bottom = dash.convert("L").point(lambda shade: 255 * (shade < 128)).getbbox()
        assert abs(263 + (top + bottom) / 20 - 269) < 0.5
        full = [page for page in pages if len({round(char["bottom"]) for char in page.chars if char["size"] > 15}) > 20]
        assert full, "a page of nothing but text has 22 lines"
        head = folded("序号工作任务责任部室")
        texts = [folded(page.extract_text()) for page in pages]
        assert sum(head in text for text in texts) > 2, "long tables repeat their heads"
