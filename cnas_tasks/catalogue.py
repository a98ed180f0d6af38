"""The Chinese message catalogue, maintained with Babel alone.

    python -m cnas_tasks.catalogue update               # extraction into locale/…/django.po  (make messages)
    python -m cnas_tasks.catalogue compile IN.po OUT.mo  # (make setup)

English is the language of the source, so it needs no catalogue. A message is never guessed from a similar one
and carries no line number: what changes in the file is what somebody changed in the wording.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO_FILE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
LOCALE = "zh_Hans"

# Where a person can read a word from. Tests and settings of tools have no words of the interface.
SOURCES = ("cnas_tasks/**/*.py", "meetings/**/*.py", "templates/**/*.html", "templates/**/*.txt")

# What Django calls a message, and which arguments are context (c), singular and plural.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# %(name)s, %s, %%, and {name}: what a translation has to keep, whatever their order.
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[a-zA-Z%]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a message, sorted."""
    return sorted(PLACEHOLDER.findall(text))


def message_key(message: Message) -> tuple[str | None, str]:
    """Return what gettext looks a message up by: its context and its singular."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def translations(message: Message) -> tuple[str, ...]:
    """Return the translations of a message, one for each plural form; empty if none."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def extract_messages(path: Path) -> Iterator[tuple[tuple[str, ...] | str, str | None, list[str]]]:
    """Yield (message or plural pair, context, translators' comments) of one file."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Within brackets Python has no indentation, which what is left of a template would break.
        source = f"({templatize(source, origin=str(path))}\n)"
    for _line, message, comments, context in extract(
        "python",
        io.BytesIO(source.encode()),
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    ):
        yield message, context, comments


def extract_catalog() -> Catalog:
    """Return every message of the code and the templates, untranslated."""
    catalog = Catalog(locale=LOCALE)
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            for message, context, comments in extract_messages(path):
                catalog.add(message, context=context, auto_comments=sorted(set(comments)))
    return catalog


def read_catalog() -> Catalog:
    """Return the catalogue as it lies in the repository, empty if there is none yet."""
    if not PO_FILE.exists():
        return _with_header(Catalog(locale=LOCALE))
    with PO_FILE.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def update_catalog() -> Catalog:
    """Return the messages of today's code with the translations we have of them."""
    existing = {message_key(message): message.string for message in read_catalog() if message.id}
    catalog = _with_header(extract_catalog())
    for message in catalog:
        translated = existing.get(message_key(message))
        # What has become a plural, or ceased to be one, is translated anew.
        if message.id and isinstance(translated, str) == isinstance(message.id, str):
            message.string = translated or message.string
    return catalog


def write_catalog(catalog: Catalog, path: Path = PO_FILE) -> None:
    """Write ``catalog`` sorted, without places and without obsolete messages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, no_location=True, sort_output=True, ignore_obsolete=True, width=120)


def compile_file(source: Path, target: Path) -> None:
    """Compile a .po file into the .mo that Django reads."""
    with source.open("rb") as file:
        catalog = read_po(file, locale=LOCALE, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    target.write_bytes(compiled.getvalue())


def _with_header(catalog: Catalog) -> Catalog:
    # Dates and names of a last translator would change with every run and say less than the log of the repository.
    catalog.project, catalog.version = "cnas-task-register", ""
    catalog.header_comment = "# The Chinese words of the register; `make messages` keeps it complete."
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = ""
    catalog.fuzzy = False
    return catalog


def main(arguments: list[str]) -> int:
    """Run one of the two commands of the module's docstring; return the exit code."""
    match arguments:
        case ["update"]:
            catalog = update_catalog()
            write_catalog(catalog)
            missing = [message.id for message in catalog if message.id and not any(translations(message))]
            print(f"{PO_FILE.relative_to(ROOT)}: {len(catalog)} messages, {len(missing)} to be translated")
            for message in missing:
                print(f"  {message!r}")
            return 0
        case ["compile", source, target]:
            compile_file(Path(source), Path(target))
            return 0
        case _:
            print(ast.get_docstring(ast.parse(Path(__file__).read_text(encoding="utf-8"))), file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
