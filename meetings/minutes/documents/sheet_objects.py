"""Comments, pictures and links on the sheets of a workbook."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree
from openpyxl.utils import get_column_letter

from meetings.core.converter import store_as_list

from .packages import Package
from .xlsx import sheet_parts

# More are not told one by one.
_MAX_OBJECTS = 1000
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"([^"]*)"', re.IGNORECASE)


class ObjectKind(StrEnum):
    """Kinds of what lies on a sheet."""

    COMMENT = "comment"
    PICTURE = "picture"
    TEXT_BOX = "text_box"
    # A chart, a form's control, a file.
    OTHER = "other"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class SheetObject:
    """A thing at the cell ``reference``, with its text or the address it leads to.

    ``part`` is that of the package which holds a picture.
    """

    kind: ObjectKind
    reference: str
    text: str = ""
    part: str = ""


store_as_list(SheetObject)


def read_objects(content: bytes) -> dict[str, tuple[SheetObject, ...]]:
    """Return what lies on each sheet of a workbook's bytes, by the sheet's name."""
    with Package(content) as package:
        return {name: tuple(_objects(package, part))[:_MAX_OBJECTS] for name, part, _hidden in sheet_parts(package)}


def _objects(package: Package, part: str) -> Iterator[SheetObject]:
    comments: dict[str, str] = {}
    addresses = {}
    for relation in package.relations(part):
        if relation.is_external:
            addresses[relation.key] = relation.target
        elif relation.target not in package:
            continue
        elif relation.kind == "comments":
            comments = _comments(package, relation.target, "comment") | comments
        elif relation.kind == "threadedComment":
            # The older part says of each only that it needs a newer program.
            comments |= _comments(package, relation.target, "threadedComment")
        elif relation.kind == "drawing":
            yield from _drawn_objects(package, relation.target)
    for reference, text in comments.items():
        yield SheetObject(ObjectKind.COMMENT, reference, text)
    yield from _links_and_files(package, part, addresses)


def _comments(package: Package, part: str, name: str) -> dict[str, str]:
    comments: dict[str, list[str]] = {}
    for element in _descendants(package.tree(part), name):
        text = "".join(piece.text or "" for piece in _descendants(element, "t", "text")).strip()
        comments.setdefault(element.get("ref", ""), []).append(text)
    return {reference: "\n".join(texts) for reference, texts in comments.items()}


def _drawn_objects(package: Package, part: str) -> Iterator[SheetObject]:
    parts = {relation.key: relation.target for relation in package.relations(part) if not relation.is_external}
    for anchor in _descendants(package.tree(part), "twoCellAnchor", "oneCellAnchor", "absoluteAnchor"):
        reference = _anchored_at(anchor)
        found = [(shape, *_content(shape, parts)) for shape in _shapes(anchor)]
        for shape, text, picture in found:
            if text:
                yield SheetObject(ObjectKind.TEXT_BOX, reference, text)
            if picture or _name(shape) == "pic":
                yield SheetObject(ObjectKind.PICTURE, reference, part=picture)
        if not found or any(not (text or picture or _name(shape) == "pic") for shape, text, picture in found):
            yield SheetObject(ObjectKind.OTHER, reference)


def _content(shape: etree._Element, parts: dict[str, str]) -> tuple[str, str]:
    """Return the text of a shape, and the part with its picture."""
    lines = ("".join(piece.text or "" for piece in _descendants(line, "t")) for line in _descendants(shape, "p"))
    keys = [value for blip in _descendants(shape, "blip") for name, value in blip.items() if name.endswith("}embed")]
    return "\n".join(lines).strip(), next((parts[key] for key in keys if key in parts), "")


def _shapes(element: etree._Element) -> Iterator[etree._Element]:
    """Yield what an anchor holds, in groups and groups of groups too."""
    for child in element:
        name = _name(child)
        if name in ("sp", "pic", "graphicFrame", "cxnSp"):
            yield child
        elif name == "AlternateContent":
            # One thing, written for newer programs and for older ones.
            yield from next((found for option in child if (found := list(_shapes(option)))), [])
        elif name in ("grpSp", "Choice", "Fallback"):
            yield from _shapes(child)


def _links_and_files(package: Package, part: str, addresses: dict[str, str]) -> Iterator[SheetObject]:
    """Yield the links of the sheet's cells, and the files laid on it, each once."""
    cell, files = "", set()
    for event, element in package.events(part):
        name = _name(element)
        if event == "start":
            cell = element.get("r", "") if name == "c" else cell
        elif name == "f" and (match := _HYPERLINK.match(element.text or "")):
            yield SheetObject(ObjectKind.LINK, cell, match[1])
        elif name == "hyperlink":
            keys = [value for key, value in element.attrib.items() if key.endswith("}id")]
            address = next((addresses[key] for key in keys if key in addresses), "") or element.get("location", "")
            if address:
                yield SheetObject(ObjectKind.LINK, element.get("ref", "").split(":")[0], address)
        elif name == "oleObject" and (key := element.get("shapeId", "")) not in files:
            files.add(key)
            yield SheetObject(ObjectKind.OTHER, _anchored_at(element))
        elif name == "row":
            element.clear()


def _anchored_at(element: etree._Element) -> str:
    """Return the cell at the upper left of an anchor, empty where it has none."""
    for corner in _descendants(element, "from"):
        values = {_name(child): child.text or "" for child in corner}
        if all(values.get(name, "").isdecimal() for name in ("col", "row")):
            return f"{get_column_letter(min(int(values['col']), 16_383) + 1)}{int(values['row']) + 1}"
    return ""


def _descendants(element: etree._Element, *names: str) -> Iterable[etree._Element]:
    return (each for each in element.iter() if _name(each) in names)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
