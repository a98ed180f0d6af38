"""Reader of Word documents (.docx, .docm), straight from their XML.

python-docx's cell loop is 5,000 times slower and skips rows in content controls. Macros are parts of the package that
nothing here opens.
"""

from collections.abc import Iterator

from lxml import etree

from .errors import (
    MAX_CELLS,
    MAX_PRINTED_ROWS,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_ROWS,
    UnreadableDocumentError,
    UnreadableReason,
)
from .model import EMPTY, Block, Cell, Document, Paragraph, Table
from .numbering import Numbering
from .packages import Package, namespace

_MARKUP_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Wrappers whose children belong to the text around them; what is not named here and not understood is passed over.
_TRANSPARENT = {"ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "dir", "bdo"}
_MAX_NESTING = 8


def read_docx(content: bytes) -> Document:
    """Read the bytes of a .docx. Raises UnreadableDocumentError."""
    with Package(content) as package:
        part = _main_part(package)
        root = package.tree(part)
        return _Reader(package, root).document()


def _main_part(package: Package) -> str:
    if "word/document.xml" in package:
        return "word/document.xml"
    for name in package.names():  # a few programs call it document2.xml
        if name.startswith("word/document") and name.endswith(".xml"):
            return name
    raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="word/document.xml")


class _Reader:
    def __init__(self, package: Package, root: etree._Element) -> None:
        self._root = root
        self._w = namespace(root)
        self._numbering = Numbering(package)
        self._cells = 0
        self._style_lists: dict[str, tuple[str, int]] = {}
        if "word/styles.xml" in package:
            self._read_style_lists(package.tree("word/styles.xml"))

    def document(self) -> Document:
        body = self._root.find(f"{self._w}body")
        if body is None:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="word/document.xml")
        return Document(tuple(self._blocks(body, 0)))

    # --- XML helpers ------------------------------------------------------------------------------

    def _name(self, element: etree._Element) -> str:
        """Return the element's local name if it is Word's own, else ""."""
        tag = element.tag
        if isinstance(tag, str) and tag.startswith(self._w):
            return tag[len(self._w) :]
        return "AlternateContent" if tag == f"{_MARKUP_COMPATIBILITY}AlternateContent" else ""

    def _val(self, parent: etree._Element | None, path: str) -> str | None:
        """Return ``w:val`` of the child at ``path`` ("" without one), None without child."""
        if parent is None:
            return None
        child = parent.find("/".join(self._w + step for step in path.split("/")))
        return None if child is None else child.get(f"{self._w}val", "")

    def _has(self, parent: etree._Element | None, name: str) -> bool:
        """Return whether the on/off property ``name`` is set."""
        value = self._val(parent, name)
        return value is not None and value not in ("0", "false", "off")

    def _children(self, parent: etree._Element) -> Iterator[etree._Element]:
        """Yield the children, through content controls, insertions and other wrappers."""
        for child in parent:
            name = self._name(child)
            if name == "sdt":
                content = child.find(f"{self._w}sdtContent")
                if content is not None:
                    yield from self._children(content)
            elif name in _TRANSPARENT:
                yield from self._children(child)
            elif name == "AlternateContent":
                choice = child.find(f"{_MARKUP_COMPATIBILITY}Choice")
                if choice is None:
                    choice = child.find(f"{_MARKUP_COMPATIBILITY}Fallback")
                if choice is not None:
                    yield from self._children(choice)
            else:
                yield child

    # --- blocks -----------------------------------------------------------------------------------

    def _blocks(self, parent: etree._Element, depth: int) -> Iterator[Block]:
        pending = ""
        for child in self._children(parent):
            name = self._name(child)
            if name == "p":
                text, boxes, is_joined = self._paragraph(child, depth)
                if is_joined:  # its mark is a tracked deletion: it runs on into the next paragraph
                    pending += text
                    continue
                yield from (Paragraph(line) for line in (pending + text).split("\n") if line.strip())
                pending = ""
                yield from boxes
            elif name == "tbl":
                yield from self._table(child, depth)
        if pending.strip():
            yield Paragraph(pending)

    def _paragraph(self, element: etree._Element, depth: int) -> tuple[str, list[Block], bool]:
        """Return the paragraph's text and boxes, and whether it joins the next one."""
        properties = element.find(f"{self._w}pPr")
        boxes: list[Block] = []
        text = "".join(self._inline(element, boxes, depth))
        label = self._label(properties)
        if label and not text.lstrip().startswith(label):
            text = f"{label} {text}" if text.strip() else label
        mark = properties.find(f"{self._w}rPr") if properties is not None else None
        is_joined = mark is not None and mark.find(f"{self._w}del") is not None
        return text, boxes, is_joined

    def _label(self, properties: etree._Element | None) -> str:
        if properties is None:
            return ""
        number_id = self._val(properties, "numPr/numId")
        depth = self._val(properties, "numPr/ilvl")
        if number_id is None:
            number_id, style_depth = self._style_lists.get(self._val(properties, "pStyle") or "", ("", 0))
            depth = depth or str(style_depth)
        if not number_id or number_id == "0":
            return ""
        return self._numbering.next_label(number_id, int(depth) if depth and depth.isdecimal() else 0)

    def _read_style_lists(self, root: etree._Element) -> None:
        """Return the paragraph styles that number their paragraphs, by themselves or not."""
        own: dict[str, tuple[str, int]] = {}
        based_on: dict[str, str] = {}
        w = namespace(root)
        for style in root.iterchildren(f"{w}style"):
            key = style.get(f"{w}styleId") or ""
            number = style.find(f"{w}pPr/{w}numPr/{w}numId")
            level = style.find(f"{w}pPr/{w}numPr/{w}ilvl")
            base = style.find(f"{w}basedOn")
            if number is not None:
                depth = level.get(f"{w}val", "0") if level is not None else "0"
                own[key] = (number.get(f"{w}val", ""), int(depth) if depth.isdecimal() else 0)
            if base is not None:
                based_on[key] = base.get(f"{w}val", "")
        for key in {*own, *based_on}:
            at, visited = key, set()
            while at and at not in own and at not in visited:
                visited.add(at)
                at = based_on.get(at, "")
            if at in own:
                self._style_lists[key] = own[at]

    def _inline(self, parent: etree._Element, boxes: list[Block], depth: int) -> Iterator[str]:
        for child in self._children(parent):
            name = self._name(child)
            if name == "r":
                if not self._has(child.find(f"{self._w}rPr"), "vanish"):
                    yield from self._inline(child, boxes, depth)
            elif name == "t":
                yield child.text or ""
            elif name == "tab":
                yield "\t"
            elif name in ("br", "cr"):
                # A page or column break ends a line as well.
                yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "ruby":
                base = child.find(f"{self._w}rubyBase")
                if base is not None:
                    yield from self._inline(base, boxes, depth)
            elif name in ("drawing", "pict", "object") and depth < _MAX_NESTING:
                for box in child.iter(f"{self._w}txbxContent"):
                    boxes.extend(self._blocks(box, depth + 1))

    # --- tables -----------------------------------------------------------------------------------

    def _table(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """Return the table, and after it the tables inside its cells."""
        if depth >= _MAX_NESTING:
            return
        rows: list[list[Cell]] = []
        nested: list[Block] = []
        for row in self._children(element):
            if self._name(row) != "tr":
                continue
            properties = row.find(f"{self._w}trPr")
            if properties is not None and properties.find(f"{self._w}del") is not None:
                continue
            if len(rows) >= MAX_PRINTED_ROWS:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
            rows.append(self._row(row, properties, rows[-1] if rows else [], nested, depth))
        if rows:
            yield Table.of(rows)
        yield from nested

    def _row(
        self,
        element: etree._Element,
        properties: etree._Element | None,
        above: list[Cell],
        nested: list[Block],
        depth: int,
    ) -> list[Cell]:
        cells: list[Cell] = [EMPTY] * self._count(self._val(properties, "gridBefore"), 0)
        for child in self._children(element):
            if self._name(child) != "tc":
                continue
            properties = child.find(f"{self._w}tcPr")
            if properties is not None and properties.find(f"{self._w}cellDel") is not None:
                continue
            span = self._count(self._val(properties, "gridSpan"), 1)
            merge = self._val(properties, "vMerge")
            at = len(cells)
            if merge is not None and merge != "restart" and at < len(above) and above[at] is not EMPTY:
                cell = above[at]
            elif self._val(properties, "hMerge") not in (None, "restart") and cells:
                cell = cells[-1]
            else:
                cell = Cell("\n".join(self._cell_lines(child, nested, depth)))
            self._cells += 1
            cells.extend([cell] * span)
            if len(cells) > MAX_TABLE_COLUMNS:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)
            if self._cells > MAX_CELLS:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
        return cells

    def _cell_lines(self, element: etree._Element, nested: list[Block], depth: int) -> Iterator[str]:
        for block in self._blocks(element, depth + 1):
            if isinstance(block, Paragraph):
                yield block.text.replace("\t", " ").strip()
            else:
                nested.append(block)

    @staticmethod
    def _count(text: str | None, otherwise: int) -> int:
        return min(int(text), MAX_TABLE_COLUMNS + 1) if text and text.isdecimal() and len(text) < 8 else otherwise
