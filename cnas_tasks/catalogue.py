"""The Chinese message catalogue, maintained with Babel alone.

    python -m cnas_tasks.catalogue update               # extraction into locale/…/django.po  (make messages)
    python -m cnas_tasks.catalogue compile IN.po OUT.mo  # (make setup)

English is the language of the source, so it needs no catalogue. A message is never guessed from a similar one
and carries no line number: what changes in the file is what somebody changed in the wording. Where a person can
read a word from, and what a message is called there, pyproject.toml says.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from babel.messages.extract import extract_python
from babel.messages.frontend import CommandLineInterface
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO_FILE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def extract_template(file: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[tuple]:
    """Yield the messages of a Django template, as Babel's extractors do."""
    # Within brackets Python has no indentation, which what is left of a template would break.
    source = f"({templatize(file.read().decode(), origin=file.name)}\n)"
    yield from extract_python(io.BytesIO(source.encode()), keywords, comment_tags, options)


def update_catalogue(po_file: Path = PO_FILE) -> None:
    """Bring ``po_file`` up to date with the messages of the code and the templates."""
    with chdir(ROOT), TemporaryDirectory() as folder:
        template = f"{folder}/django.pot"
        extract = "--quiet extract --mapping=pyproject.toml --no-location --sort-output --strip-comments --width=120"
        run_babel(*extract.split(), f"--output={template}", ".")
        update = "update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --locale=zh_Hans --width=120"
        run_babel(*update.split(), f"--input-file={template}", f"--output-file={po_file}")


def run_babel(*arguments: str) -> None:
    """Run a command of Babel's in this process; exits where it finds errors."""
    if CommandLineInterface().run(["pybabel", *arguments]):
        sys.exit(1)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update_catalogue()
        case ["compile", source, target]:
            run_babel(
                "compile", "--statistics", "--locale=zh_Hans", f"--input-file={source}", f"--output-file={target}"
            )
        case _:
            sys.exit(__doc__)
