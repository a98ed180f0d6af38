"""公文模板: papers are filled into the office's own Word templates, which are tried before they are used."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from django.core.files.storage import default_storage
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt

from meetings.devtools.letterheads import LETTERHEADS, make_letterhead
from meetings.models import ChangeLog, Letterhead, Paper, Role
from meetings.reports.letterhead_document import read_shipped
from tests import factories

from .letterheads import PLACES, changed, office_template, upload


@pytest.mark.parametrize("name", LETTERHEADS)
def test_the_shipped_templates_are_those_that_are_made(name):
    """After a change of their look: python -m meetings.devtools.letterheads."""
    with (
        zipfile.ZipFile(io.BytesIO(make_letterhead(name))) as made,
        zipfile.ZipFile(io.BytesIO(read_shipped(name))) as shipped,
    ):
        assert {each: made.read(each) for each in made.namelist()} == {
            each: shipped.read(each) for each in shipped.namelist()
        }


@pytest.fixture
def world(db):
    return factories.small_world()


@pytest.fixture
def administrator(world, client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    return client


def texts(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]


def paper_of(client, world, paper: Paper) -> docx.document.Document:
    person = world.meeting.suggestions.filter(sources__isnull=False).first().sources.first()
    addresses = {
        Paper.REPORT: f"/reports/meeting/?meeting={world.meeting.pk}",
        Paper.BULLETIN: f"/reports/bulletin/?from={world.day}&to={world.day}",
        Paper.REPLY: f"/reports/reply/?person={person.pk}",
        Paper.SLIP: "/reports/slips/",
    }
    answer = client.get(addresses[paper])
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(b"".join(answer.streaming_content)))


@pytest.mark.long
@pytest.mark.parametrize("paper", Paper)
@pytest.mark.same_on_both
def test_a_paper_is_written_on_the_template_of_the_office(administrator, world, paper):
    own = paper_of(administrator, world, paper)
    assert own.paragraphs[0].text != "某某委员会文件"
    colour = ("颜色",) if paper == Paper.SLIP else ()
    places = ("标题", *colour, *PLACES[1:])
    page = upload(administrator, office_template(*(f"{{{{{place}}}}}" for place in places)), paper).content.decode()
    assert "模板已试填通过" in page
    assert "“红头.docx”" in page
    written = paper_of(administrator, world, paper)
    assert written.paragraphs[0].text == "某某委员会文件"
    assert written.paragraphs[0].runs[0].font.size == Pt(60)
    ours = [paragraph.text for paragraph in own.paragraphs if paragraph.text]
    assert [paragraph.text for paragraph in written.paragraphs if paragraph.text in ours][:3] == ours[:3]
    assert [[cell.text for cell in row.cells] for table in written.tables for row in table.rows] == [
        [cell.text for cell in row.cells] for table in own.tables for row in table.rows
    ]
    body = next(paragraph for paragraph in written.paragraphs if paragraph.style.name == "Body Text")
    assert body.style.element in list(written.styles.element)


@pytest.mark.long
@pytest.mark.same_on_both
def test_headings_keep_the_look_of_the_template_and_take_ours_where_it_has_none(administrator, world):
    def without_headings(document):
        for name in ("Heading 1", "Heading 2"):
            document.styles[name].delete()
        document.styles["Heading 3"].font.size = Pt(30)
        document.sections[0].left_margin = document.sections[0].right_margin = Cm(4)

    upload(administrator, office_template(change=without_headings))
    written = paper_of(administrator, world, Paper.REPORT)
    first = next(paragraph for paragraph in written.paragraphs if paragraph.style.name == "Heading 1")
    fonts = first.style.element.find(".//{*}rFonts")
    assert fonts.get(next(name for name in fonts.attrib if name.endswith("eastAsia"))) == "黑体"
    assert written.styles["Heading 3"].font.size == Pt(30)
    number = first.style.element.find(".//{*}numId").get(docx.oxml.ns.qn("w:val"))
    (numbered,) = [
        each for each in written.part.numbering_part.element if each.get(docx.oxml.ns.qn("w:numId")) == number
    ]
    definition = numbered.find("{*}abstractNumId").get(docx.oxml.ns.qn("w:val"))
    (levels,) = [
        each
        for each in written.part.numbering_part.element
        if each.get(docx.oxml.ns.qn("w:abstractNumId")) == definition
    ]
    assert levels.find(".//{*}lvlText").get(docx.oxml.ns.qn("w:val")) == "%1、"
    width = int(written.tables[0]._tbl.tblPr.find(docx.oxml.ns.qn("w:tblW")).get(docx.oxml.ns.qn("w:w")))
    assert abs(width - (written.sections[0].page_width - Cm(8)) / 635) <= 1


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_place_that_word_divided_is_found_and_keeps_its_format(administrator, world):
    def divide(document):
        paragraph = document.add_paragraph("第")
        for text in ("{{", " 年", "份 }", "}号"):
            paragraph.add_run(text).bold = True
        document.sections[0].header.paragraphs[0].text = "{{署名}}"

    upload(administrator, office_template(change=divide))
    written = paper_of(administrator, world, Paper.REPORT)
    (found,) = [paragraph for paragraph in written.paragraphs if paragraph.text == f"第{world.day.year}号"]
    assert found.runs[1].text == str(world.day.year)
    assert found.runs[1].bold
    assert "秘书处" in written.sections[0].header.paragraphs[0].text


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_place_in_wide_braces_is_one(administrator, world):
    upload(administrator, office_template("｛｛标题｝｝", "｛｛正文｝｝"))
    written = paper_of(administrator, world, Paper.REPORT)
    assert "落实情况" in "".join(paragraph.text for paragraph in written.paragraphs[:3])


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_template_that_word_made_it_from_is_forgotten(administrator, world):
    """Word remembers the .dotx, where it lay on somebody's disk: nobody can take that out of a document."""
    element = f'<w:attachedTemplate {nsdecls("r")} r:id="rId1"/>'
    content = changed("word/settings.xml", "</w:settings>", f"{element}</w:settings>")
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as package:
        relation = (
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'attachedTemplate" Target="file:///C:/office/red.dotx" TargetMode="External"/>'
        )
        package.writestr(
            "word/_rels/settings.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>',
        )
    upload(administrator, file.getvalue())
    assert Letterhead.objects.exists()
    written = io.BytesIO()
    paper_of(administrator, world, Paper.REPORT).save(written)
    with zipfile.ZipFile(written) as package:
        assert not [name for name in package.namelist() if b"red.dotx" in package.read(name)]
        assert b"attachedTemplate" not in package.read("word/settings.xml")


def test_each_slip_begins_a_page_of_its_own(administrator, world):
    written = paper_of(administrator, world, Paper.SLIP)
    titles = [paragraph for paragraph in written.paragraphs if paragraph.text == "督办单"]
    assert len(titles) > 1
    assert [bool(title.paragraph_format.page_break_before) for title in titles] == [False] + [True] * (len(titles) - 1)
    assert len(written.tables) == len(titles)
    page = administrator.get("/chasing/slips/").content.decode()
    assert page.count('class="slip-band"') == len(titles)
    assert "/reports/slips/" in page
    for table in written.tables:
        for row in table.rows[1:]:
            assert row.cells[2].text in page


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_word_without_a_place_is_named_and_left_out(administrator):
    page = upload(administrator, office_template("{{title}}", "{{body}}", "{{日期}}")).content.decode()
    assert "模板中没有{{主送}}，{{结语}}，{{署名}}" in page.replace("、", "，")
    assert Letterhead.objects.get().original_name == "红头.docx"


@pytest.mark.long
def test_another_template_takes_the_place_of_the_first_and_the_log_says_so(
    administrator, django_capture_on_commit_callbacks
):
    upload(administrator, office_template())
    first = Letterhead.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        upload(administrator, office_template(), version=str(first.pk), name="新版.docx")
    assert not default_storage.exists(first.file.name)
    second = Letterhead.objects.get()
    late = upload(administrator, office_template(), version=str(first.pk))
    assert late.status_code == 409
    assert administrator.post("/letterheads/report/remove/", {"version": str(first.pk)}, follow=True).status_code == 200
    assert Letterhead.objects.get() == second
    with django_capture_on_commit_callbacks(execute=True):
        administrator.post("/letterheads/report/remove/", {"version": str(second.pk)})
    assert not Letterhead.objects.exists()
    assert not default_storage.exists(second.file.name)
    changes = [entry.changes["letterhead"] for entry in ChangeLog.objects.changes().filter(part="落实情况报告")]
    assert changes == [
        {"old": "新版.docx", "new": None},
        {"old": "红头.docx", "new": "新版.docx"},
        {"old": None, "new": "红头.docx"},
    ]
    assert "公文模板" in administrator.get("/accounts/changes/").content.decode()


@pytest.mark.long
def test_a_template_is_downloaded_to_begin_from_and_accepted_again(administrator, world):
    for paper in Paper:
        content = b"".join(administrator.get(f"/letterheads/{paper}/").streaming_content)
        assert "{{正文}}" in texts(content)
        assert upload(administrator, content, paper).status_code == 200
        assert b"".join(administrator.get(f"/letterheads/{paper}/").streaming_content) == content
    assert Letterhead.objects.count() == 4
    assert administrator.get("/letterheads/other/").status_code == 404


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_register_without_a_meeting_tries_the_sample_alone(db, client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    for paper in Paper:
        assert upload(client, office_template(), paper).status_code == 200
    assert client.get("/reports/slips/").status_code == 302


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_paper_is_written_where_the_disk_has_its_template_no_more(administrator, world, caplog):
    upload(administrator, office_template())
    default_storage.delete(Letterhead.objects.get().file.name)
    assert paper_of(administrator, world, Paper.REPORT).paragraphs[0].style.name == "Title"
    assert "cannot be read" in caplog.text
    assert "文件缺失" in administrator.get("/letterheads/").content.decode()
    assert administrator.get("/letterheads/report/").status_code == 410
