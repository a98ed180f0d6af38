"""Takes the few files that pages need out of node_modules: `python -m cnas_tasks.frontend` (`make setup` runs it).

Tabler's packages hold some 5,000 files, most of which no page asks for and some of which name files that are
not there, which a storage with hashed names refuses. So: three files with their maps, and one sprite of icons.
"""

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

TABLER = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map",
)

# The searching select, without its plug-ins; its style is our own (static/css/search-select.css), for those it comes
# with are painted for a light page.
TOM_SELECT = (
    "tom-select/dist/js/tom-select.base.min.js",
    "tom-select/dist/js/tom-select.base.min.js.map",
)

# Names of Tabler's outline icons, as in `{% icon "home" %}`. An icon not listed here is not in the sprite,
# and the suite says so.
ICONS = (
    "adjustments",
    "alert-triangle",
    "arrow-back-up",
    "arrow-down",
    "arrow-up",
    "bookmark",
    "building",
    "calendar-event",
    "calendar-time",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "chevron-up",
    "clock",
    "columns",
    "download",
    "eye",
    "file-spreadsheet",
    "file-text",
    "filter",
    "gavel",
    "help-circle",
    "history",
    "home",
    "info-circle",
    "language",
    "link",
    "list-check",
    "lock",
    "logout",
    "message",
    "moon",
    "paperclip",
    "pencil",
    "plus",
    "printer",
    "refresh",
    "search",
    "settings",
    "sort-ascending",
    "sort-descending",
    "table",
    "upload",
    "user",
    "users",
    "x",
)

SVG = "http://www.w3.org/2000/svg"


def sprite(names: tuple[str, ...], folder: Path) -> str:
    """Return one SVG document with a `<symbol id="name">` for each icon, drawn in the colour of the text."""
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    for name in names:
        drawing = ET.parse(folder / f"{name}.svg").getroot()
        symbol = ET.SubElement(root, f"{{{SVG}}}symbol", {"id": name, "viewBox": "0 0 24 24"})
        for attribute in ("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"):
            symbol.set(attribute, drawing.get(attribute, ""))
        # The first path of every icon is an empty square that only fixes its size.
        symbol.extend(shape for shape in drawing if shape.get("stroke") != "none")
    return ET.tostring(root, encoding="unicode")


def main() -> None:
    """Fill static/vendor/ afresh."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source in (*TABLER, *TOM_SELECT):
        shutil.copyfile(NODE_MODULES / source, VENDOR / Path(source).name)
    icons = sprite(ICONS, NODE_MODULES / "@tabler" / "icons" / "icons" / "outline")
    (VENDOR / "icons.svg").write_text(icons, encoding="utf-8")


if __name__ == "__main__":
    main()
