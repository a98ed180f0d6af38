"""The process that reads one uploaded file from stdin and prints JSON.

Its argument: ``minutes`` or ``sheets`` (of a workbook).
"""

import json
import resource
import sys

from django.conf import settings

from meetings.core.converter import converter
from meetings.minutes.documents.errors import MAX_SECONDS, MEGABYTE, UnreadableDocumentError, UnreadableReason

#: Address space: the 512 MB of the import's contract, less what the waiting parent needs.
_MAX_BYTES = 480 * MEGABYTE
#: The limits while reading, and once it is only left to say that there was too little: what was read is still there.
_WHILE_READING, _TO_SAY_SO = (_MAX_BYTES, _MAX_BYTES + 16 * MEGABYTE), (_MAX_BYTES + 16 * MEGABYTE,) * 2
#: CPU time, which ends the process where its parent is gone; a parent that waits ends it earlier and can say why.
_CPU_SECONDS = MAX_SECONDS + 2


def main(kind: str) -> None:
    """Read the file for ``kind`` it holds and print that."""
    resource.setrlimit(resource.RLIMIT_AS, _WHILE_READING)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    # The sentences of a refusal are made by the parent, in the reader's language.
    settings.configure(USE_I18N=False)

    try:
        answer = _read(kind, sys.stdin.buffer.read())
    except UnreadableDocumentError as error:
        answer = {"code": str(error.code), "parameters": error.parameters}
    except MemoryError:
        resource.setrlimit(resource.RLIMIT_AS, _TO_SAY_SO)
        answer = {"code": str(UnreadableReason.TOO_MUCH_MEMORY), "parameters": {}}
    sys.stdout.write(json.dumps(answer))


def _read(kind: str, content: bytes) -> dict:
    if kind == "minutes":
        from meetings.minutes.parser.entrypoint import parse_content

        return converter.unstructure(parse_content(content))
    from meetings.minutes.documents.sheets import read_sheets

    return {"sheets": converter.unstructure(read_sheets(content))}


if __name__ == "__main__":
    main(*sys.argv[1:])
