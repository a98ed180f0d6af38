"""Excel workbooks (.xlsx, .xlsm), streamed from their XML.

Only cells that hold something are stored, so neither a false dimension, nor a cell in the last column, nor a merge
over the whole sheet costs memory. calamine fills the rectangle up to the farthest cell and says neither which rows are
hidden nor how a number is shown, and 2026.10 shown with two decimals is October where the bare number 2026.1 is a
doubt; so the parts are read here. Formulas count with the value Excel saved, and as they were entered where there is
none; macros are never opened.
"""

import re
from dataclasses import dataclass

from lxml import etree
from openpyxl.utils import column_index_from_string

from .errors import MAX_CELLS, MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Cell, CellDefect, CellValue, Document
from .number_formats import GENERAL, NumberFormat, builtin_format, format_number
from .packages import Package, namespace
from .sheet_grid import SheetGrid, check_cells

_MAX_SHEETS = 64
# Office Online numbers its parts: xl/workbook22.xml.
_MAIN_PART = re.compile(r"xl/workbook\d*\.xml")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# WPS keeps a picture in a cell as a formula that Excel does not know.
_PICTURE_FORMULA = re.compile(r"=(?:_xlfn\.)?DISPIMG\(")
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576


@dataclass
class _Workbook:
    sheets: list[tuple[str, str, bool]]  # name, part, hidden
    strings: list[str]
    struck: dict[int, str]  # what of a string is struck through, by its position
    formats: list[NumberFormat]
    struck_styles: frozenset[int]
    is_1904: bool


def read_xlsx(content: bytes) -> Document:
    """Read the bytes of a workbook, a table a sheet; raises UnreadableDocumentError."""
    with Package(content) as package:
        workbook = _workbook(package)
        tables = []
        count = 0
        for name, part, is_hidden in workbook.sheets:
            sheet = _sheet(package, part, workbook)
            count = check_cells(count, sheet)
            if sheet.cells:
                tables.append(sheet.table(name, is_hidden=is_hidden))
    return Document(tuple(tables))


def _workbook(package: Package) -> _Workbook:
    main_part = _main_part(package)
    root = package.tree(main_part)
    properties = root.find(f"{namespace(root)}workbookPr")
    is_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true")
    parts = {"sharedStrings": "xl/sharedstrings.xml", "styles": "xl/styles.xml"}
    parts.update((relation.kind, relation.target) for relation in package.relations(main_part))
    strings, struck = _strings(package, parts["sharedStrings"]) if parts["sharedStrings"] in package else ([], {})
    formats, struck_styles = _styles(package, parts["styles"]) if parts["styles"] in package else ([], frozenset())
    return _Workbook(sheet_parts(package), strings, struck, formats, struck_styles, is_1904)


def _main_part(package: Package) -> str:
    return min((name for name in package.names() if _MAIN_PART.fullmatch(name)), default="xl/workbook.xml")


def sheet_parts(package: Package) -> list[tuple[str, str, bool]]:
    """Return each sheet's name, its part, and whether it is hidden."""
    part = _main_part(package)
    root = package.tree(part)
    targets = {relation.key: relation for relation in package.relations(part)}
    sheets = []
    for sheet in root.iter(f"{namespace(root)}sheet"):
        key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        relation = targets.get(key)
        if relation and relation.kind == "worksheet" and relation.target in package:
            sheets.append((sheet.get("name", ""), relation.target, sheet.get("state", "visible") != "visible"))
    if not sheets:
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part)
    return sheets[:_MAX_SHEETS]


def _item_text(element: etree._Element, main: str, *, is_struck: bool = False) -> str:
    """Return a string item's text, or what of it is struck, without phonetic readings."""
    pieces = []
    for child in element:
        if child.tag == f"{main}t" and not is_struck:
            pieces.append(child.text or "")
        elif child.tag == f"{main}r" and (not is_struck or _has_strike(child.find(f"{main}rPr"), main)):
            pieces.extend(text.text or "" for text in child.iterchildren(f"{main}t"))
    text = _ESCAPE.sub(_unescape, "".join(pieces))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _has_strike(properties: etree._Element | None, main: str) -> bool:
    strike = properties.find(f"{main}strike") if properties is not None else None
    return strike is not None and strike.get("val", "1") not in ("0", "false")


def _unescape(match: re.Match[str]) -> str:
    """Undo Excel's escapes of control characters (_x000D_) and their likes."""
    character = chr(int(match[1], 16))
    is_text = character in "\t\n" or (character >= " " and not "\ud800" <= character <= "\udfff")
    return character if is_text else ""


def _strings(package: Package, part: str) -> tuple[list[str], dict[int, str]]:
    strings: list[str] = []
    struck: dict[int, str] = {}
    main = ""
    for event, element in package.events(part):
        main = main or namespace(element)
        if event == "end" and element.tag == f"{main}si":
            if text := _item_text(element, main, is_struck=True):
                struck[len(strings)] = text
            strings.append(_item_text(element, main))
            if len(strings) > MAX_CELLS:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
            _free_element(element)
    return strings, struck


def _styles(package: Package, part: str) -> tuple[list[NumberFormat], frozenset[int]]:
    """Return the cell styles' number formats, and which of them are struck through."""
    root = package.tree(part)
    main = namespace(root)
    own = {
        element.get("numFmtId"): NumberFormat(element.get("formatCode", ""))
        for element in root.iterfind(f"{main}numFmts/{main}numFmt")
    }
    fonts = [_has_strike(font, main) for font in root.iterfind(f"{main}fonts/{main}font")]
    struck_fonts = {str(at) for at, is_struck in enumerate(fonts) if is_struck}
    formats, struck_styles = [], set()
    for at, element in enumerate(root.iterfind(f"{main}cellXfs/{main}xf")):
        key = element.get("numFmtId", "0")
        formats.append(own.get(key) or builtin_format(key))
        if element.get("fontId", "0") in struck_fonts:
            struck_styles.add(at)
    return formats, frozenset(struck_styles)


def _free_element(element: etree._Element) -> None:
    """Free what has been read, and the elements before it that the parser still holds."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _position(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column, row = column_index_from_string(match[1]), int(match[2])
    if not 1 <= row <= _LAST_ROW or column > _LAST_COLUMN:
        return None
    return row, column


def _sheet(package: Package, part: str, workbook: _Workbook) -> SheetGrid:
    sheet = SheetGrid()
    main = ""
    row = column = 0
    for event, element in package.events(part):
        main = main or namespace(element)
        name = element.tag[len(main) :] if isinstance(element.tag, str) else ""
        if event == "start":
            if name == "row":
                number = element.get("r", "")
                row = int(number) if number.isdecimal() and len(number) < 8 else row + 1
                column = 0
                if element.get("hidden") in ("1", "true"):
                    sheet.hidden_rows.add(row)
            continue
        if name == "c":
            at = _position(element.get("r", ""))
            if at is None and element.get("r"):
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=_LAST_COLUMN)
            row, column = at or (row, column + 1)
            cell = _cell(element, main, workbook)
            sheet.add(row, column, cell)
        elif name == "row":
            _free_element(element)
        elif name == "mergeCell":
            names = element.get("ref", "").split(":")
            corners = [corner for corner in map(_position, names) if corner]
            if len(corners) == len(names) == 2:
                sheet.merges.append((*corners[0], *corners[1]))
            _free_element(element)
    return sheet


def _cell(element: etree._Element, main: str, workbook: _Workbook) -> Cell:
    kind, style = element.get("t", "n"), _number(element.get("s", ""))
    raw = element.findtext(f"{main}v") or ""
    is_computed = bool(raw) or (kind == "str" and element.find(f"{main}v") is not None)
    text, struck = raw, ""
    value: CellValue = None
    defect = None
    if kind == "inlineStr":
        inline = element.find(f"{main}is")
        if inline is None:
            return EMPTY
        text, struck = _item_text(inline, main), _item_text(inline, main, is_struck=True)
    elif not is_computed and (formula := element.findtext(f"{main}f")):
        # What is known is what was typed.
        text, defect = f"={formula}", CellDefect.FORMULA
    elif kind == "s":
        at = _number(raw)
        if not 0 <= at < len(workbook.strings):
            return EMPTY
        text, struck = workbook.strings[at], workbook.struck.get(at, "")
    elif kind == "n" and raw:
        number_format = workbook.formats[style] if 0 <= style < len(workbook.formats) else GENERAL
        text, value = format_number(raw, number_format, is_1904=workbook.is_1904)
    elif kind == "b":
        text, defect = "TRUE" if raw in ("1", "true") else "FALSE", CellDefect.BOOLEAN
    elif kind == "e":
        # Excel keeps a picture in a cell as the metadata of an error.
        defect = CellDefect.PICTURE if element.get("vm") else CellDefect.ERROR
    if _PICTURE_FORMULA.match(text):
        defect = CellDefect.PICTURE
    if style in workbook.struck_styles and not struck:
        struck = text
    return Cell(text, value, defect, struck)


def _number(text: str) -> int:
    """Return a position in a list of the workbook; -1 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1
