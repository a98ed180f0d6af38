"""Templates of an office, and how an administrator uploads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.shared import Pt

from meetings.models import Paper

PLACES = ("标题", "主送", "正文", "结语", "署名", "日期")


def office_template(
    *paragraphs: str, change: Callable[[docx.document.Document], None] = lambda _document: None
) -> bytes:
    """Return a template that has none of our styles but Word's own, with a red head."""
    document = docx.Document()
    head = document.add_paragraph().add_run("某某委员会文件")
    head.font.size = Pt(60)
    for text in paragraphs or [f"{{{{{place}}}}}" for place in PLACES]:
        document.add_paragraph(text)
    change(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_parts(content: bytes, **parts: str) -> bytes:
    """Return a package in which these words of a part are others: ``name`` → (old, new)."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in package.namelist():
            data = package.read(name)
            for old, new in [parts["change"]] if name == parts["part"] else []:
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode(), 1)
            changed.writestr(name, data)
    return file.getvalue()


def changed(part: str, old: str, new: str, content: bytes | None = None) -> bytes:
    return with_parts(content or _plain_template(), part=part, change=(old, new))


@cache
def _plain_template() -> bytes:
    return office_template()


def upload(client, content: bytes, paper: Paper = Paper.REPORT, *, version: str = "", name: str = "红头.docx"):
    file = SimpleUploadedFile(name, content)
    return client.post("/letterheads/", {f"{paper}-file": file, f"{paper}-version": version}, follow=True)
