"""Letterheads (公文模板): Word templates, and filling a paper into their places.

A place is a name in double braces, such as ``{{标题}}``, in any paragraph, text box, header or footer; the body takes a
paragraph of its own. A place is looked up and never evaluated, so that nobody's template can compute anything.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from enum import StrEnum
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.numbering import NumberingPart
from docx.text.paragraph import Paragraph

from .measures import BODY_SIZE, TEXT_WIDTH


class Place(StrEnum):
    """What a template has a place for, by its name there.

    The English name is understood as well.
    """

    TITLE = "标题"
    SALUTATION = "主送"
    BODY = "正文"
    CLOSING = "结语"
    SIGNATURE = "署名"
    DATE = "日期"
    YEAR = "年份"
    COLOUR = "颜色"


# Those whose words all papers of one file share, so that they may stand in its headers and footers.
SHARED_PLACES = (Place.TITLE, Place.SIGNATURE, Place.DATE, Place.YEAR)
_PLACES = {name: place for place in Place for name in (place.value, place.name.lower())}
# An input method for Chinese may write wide ones.
_IN_BRACES = re.compile(r"[{｛]{2}([^{}｛｝]{0,60})[}｝]{2}")
_LEFT_OPEN = re.compile(r"[{｛]{2}[^{}｛｝]{0,40}[}｝]?|[}｝]{2}")
# Word remembers where the .dotx lay that a document was made from.
TEMPLATE_OF_ORIGIN = "attachedTemplate"
_REFERENCES = ("w:basedOn", "w:next", "w:link")
_FOLDER = Path(__file__).parent / "shipped"


def read_shipped(name: str) -> bytes:
    """Return the template of this name that comes with the register.

    They are made by ``python -m meetings.devtools.letterheads``.
    """
    return shipped_path(name).read_bytes()


def shipped_path(name: str) -> Path:
    """Return where a template lies that comes with the register."""
    return _FOLDER / f"{name}.docx"


class LetterheadDocument:
    """A template being filled in; papers follow one another on pages of their own."""

    def __init__(self, content: bytes) -> None:
        self.document = Document(io.BytesIO(content))
        _forget_template_of_origin(self.document)
        body = self.document.element.body
        self._template = [element for element in body if element.tag != qn("w:sectPr")]
        self._style_ids = _adopt_styles(self.document)
        self._is_first = True
        for element in self._template:
            body.remove(element)

    @property
    def text_width(self) -> int:
        """The width between the margins, in twentieths of a point."""
        section = self.document.sections[-1]
        page, left, right = section.page_width, section.left_margin, section.right_margin
        if page is None or left is None or right is None:
            return TEXT_WIDTH
        return int(page - left - right - (section.gutter or 0)) // 635

    def add(self, values: Mapping[Place, str], blocks: Iterable[BaseOxmlElement]) -> None:
        """Add a paper: its words, and ``blocks`` in our styles for its body."""
        elements: list[BaseOxmlElement] = []
        for element in map(deepcopy, self._template):
            if is_body(element):
                elements += map(self._in_own_styles, blocks)
            else:
                _fill(element, values)
                elements.append(element)
        if self._is_first:
            for root in page_parts(self.document):
                _fill(root, values)
        else:
            first = next(paragraph for element in elements for paragraph in element.iter(qn("w:p")))
            Paragraph(first, self.document._body).paragraph_format.page_break_before = True
        self._is_first = False
        last = self.document.element.body.sectPr
        for element in elements:
            last.addprevious(element)

    def indent(self, **characters: float) -> None:
        """Indent these styles from the right, if the template does so in characters."""
        for name, indent in characters.items():
            for element in _styles_by_name(self.document).get(name, _NO_STYLE).iter(qn("w:ind")):
                if element.get(qn("w:rightChars")) is not None:
                    # Hundredths of a character, and twips.
                    element.set(qn("w:rightChars"), str(round(indent * 100)))
                    element.set(qn("w:right"), str(round(indent * BODY_SIZE)))

    def _in_own_styles(self, element: BaseOxmlElement) -> BaseOxmlElement:
        for tag in ("w:pStyle", "w:tblStyle"):
            for style in element.iter(qn(tag)):
                style.set(qn("w:val"), self._style_ids[style.get(qn("w:val"))])
        return element


def _forget_template_of_origin(document: DocumentObject) -> None:
    for part in document.part.package.iter_parts():
        keys = [key for key, relation in part.rels.items() if relation.reltype.endswith(f"/{TEMPLATE_OF_ORIGIN}")]
        for key in keys:
            part.rels.pop(key)
        if keys and isinstance(part, XmlPart):
            for element in list(part.element.iter(qn(f"w:{TEMPLATE_OF_ORIGIN}"))):
                element.getparent().remove(element)


# --- places -------------------------------------------------------------------------------------


def page_parts(document: DocumentObject) -> Iterator[BaseOxmlElement]:
    """Yield the headers and footers."""
    for relation in document.part.rels.values():
        if relation.reltype in (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER):
            yield relation.target_part.element


def is_body(element: BaseOxmlElement) -> bool:
    """Return whether the body is to take the place of this paragraph."""
    if element.tag != qn("w:p"):
        return False
    match = _IN_BRACES.fullmatch("".join(text.text or "" for text in element.iter(qn("w:t"))).strip())
    return match is not None and _PLACES.get(match[1].strip()) == Place.BODY


def find_places(root: BaseOxmlElement) -> Iterator[tuple[str, Place | None]]:
    """Yield what stands in braces below ``root``, with the place that it means."""
    for texts in _paragraph_texts(root):
        whole = _joined(texts)
        for match in _IN_BRACES.finditer(whole):
            yield match[0], _PLACES.get(match[1].strip())
        for brace in _LEFT_OPEN.findall(_IN_BRACES.sub("", whole)):
            yield brace, None


def _paragraph_texts(root: BaseOxmlElement) -> Iterator[list[BaseOxmlElement]]:
    """Yield the texts of each paragraph; Word divides a place among several."""
    # A paragraph may hold a text box with paragraphs of its own.
    paragraphs: dict[BaseOxmlElement | None, list[BaseOxmlElement]] = {}
    for text in root.iter(qn("w:t")):
        paragraphs.setdefault(next(text.iterancestors(qn("w:p")), None), []).append(text)
    yield from paragraphs.values()


def _joined(texts: Sequence[BaseOxmlElement]) -> str:
    return "".join(text.text or "" for text in texts)


def _fill(root: BaseOxmlElement, values: Mapping[Place, str]) -> None:
    for texts in _paragraph_texts(root):
        # From the end, so that what stands before keeps its place.
        for match in reversed(list(_IN_BRACES.finditer(_joined(texts)))):
            if (value := values.get(_PLACES[match[1].strip()])) is not None:
                _replace(texts, *match.span(), value)
        for text in texts:
            _break_lines(text)


def _replace(texts: Sequence[BaseOxmlElement], begin: int, end: int, value: str) -> None:
    at = 0
    for text in texts:
        words = text.text or ""
        first, last = max(begin - at, 0), min(end - at, len(words))
        if first < last:
            text.text, value = words[:first] + value + words[last:], ""
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        at += len(words)


def _break_lines(text: BaseOxmlElement) -> None:
    lines = (text.text or "").split("\n")
    text.text = lines[0]
    for line in reversed(lines[1:]):
        following = deepcopy(text)
        following.text = line
        text.addnext(following)
        text.addnext(OxmlElement("w:br"))


# --- styles -------------------------------------------------------------------------------------

_NO_STYLE = OxmlElement("w:style")


def _styles_by_name(document: DocumentObject) -> dict[str, BaseOxmlElement]:
    """Return the styles by their names, which are the same in Word of every language."""
    return {_name(style): style for style in document.styles.element.iterchildren(qn("w:style"))}


def _name(style: BaseOxmlElement) -> str:
    return str(style.find(qn("w:name")).get(qn("w:val"))).lower()


def _adopt_styles(document: DocumentObject) -> dict[str, str]:
    """Add of our styles those that the document has not; return the ids by ours."""
    shipped, own = _styles_by_name(Document(io.BytesIO(read_shipped("document")))), _styles_by_name(document)
    ids, taken = dict[str, str](), {_id(style) for style in own.values()}
    for name, style in shipped.items():
        ids[_id(style)] = _id(own[name]) if name in own else _unused(_id(style), taken)
    number = ""
    for style in (style for name, style in shipped.items() if name not in own):
        style.set(qn("w:styleId"), ids[_id(style)])
        for reference in (child for tag in _REFERENCES for child in style.iterchildren(qn(tag))):
            reference.set(qn("w:val"), ids[reference.get(qn("w:val"))])
        for numbered in style.iter(qn("w:numId")):
            number = number or _adopt_numbering(document, ids, own)
            numbered.set(qn("w:val"), number)
        document.styles.element.append(style)
    return ids


def _id(style: BaseOxmlElement) -> str:
    return str(style.get(qn("w:styleId")))


def _unused(style_id: str, taken: set[str]) -> str:
    while style_id in taken:
        style_id += "0"
    taken.add(style_id)
    return style_id


def _adopt_numbering(document: DocumentObject, ids: Mapping[str, str], own: Mapping[str, Any]) -> str:
    """Add the numbering of our headings; return its number."""
    definition = deepcopy(Document(io.BytesIO(read_shipped("document"))).part.numbering_part.element[0])
    numbering = _numbering(document)
    numbers = [int(each.get(qn("w:numId"))) for each in numbering.iterchildren(qn("w:num"))]
    definitions = [int(each.get(qn("w:abstractNumId"))) for each in numbering.iterchildren(qn("w:abstractNum"))]
    definition.set(qn("w:abstractNumId"), str(max(definitions, default=0) + 1))
    own_ids = {_id(style) for style in own.values()}
    for level in definition.iter(qn("w:pStyle")):
        level.set(qn("w:val"), ids[level.get(qn("w:val"))])
        if level.get(qn("w:val")) in own_ids:
            # The template's own heading is numbered as it says itself.
            level.getparent().remove(level)
    # All definitions stand before all numbers.
    numbering.insert(len(definitions) + _pictures(numbering), definition)
    number = str(max(numbers, default=0) + 1)
    numbering.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="'
            f'{definition.get(qn("w:abstractNumId"))}"/></w:num>'
        )
    )
    return number


def _pictures(numbering: BaseOxmlElement) -> int:
    return len(list(numbering.iterchildren(qn("w:numPicBullet"))))


def _numbering(document: DocumentObject) -> BaseOxmlElement:
    part = document.part
    if not any(relation.reltype == RELATIONSHIP_TYPE.NUMBERING for relation in part.rels.values()):
        empty = f"<w:numbering {nsdecls('w')}/>".encode()
        made = NumberingPart.load(PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, empty, part.package)
        part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    return part.numbering_part.element
