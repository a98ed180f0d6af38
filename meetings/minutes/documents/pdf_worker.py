"""The process that reads one PDF: file on stdin, answer as JSON on stdout."""

import json
import resource
import sys

from .errors import MAX_SECONDS, MEGABYTE, UnreadableDocumentError

#: Address space; together with the parent that waits it stays below the 512 MB of the import contract.
_MAX_BYTES = 400 * MEGABYTE


def main() -> None:
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    from .pdf import document_to_json
    from .pdf_pages import read_pages

    try:
        answer = document_to_json(read_pages(content))
    except UnreadableDocumentError as error:
        answer = {"code": str(error.code), "parameters": error.parameters}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
