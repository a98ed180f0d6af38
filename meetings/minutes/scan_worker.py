"""The process that recognises one scan from stdin.

It prints a line of JSON for each page, then what it recognised, or why it did not. With the argument ``check`` it only
opens the file.
"""

import json
import os
import resource
import sys

from django.conf import settings

from meetings.minutes.documents import read_scan
from meetings.minutes.documents.errors import (
    MAX_SECONDS_OF_A_SCANNED_PAGE,
    MEGABYTE,
    UnreadableDocumentError,
    UnreadableReason,
)
from meetings.minutes.documents.recognition_json import dump_document

#: Address space, of which libraries and models take a half and the largest picture much of the rest.
_MAX_BYTES = 3072 * MEGABYTE

#: Made while there is memory: afterwards there may be too little for these words.
_TOO_MUCH_MEMORY = json.dumps({"code": str(UnreadableReason.TOO_MUCH_MEMORY), "parameters": {}}).encode() + b"\n"


def main(kind: str) -> None:
    """Recognise the scan on stdin, or check it, and print what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))
    # The sentences of a refusal are made by the parent, in the reader's language.
    settings.configure(USE_I18N=False)
    _allow_page()
    try:
        _say({"recognised": _recognise(kind, sys.stdin.buffer.read())})
    except UnreadableDocumentError as error:
        _say({"code": str(error.code), "parameters": error.parameters})
    except MemoryError as error:
        # What was read is still there, in the frames that it was read in.
        error.__traceback__ = error.__context__ = None
        os.write(sys.stdout.fileno(), _TOO_MUCH_MEMORY)


def _recognise(kind: str, content: bytes) -> str:
    if kind == "check":
        # Part of an extra, and large.
        from meetings.minutes.documents.scan_pages import open_pages

        open_pages(content)
        return ""
    return dump_document(read_scan(content, on_page=_say_page))


def _say_page(done: int, count: int) -> None:
    _say({"done": done, "count": count})
    _allow_page()


def _allow_page() -> None:
    """Allow the processor time of one more page; past it the process is killed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = round(used.ru_utime + used.ru_stime) + MAX_SECONDS_OF_A_SCANNED_PAGE
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _say(line: dict) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
