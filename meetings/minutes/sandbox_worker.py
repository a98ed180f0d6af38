"""The process that reads one uploaded file from stdin and prints JSON.

Its arguments: ``minutes``, ``recognised`` (minutes in what was recognised in a scan), ``sheets`` (of a workbook) or the
function that reads it (``module:name``), and seconds of processor time. Before the file comes one line of JSON:
`ParserOptions`, or what the function takes.
"""

import importlib
import json
import os
import resource
import sys

import django
from django.conf import settings

from meetings.core.converter import converter
from meetings.core.workdays import use_entered_days
from meetings.minutes.documents.errors import MEGABYTE, UnreadableDocumentError, UnreadableReason

#: Address space: the 512 MB of the import's contract, less what the waiting parent needs.
_MAX_BYTES = 464 * MEGABYTE
#: The limits while reading, and once it is only left to say that there was too little.
_WHILE_READING, _TO_SAY_SO = (_MAX_BYTES, _MAX_BYTES + 16 * MEGABYTE), (_MAX_BYTES + 16 * MEGABYTE,) * 2

#: Made while there is memory: afterwards there may be too little for these words.
_TOO_MUCH_MEMORY = json.dumps({"code": str(UnreadableReason.TOO_MUCH_MEMORY), "parameters": {}}).encode()


def main(kind: str, seconds: str) -> None:
    """Read the file for ``kind`` it holds and print that.

    It is ended, by a signal that says why, after ``seconds`` of processor time.
    """
    resource.setrlimit(resource.RLIMIT_AS, _WHILE_READING)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    try:
        said = json.dumps(_answer(kind))
    except MemoryError as error:
        # What was read is still there, in the frames that it was read in.
        error.__traceback__ = error.__context__ = None
        resource.setrlimit(resource.RLIMIT_AS, _TO_SAY_SO)
        os.write(sys.stdout.fileno(), _TOO_MUCH_MEMORY)
        return
    sys.stdout.write(said)


def _answer(kind: str) -> dict:
    if ":" in kind:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
        django.setup()
    else:
        # The sentences of a refusal are made by the parent, in the reader's language.
        settings.configure(USE_I18N=False)
    try:
        options = json.loads(sys.stdin.buffer.readline())
        return read_upload(kind, sys.stdin.buffer.read(), options)
    except UnreadableDocumentError as error:
        return {"code": str(error.code), "parameters": error.parameters}


def read_upload(kind: str, content: bytes, options: dict) -> dict:
    """Return what a file for ``kind`` holds; raises UnreadableDocumentError."""
    if ":" in kind:
        module, _colon, name = kind.partition(":")
        called: dict = getattr(importlib.import_module(module), name)(content, **options)
        return called
    if kind in ("minutes", "recognised"):
        from meetings.minutes.parser.entrypoint import parse_content, parse_recognised
        from meetings.minutes.parser.schema import ParserOptions

        of = converter.structure(options, ParserOptions)
        entered = dict(of.known.entered_days)
        use_entered_days(lambda year: {day: works for day, works in entered.items() if day.year == year})
        parse = parse_recognised if kind == "recognised" else parse_content
        return converter.unstructure(parse(content, known=of.known, layout=of.layout))
    from meetings.minutes.documents.sheets import read_sheets

    return {"sheets": converter.unstructure(read_sheets(content))}


if __name__ == "__main__":
    main(*sys.argv[1:])
