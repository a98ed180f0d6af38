"""Evidence: what a file is decides its content; it is handed out and never shown, deleted and never lost."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from meetings.core.file_types import detect_file_type
from meetings.errors import InvalidInputError, PermissionDeniedError, ServiceError
from meetings.minutes.documents import detect_format
from meetings.models import Evidence, Status
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.evidence import add_evidence, clean_file_name, delete_evidence
from tests import factories

from .helpers import act

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def package(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def ole(*names: str) -> bytes:
    parts = b"".join((name + "\0").encode("utf-16-le") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + parts


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return factories.small_world()


def files_on_disk(settings) -> list[Path]:
    folder = Path(settings.MEDIA_ROOT) / "evidence"
    return [path for path in folder.rglob("*") if path.is_file()]


def add(world, *files: tuple[str, bytes], **arguments):
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return act(
        add_evidence,
        world.on_track,
        **{"actor": world.liaison, "files": uploads, "effective_on": world.day, **arguments},
    )


# --- what a file is -----------------------------------------------------------------------------

KEPT = {
    "application/pdf": PDF,
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 20,
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/tiff": b"II*\x00" + b"\0" * 20,
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 20,
    "image/heic": b"\0\0\0\x18ftypheic" + b"\0" * 20,
    "image/bmp": b"BM\x36\0\0\0\0\0\0\0" + b"\0" * 20,
    "text/plain": "单位,数量\r\n甲,3\r\n".encode(),
    "application/msword": ole("Root Entry", "WordDocument"),
    "application/vnd.ms-excel": ole("Root Entry", "Workbook"),
    "application/vnd.ms-powerpoint": ole("Root Entry", "PowerPoint Document"),
    "application/ofd": package("OFD.xml", "Doc_0/Document.xml"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": package("word/document.xml"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": package("xl/workbook.xml"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": package("ppt/presentation.xml"),
}
NOT_KEPT = {
    "a program": b"MZ\x90\0" + b"\0" * 60,
    "a program of Linux": b"\x7fELF" + b"\0" * 60,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "a page under a text": "报告\n<script>alert(1)</script>".encode(),
    "a drawing with scripts": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "an archive": package("virus.exe"),
    "a document with macros": package("word/document.xml", "word/vbaProject.bin"),
    "an old document with macros": ole("WordDocument", "_VBA_PROJECT"),
    "an installer": ole("Root Entry", "SummaryInformation"),
    "a damaged package": b"PK\x03\x04" + b"\0" * 40,
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("content_type", KEPT)
def test_types_are_told_by_content(content_type):
    assert detect_file_type(io.BytesIO(KEPT[content_type])).content_type == content_type


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_can_be_run_is_not_kept(name):
    assert detect_file_type(io.BytesIO(NOT_KEPT[name])) is None


def test_a_text_in_the_national_encoding_is_a_text():
    assert detect_file_type(io.BytesIO("任务分解表：已完成。".encode("gb18030"))).content_type == "text/plain"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        ("任务分解表：已完成。".encode("utf-16"), "txt"),
        (b"\r\n" + PDF, "pdf"),
        (b"\xef\xbb\xbf" + PDF, "pdf"),
        (package("word/document2.xml"), "docx"),
        (package("Word\\Document22.xml"), "docx"),
        (package("xl/workbook22.xml"), "xlsx"),
    ],
    ids=[
        "a text of two bytes a character",
        "a PDF after an empty line",
        "a PDF after a byte order mark",
        "a document whose main part has another name",
        "a document whose parts are named as Windows does",
        "a workbook whose main part has another name",
    ],
)
def test_evidence_and_import_tell_a_file_alike(content, ending):
    assert detect_format(content).value in (ending, "text")
    assert ending in detect_file_type(io.BytesIO(content)).endings


def test_a_text_that_begins_like_a_picture_is_a_text():
    assert detect_file_type(io.BytesIO("BM 室已完成 ftypheic RIFF".encode())).content_type == "text/plain"


def test_a_password_is_named(world):
    locked = ole("EncryptionInfo", "EncryptedPackage")
    with pytest.raises(InvalidInputError, match="加密"):
        add(world, ("清单.xlsx", locked))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/报告.pdf", "报告.pdf"),
        ("C:\\用户\\报告.pdf", "报告.pdf"),
        ("报告\u202egnp.pdf", "报告gnp.pdf"),
        ("报\n告\0.pdf", "报告.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert clean_file_name(given) == kept


# --- keeping ------------------------------------------------------------------------------------


def test_a_file_is_kept_with_all_that_is_known_of_it(world, settings):
    entry = add(world, ("验收报告.pdf", PDF), note="验收通过。")
    file = Evidence.objects.get()
    assert (file.name, file.size, file.content_type) == ("验收报告.pdf", len(PDF), "application/pdf")
    assert file.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (file.entry, file.entry.actor, file.entry.department) == (entry, world.liaison, world.technology)
    assert not entry.is_report
    assert files_on_disk(settings)[0].read_bytes() == PDF
    assert "验收" not in file.file.name
    assert not file.file.name.endswith(".pdf")


def test_files_come_with_the_wish_for_closure(world):
    upload = SimpleUploadedFile("验收报告.pdf", PDF)
    entry = act(
        request_closure,
        world.on_track,
        actor=world.liaison,
        summary="已完成。",
        files=[upload],
        effective_on=world.day,
    )
    assert [file.name for file in entry.evidence.all()] == ["验收报告.pdf"]


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("空.pdf", b"")],
        [("页面.pdf", NOT_KEPT["a page"])],
        [("程序.exe", PDF)],
        [("图.pdf", PNG)],
        [("好.pdf", PDF), ("坏.exe", NOT_KEPT["a program"])],
        [(f"{number}.pdf", PDF) for number in range(11)],
    ],
    ids=["none", "empty", "page", "program's name", "another type's name", "good and bad", "too many"],
)
@pytest.mark.same_on_both
def test_one_unwanted_file_and_none_is_kept(world, settings, files):
    with pytest.raises(InvalidInputError) as refused:
        add(world, *files)
    assert refused.value.field == "files"
    assert not Evidence.objects.exists()
    assert not files_on_disk(settings)
    assert world.on_track.log.count() == 2


def test_a_large_file_is_refused_with_the_limit(world, settings):
    settings.EVIDENCE_MAX_MEGABYTES = 1
    with pytest.raises(InvalidInputError, match="1"):
        add(world, ("大.pdf", PDF.ljust(1024 * 1024 + 1, b"\0")))
    add(world, ("大.pdf", PDF.ljust(1024 * 1024, b"\0")))
    assert Evidence.objects.get().size == 1024 * 1024


def test_as_many_files_as_the_limit_are_taken_at_a_time(world, settings):
    settings.EVIDENCE_MAX_FILES = 2
    files = [(f"{number}.pdf", PDF) for number in range(3)]
    with pytest.raises(InvalidInputError):
        add(world, *files)
    add(world, *files[:2])
    assert Evidence.objects.count() == 2


def test_a_refused_closure_keeps_no_file(world, settings):
    with pytest.raises(ServiceError):
        act(
            request_closure,
            world.on_track,
            actor=world.liaison,
            summary="已完成。",
            files=[SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.pdf", PNG)],
            effective_on=world.day,
        )
    assert world.on_track.status == Status.IN_PROGRESS
    assert not files_on_disk(settings)


def test_who_adds_and_who_deletes(world):
    for actor in (world.other_liaison, world.leader, world.reader, world.administrator):
        with pytest.raises(PermissionDeniedError):
            add(world, ("报告.pdf", PDF), actor=actor)
    add(world, ("报告.pdf", PDF), actor=world.secretariat)
    file = Evidence.objects.get()
    for actor in (world.liaison, world.leader):
        with pytest.raises(PermissionDeniedError):
            delete_evidence(evidence_id=file.pk, version=world.on_track.version, actor=actor)


def test_deleting_is_an_entry_and_the_file_stays(world, settings):
    add(world, ("报告.pdf", PDF))
    file = Evidence.objects.get()
    entry = delete_evidence(evidence_id=file.pk, version=world.on_track.version, actor=world.liaison)
    file.refresh_from_db()
    assert file.removal == entry
    assert entry.changes["evidence_deleted"]["new"] == [{"name": "报告.pdf", "sha256": file.sha256}]
    assert files_on_disk(settings)
    world.on_track.refresh_from_db()
    with pytest.raises(ServiceError):
        delete_evidence(evidence_id=file.pk, version=world.on_track.version, actor=world.liaison)


# --- handing out --------------------------------------------------------------------------------


def test_a_file_is_handed_out_and_never_shown(client, world):
    add(world, ("验收报告.pdf", PDF))
    address = reverse("evidence", args=[Evidence.objects.get().pk])
    assert client.get(address).status_code == 302
    client.force_login(world.reader)
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content) == PDF


def test_a_deleted_file_is_the_administrators_only(client, world):
    add(world, ("报告.pdf", PDF))
    file = Evidence.objects.get()
    delete_evidence(evidence_id=file.pk, version=world.on_track.version, actor=world.liaison)
    address = reverse("evidence", args=[file.pk])
    for account, status in ((world.secretariat, 404), (world.liaison, 404), (world.administrator, 200)):
        client.force_login(account)
        assert client.get(address).status_code == status
    assert client.get(f"/admin/meetings/evidence/{file.pk}/change/").status_code == 200


def test_the_form_says_the_limits_before_uploading(client, world):
    client.force_login(world.liaison)
    page = client.get(f"{world.on_track.get_absolute_url()}?open=add-evidence").content.decode()
    assert "20 MB" in page
    assert "ofd" in page


@pytest.mark.long
def test_the_page_takes_files_and_lets_them_be_deleted(client, world):
    client.force_login(world.liaison)
    task = world.on_track
    said = {"version": task.version, "note": "", "effective_on": world.day.isoformat()}
    address = reverse("task_action", args=[task.pk, "add-evidence"])
    files = [SimpleUploadedFile("一.pdf", PDF), SimpleUploadedFile("二.png", PNG)]
    assert client.post(address, {**said, "files": files}).status_code == 302
    assert [file.name for file in Evidence.objects.all()] == ["一.pdf", "二.png"]
    task.refresh_from_db()
    answer = client.post(address, {**said, "version": task.version, "files": [SimpleUploadedFile("三.exe", b"MZ\0")]})
    assert answer.status_code == 422
    assert "三.exe" in answer.content.decode()
    first = Evidence.objects.first()
    deleting = reverse("task_action", args=[task.pk, "delete-evidence"])
    assert client.post(deleting, {"version": task.version, "evidence": first.pk}).status_code == 302
    assert [file.name for file in Evidence.objects.not_deleted()] == ["二.png"]
    assert client.post(deleting, {"version": task.version, "evidence": first.pk}).status_code == 404


# --- frozen when a task has ended ---------------------------------------------------------------


@pytest.fixture
def closed(world):
    """The task with a file of its liaison's, closed."""
    add(world, ("报告.pdf", PDF))
    factories.move(world.on_track, Status.CLOSED, on=world.day)
    return world.on_track


@pytest.mark.long
def test_the_evidence_of_a_closed_task_is_the_secretariats_and_needs_a_reason(client, world, closed):
    file = Evidence.objects.get()
    adding, deleting = (reverse("task_action", args=[closed.pk, f"{verb}-evidence"]) for verb in ("add", "delete"))

    def send(address, **values):
        closed.refresh_from_db()
        data = {"version": closed.version, "note": "", "effective_on": world.day.isoformat(), **values}
        if address == adding:
            data["files"] = [SimpleUploadedFile("补充.pdf", PDF)]
        return client.post(address, data).status_code

    client.force_login(world.liaison)
    page = client.get(closed.get_absolute_url()).content.decode()
    assert adding not in page
    assert deleting not in page
    assert send(adding, note="补充。") == 422
    assert send(deleting, evidence=file.pk, reason="误传。") == 403
    client.force_login(world.secretariat)
    assert send(adding) == 422
    assert send(deleting, evidence=file.pk) == 422
    assert Evidence.objects.not_deleted().count() == 1
    assert send(adding, note="审计要求补充。") == 302
    assert send(deleting, evidence=file.pk, reason="误传他人文件。") == 302
    assert [file.name for file in Evidence.objects.not_deleted()] == ["补充.pdf"]
    assert [entry.note for entry in closed.log.order_by("-sequence")[:2]] == ["误传他人文件。", "审计要求补充。"]


def test_what_was_decided_with_stays_frozen_after_a_task_is_reopened(world, closed):
    factories.move(closed, Status.IN_PROGRESS, on=world.day)
    before, after = Evidence.objects.get(), add(world, ("新报告.pdf", PDF)).evidence.get()
    with pytest.raises(PermissionDeniedError):
        act_on_file(delete_evidence, before, actor=world.liaison, reason="误传。")
    act_on_file(delete_evidence, after, actor=world.liaison)
    assert list(Evidence.objects.not_deleted()) == [before]


def test_a_closing_that_was_undone_froze_nothing(world):
    add(world, ("报告.pdf", PDF))
    batch = factories.batch(world.on_track, status=Status.CLOSED)
    undo_batch(batch_id=batch.pk, actor=world.secretariat)
    act_on_file(delete_evidence, Evidence.objects.get(), actor=world.liaison)
    assert not Evidence.objects.not_deleted().exists()


def act_on_file(service, file: Evidence, **arguments):
    file.task.refresh_from_db()
    return service(evidence_id=file.pk, version=file.task.version, **arguments)
