"""Makes the register's letterheads: ``python -m meetings.devtools.letterheads``.

Their look is in ``official/``. Papers are filled into them as into an office's own (`letterhead_document` in reports).
"""

import io
import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

from meetings.reports.letterhead_document import Place, shipped_path
from meetings.reports.measures import (
    FOOTER_DISTANCE,
    LINE_PITCH,
    MARGIN_LEFT,
    MARGIN_TOP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_HEIGHT,
    TEXT_WIDTH,
)

_LOOK = Path(__file__).parent / "official"
_PAPER = (
    ("Title", Place.TITLE),
    ("Salutation", Place.SALUTATION),
    ("BodyText", Place.BODY),
    ("Closing", Place.CLOSING),
    ("Signature", Place.SIGNATURE),
    ("Date", Place.DATE),
)
_SLIP = (_PAPER[0], ("Caption", Place.COLOUR), *_PAPER[1:], ("BodyText", "签收人：　　　　　　　　签收日期："))
# No room for a seal, and the line for the receipt on the page of the day.
_SLIP_PROPERTIES = {"Signature": '<w:spacing w:before="0"/>', "Date": "<w:keepNext/>"}
LETTERHEADS = {"document": _PAPER, "letter": _PAPER, "slip": _SLIP}


def make_letterhead(name: str) -> bytes:
    """Return the .docx of one of LETTERHEADS, the same each time."""
    document = Document()
    _set_look(document)
    _set_page(document, is_letter=name == "letter")
    last = document.element.body.sectPr
    properties = _SLIP_PROPERTIES if name == "slip" else {}
    for style, words in LETTERHEADS[name]:
        printed = f"{{{{{words}}}}}" if isinstance(words, Place) else words
        last.addprevious(_paragraph(style, printed, properties.get(style, "")))
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.language = "zh-CN"
    file = io.BytesIO()
    document.save(file)
    return _without_times(file)


def _set_look(document: DocumentObject) -> None:
    part = document.part
    part._styles_part._element = parse_xml(_read("styles"))
    part.numbering_part._element = parse_xml(_read("numbering"))
    part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)._blob = _read("font_table")
    # A picture of the template that python-docx begins with.
    for key in [key for key, each in part.package.rels.items() if each.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del part.package.rels[key]
    settings = document.settings.element
    settings.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    # As Word has laid out tables since 2013: their borders, not their words, stand at the margin.
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _read(name: str) -> bytes:
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True, resolve_entities=False)
    return etree.tostring(etree.parse(_LOOK / f"{name}.xml", parser).getroot(), encoding="UTF-8")


def _set_page(document: DocumentObject, *, is_letter: bool) -> None:
    section = document.sections[0]
    properties = section._sectPr
    for child in list(properties):
        properties.remove(child)
    right, bottom = PAGE_WIDTH - MARGIN_LEFT - TEXT_WIDTH, PAGE_HEIGHT - MARGIN_TOP - TEXT_HEIGHT
    for element in (
        f'w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"',
        f'w:pgMar w:top="{MARGIN_TOP}" w:right="{right}" w:bottom="{bottom}" w:left="{MARGIN_LEFT}" '
        f'w:header="{FOOTER_DISTANCE}" w:footer="{FOOTER_DISTANCE}" w:gutter="0"',
        f'w:docGrid w:type="lines" w:linePitch="{LINE_PITCH}"',
    ):
        properties.append(parse_xml(f"<{element} {nsdecls('w')}/>"))
    section.different_first_page_header_footer = is_letter
    # The outer edge of a sheet printed on both sides: right on odd pages, left on even ones.
    document.settings.odd_and_even_pages_header_footer = True
    for footer, style in ((section.footer, "FooterOdd"), (section.even_page_footer, "Footer")):
        footer.is_linked_to_previous = False
        element = footer._element
        for child in list(element):
            element.remove(child)
        numbered = _paragraph(style, "— ")
        field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        numbered.append(parse_xml(field))
        numbered.append(_paragraph(style, " —")[-1])
        element.append(numbered)


def _paragraph(style: str, words: str, properties: str = "") -> BaseOxmlElement:
    return parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'
    )


def _without_times(file: io.BytesIO) -> bytes:
    """Return the package without times, so that it depends on its content alone."""
    timeless = io.BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as package:
        for name in made.namelist():
            package.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
    return timeless.getvalue()


if __name__ == "__main__":
    for name in LETTERHEADS:
        shipped_path(name).write_bytes(make_letterhead(name))
