"""Files handed in as minutes, good and bad, and what is done with the drafts made of them."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from meetings.minutes import draft_services
from meetings.minutes.documents.errors import MAX_PART_BYTES
from meetings.minutes.parser.entrypoint import parse_content
from meetings.minutes.parser.schema import ParsedFile
from meetings.models import MinutesDocument
from tests.helpers import compact_html

DATA = Path(__file__).parent.parent / "data"


NOTICE = DATA / "minutes.docx"


@cache
def parsed(path: Path) -> ParsedFile:
    """What is read of a file of the tests, which none of them changes."""
    return parse_content(path.read_bytes())


def a_draft(account, path: Path = NOTICE) -> MinutesDocument:
    return draft_services.create_draft(parsed=parsed(path), content=path.read_bytes(), name=path.name, account=account)


def hand_in(client: Client, content: bytes, name: str = "minutes.docx"):
    return client.post("/import/", {"file": SimpleUploadedFile(name, content), "text": ""})


def act(client: Client, document: MinutesDocument, action: str, position: int | None = None, **sent):
    if position is not None:
        row = document.rows.get(position=position)
        sent = {"row": row.pk, "version": row.version, **sent}
    if action == "accept":
        # As a browser sends it: with the name of what the page showed.
        page = client.get(f"/import/{document.pk}/")
        sent = {"seen": page.context["page"].version_token, **sent}
    return client.post(f"/import/{document.pk}/", {"action": action, **sent})


def said(response) -> str:
    """Return the one sentence of a refusal."""
    assert response.status_code in (409, 422)
    alerts = re.findall(r'<div class="alert alert-danger" role="alert"><p>(.*?)</p>', compact_html(response))
    assert len(alerts) == 1
    return alerts[0]


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * (MAX_PART_BYTES + 1))
    return file.getvalue()


# Made when their test runs: a bomb takes seconds to pack.
BAD = {
    "nothing in it": bytes,
    "no document": lambda: b"\x00\x01\x02\x03" * 100,
    "a renamed .doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "half a file": lambda: NOTICE.read_bytes()[:20_000],
    "no table": "会议纪要\n会议由张三主持。\n".encode,
    "a web page": lambda: b"<!doctype html><html><body><table><tr><td>1</td></tr></table></body></html>",
    "a zip bomb": zip_bomb,
}
