"""A full disk, a database that is away and a writer in the way are said in words, and nothing typed is lost."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import re
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from lxml import etree

from meetings.faults import BusyError, FaultError, StorageError, recognise_fault
from meetings.models import Evidence, MinutesDocument, TaskLog, WorkbookUpload
from tests import factories
from tests.helpers import full_disk
from tests.tasks.update_form import opened, parsed, send, signed_in
from tests.workbooks.workbook_files import fetched

TYPED = "已完成第一批培训，\r\n参加人员 120 名。"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def browser(client: Client) -> Client:
    """Return the client, who sees the page of an error instead of the error."""
    client.raise_request_exception = False
    return client


def sentence(response) -> str:
    return " ".join(parsed(response).xpath("//main//*[@role='alert']")[0].text_content().split())


def typed_again(response) -> dict[str, str]:
    """Return the fields of the form by which a page of a fault sends what was typed again."""
    [form] = parsed(response).xpath("//main//form[@data-resend]")
    # As a browser does, which lxml does not: it drops the line break after the tag.
    return {name: value.removeprefix("\n").replace("\n", "\r\n") for name, value in form.form_values()}


# --- the database is away -------------------------------------------------------------------------


@pytest.fixture
def database_away(world) -> Iterator[list[str]]:
    """From here on the database does not answer; the statements that were tried all the same."""
    tried: list[str] = []

    def refuse(self, sql, *arguments, **options):
        tried.append(sql)
        with self.db.wrap_database_errors:
            raise self.db.Database.OperationalError("server closed the connection unexpectedly")

    with contextlib.ExitStack() as stack:
        yield tried, lambda: stack.enter_context(mock.patch.object(CursorWrapper, "execute", refuse))


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["secretariat", None])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.same_on_both
def test_a_database_that_is_away_gives_one_plain_page(world, database_away, who, language):
    tried, cut_off = database_away
    client = browser(signed_in(world.secretariat) if who else Client())
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
    cut_off()
    sent = {"username": "x", "password": "a secret of this test", "note": TYPED}
    # Somebody without a session is asked to sign in, which needs no database; the answer to it does.
    addresses = ["/", "/tasks/", "/admin/", "/tasks/?export=csv", "/fill-in/"] if who else []
    answers = [client.get(address) for address in addresses] + [client.post("/accounts/login/", sent)]
    for answer in answers:
        page = parsed(answer)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert page.get("lang") == answer["Content-Language"] == language
        assert ("Nothing can be read or saved" in sentence(answer)) is (language == "en")
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Security-Policy"]
        assert page.xpath("//link[@rel='stylesheet']")
    assert len(tried) == len(answers), "the page asked the database, too"
    again = typed_again(answers[-1])
    assert again["note"] == TYPED
    assert "password" not in again


@pytest.mark.django_db
def test_what_was_typed_comes_back_when_the_database_goes_away_in_the_middle(world, database_away):
    client, task = browser(signed_in(world.liaison)), world.on_track
    form = opened(client, task)
    with mock.patch("meetings.tasks.services.status.write_planned_entry") as write:
        write.side_effect = lambda *_arguments: database_away[1]() or TaskLog.objects.count()
        answer = send(client, f"/tasks/{task.pk}/", form, note=TYPED)
    assert answer.status_code == 503
    assert typed_again(answer)["note"] == TYPED


@pytest.mark.django_db
def test_a_script_is_told_in_a_header_what_its_page_then_says(world, database_away):
    client = browser(signed_in(world.secretariat))
    database_away[1]()
    answer = client.get("/tasks/", headers={"HX-Request": "true"})
    assert re.fullmatch(r"(%[0-9A-F]{2}|[\w.,-])+", answer["X-Fault"])


# --- another one saves ----------------------------------------------------------------------------


@pytest.fixture
def lock_held(transactional_db) -> Iterator[Callable[[], None]]:
    """Let another connection keep what a save needs; whoever waits for it is told so after a tenth of a second."""
    other = connection.copy()
    if connection.vendor == "sqlite":
        connection.close()
        patience = mock.patch.dict(connection.settings_dict["OPTIONS"], timeout=0.1)
        statement = "UPDATE meetings_task SET id = id"
    else:
        patience = contextlib.nullcontext()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        statement = "SELECT 1 FROM meetings_task, meetings_account FOR UPDATE"

    def hold() -> None:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(statement)

    with patience:
        yield hold
        other.rollback()
        other.close()
        connection.close()


@pytest.mark.long
def test_a_save_that_waited_in_vain_comes_back_with_what_was_typed(lock_held):
    world = factories.small_world()
    client, task = browser(signed_in(world.liaison)), world.on_track
    form = opened(client, task)
    lock_held()
    answer = send(client, f"/tasks/{task.pk}/", form, note=TYPED)
    assert answer.status_code == 409
    assert "已完成第一批培训" in parsed(answer).xpath("//textarea[@name='note']")[0].text
    assert "没有保存" in parsed(answer).xpath("//main")[0].text_content()


@pytest.mark.long
def test_where_there_is_no_form_to_come_back_a_page_says_so_and_sends_it_again(lock_held):
    client = browser(Client())
    factories.task()
    factories.account(username="wang", password="a secret of this test")
    lock_held()
    address = "/accounts/login/?next=/tasks/"
    answer = client.post(address, {"username": "wang", "password": "a secret of this test", "x": TYPED})
    assert answer.status_code == 503
    assert "没有保存" in sentence(answer)
    assert parsed(answer).xpath("//form/@action") == [address]
    assert typed_again(answer) == {"username": "wang", "x": TYPED}


@pytest.mark.long
def test_a_page_that_is_only_read_does_not_fail_for_want_of_a_note_that_it_was(lock_held):
    world = factories.small_world()
    client = signed_in(world.leader)
    lock_held()
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "code", ["SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED_SHAREDCACHE", "55P03", "40P01", "40001", "57014"]
)
def test_every_way_to_wait_in_vain_is_one(code):
    assert isinstance(recognise_fault(failed(OperationalError, code)), BusyError)


@pytest.mark.parametrize("code", ["08006", "57P01", "57P03", "53300", "", "SQLITE_CANTOPEN", "SQLITE_IOERR_READ"])
def test_every_way_to_be_away_is_one(code):
    assert type(recognise_fault(failed(OperationalError, code))) is FaultError


@pytest.mark.parametrize("code", ["SQLITE_ERROR", "42703", "54001"])
def test_a_wrong_query_is_no_fault_of_the_machine(code):
    assert recognise_fault(failed(OperationalError, code)) is None
    assert recognise_fault(failed(IntegrityError, "23505")) is None
    assert recognise_fault(ConnectionResetError(errno.ECONNRESET, "reset")) is None


def failed(kind: type[DatabaseError], code: str) -> DatabaseError:
    cause, error = Exception(), kind("the words of the database")
    setattr(cause, "sqlite_errorname" if code.startswith("SQLITE") else "sqlstate", code or None)
    error.__cause__ = cause
    return error


# --- the disk is full -----------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    """The folder of uploaded files, which is empty."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
# One is kept in memory on its way, one in a temporary file.
@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_evidence_that_finds_no_room_leaves_no_half_file_and_its_note_comes_back(folder, size, settings):
    settings.FILE_UPLOAD_TEMP_DIR = folder
    world = factories.small_world()
    client, task = browser(signed_in(world.liaison)), world.on_track
    sent = {
        "version": task.version,
        "effective_on": world.day.isoformat(),
        "note": TYPED,
        "files": [SimpleUploadedFile("一.pdf", PDF), SimpleUploadedFile("二.pdf", PDF + b" " * size)],
    }
    # SQLite's own temporary files are smaller than what is sent.
    with full_disk(90_000):
        answer = client.post(f"/tasks/{task.pk}/add-evidence/", sent)
    # In memory: the form comes back. Where nothing arrived there is nothing to look at for a form.
    assert answer.status_code == (507 if size < 2_500_000 else 503)
    assert "磁盘已满" in parsed(answer).xpath("//main")[0].text_content()
    notes = [field.text or "" for field in parsed(answer).xpath("//textarea[@name='note']")]
    assert any("参加人员 120 名" in note for note in notes)
    assert files_of(folder) == []
    assert not Evidence.objects.exists()
    assert "evidence" not in [entry.kind for entry in task.log.all()]


@pytest.mark.same_on_both
@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_every_file_that_cannot_be_stored_is_told_in_a_sentence(world, folder, number, repository):
    client, task = browser(signed_in(world.secretariat)), world.on_track
    minutes, workbook = (repository / "tests" / "data" / "minutes.docx").read_bytes(), fetched(world.secretariat)

    def write_half(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PK")
        raise OSError(number, os.strerror(number))

    with mock.patch("django.core.files.storage.FileSystemStorage._save", write_half):
        answers = [
            client.post("/import/", {"file": SimpleUploadedFile("纪要.docx", minutes), "text": ""}),
            client.post("/fill-in/", {"files": SimpleUploadedFile("填报.xlsx", workbook)}),
            client.post(
                f"/tasks/{task.pk}/request-closure/",
                {
                    "version": task.version,
                    "effective_on": world.day.isoformat(),
                    "note": TYPED,
                    "files": SimpleUploadedFile("一.pdf", PDF),
                },
            ),
        ]
    for answer in answers:
        assert answer.status_code in (422, 507)
        assert "磁盘" in parsed(answer).xpath("//main")[0].text_content()
    assert files_of(folder) == []
    assert not any(model.objects.exists() for model in (MinutesDocument, WorkbookUpload, Evidence))


def test_a_missing_file_is_no_disk_that_cannot_be_written_to_but_one_without_room_for_temporary_files_is(
    monkeypatch, tmp_path
):
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "missing").read_bytes()
    assert recognise_fault(missing.value) is None
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: [str(tmp_path / "missing")])
    with pytest.raises(FileNotFoundError) as without:
        tempfile.gettempdir()
    assert isinstance(recognise_fault(without.value), StorageError)


# A file that could not be written cannot be closed either, which whoever gives it up says.
@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/tasks/?export=xlsx", "/fill-in/workbook/"])
def test_an_export_that_finds_no_room_says_so_and_leaves_nothing(world, monkeypatch, tmp_path, address):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    client = browser(signed_in(world.liaison))
    with full_disk(100):
        answer = client.get(address)
    assert answer.status_code in (503, 507)
    assert "磁盘已满" in parsed(answer).xpath("//main")[0].text_content()
    assert files_of(tmp_path) == []
    del answer, client
    gc.collect()


def test_what_lxml_could_not_write_is_told_while_another_thread_loads_lxml(monkeypatch):
    tree = etree.ElementTree(etree.Element("sheet", text="a" * 100_000))
    with pytest.raises(etree.SerialisationError) as full:
        tree.write("/dev/full")
    # What a thread sees of a module that another one is loading.
    monkeypatch.setitem(sys.modules, "lxml.etree", types.ModuleType("lxml.etree"))
    assert isinstance(recognise_fault(full.value), StorageError)
    assert recognise_fault(ValueError()) is None
