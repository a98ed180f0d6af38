"""No file without its row and no row without its file, wherever a process is killed or a commit fails."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from meetings.jobs.worker import Worker
from meetings.minutes.draft_services import discard_draft
from meetings.models import Evidence, MinutesDocument
from meetings.storage.files import SETTLED_AFTER, UNSETTLED, delete_on_commit, note_of, settle_files
from tests import factories
from tests.tasks.update_form import parsed

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """The folder of uploaded files, which is empty."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORKERS_DIR = tmp_path / "workers"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def world(transactional_db) -> Iterator[factories.SmallWorld]:
    yield factories.small_world()
    connection.close()


def files(folder: Path) -> list[str]:
    """Return the names of the files, without the notes."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != UNSETTLED)


def notes(folder: Path) -> list[Path]:
    return list(folder.joinpath(UNSETTLED).glob("*"))


def let_time_pass(folder: Path, seconds: float = SETTLED_AFTER.total_seconds() + 1) -> None:
    for note in notes(folder):
        os.utime(note, (time.time() - seconds,) * 2)


def send_evidence(world: factories.SmallWorld, *, failure: AbstractContextManager | None = None):
    client = Client(raise_request_exception=False)
    client.force_login(world.liaison)
    task = world.on_track
    sent = {"version": task.version, "effective_on": world.day.isoformat(), "note": "已开课。"}
    file = SimpleUploadedFile("一.pdf", PDF)
    with failure or nullcontext():
        return client.post(f"/tasks/{task.pk}/add-evidence/", {**sent, "files": file})


def commit_that_fails(*, after_all: bool) -> mock._patch:
    """Let the commit fail: before the database does it, or after, with the answer lost on the way."""
    commit = type(connections["default"])._commit

    def fail(self):
        if after_all:
            commit(self)
        cause, error = Exception(), OperationalError("the words of the database")
        cause.sqlite_errorname = "SQLITE_FULL"  # type: ignore[attr-defined]
        raise error from cause

    return mock.patch.object(type(connections["default"]), "_commit", fail)


@pytest.mark.long
def test_a_file_goes_with_its_row_when_the_commit_fails(world, folder):
    answer = send_evidence(world, failure=commit_that_fails(after_all=False))
    assert answer.status_code == 507
    assert "磁盘已满" in parsed(answer).xpath("//main")[0].text_content()
    assert not Evidence.objects.exists()
    let_time_pass(folder)
    assert len(settle_files()) == 1
    assert files(folder) == notes(folder) == []


@pytest.mark.long
def test_a_file_stays_with_its_row_when_only_the_answer_to_the_commit_was_lost(world, folder):
    send_evidence(world, failure=commit_that_fails(after_all=True))
    evidence = Evidence.objects.get()
    let_time_pass(folder)
    assert settle_files() == []
    assert files(folder) == [evidence.file.name]
    assert evidence.file.read() == PDF
    assert notes(folder) == []


@pytest.mark.long
def test_what_is_stored_as_it_should_leaves_no_note(world, folder):
    assert send_evidence(world).status_code == 302
    assert notes(folder) == []
    assert files(folder) == [Evidence.objects.get().file.name]


@pytest.mark.long
def test_a_file_is_on_the_disk_before_its_row_is_committed(world, folder):
    """A power cut after the commit finds both, or neither."""
    steps: list[str] = []
    backend = type(connections["default"])
    commit, flush = backend._commit, os.fsync

    def note_flush(handle: int) -> None:
        flush(handle)
        steps.append(Path(f"/proc/self/fd/{handle}").readlink().relative_to(folder).as_posix())

    def note_commit(self) -> None:
        commit(self)
        steps.append("commit")

    with mock.patch.object(backend, "_commit", note_commit), mock.patch("os.fsync", note_flush):
        send_evidence(world)
    name = Evidence.objects.get().file.name
    flushed = [note_of(name), UNSETTLED, name, str(Path(name).parent), "commit"]
    assert flushed == steps[steps.index(note_of(name)) :][: len(flushed)]


@pytest.mark.long
def test_what_somebody_may_still_be_storing_is_left_alone(world, folder):
    send_evidence(world, failure=commit_that_fails(after_all=False))
    let_time_pass(folder, SETTLED_AFTER.total_seconds() - 60)
    assert settle_files() == []
    assert len(files(folder)) == len(notes(folder)) == 1


@pytest.mark.long
def test_the_worker_settles_what_was_left(world, folder):
    send_evidence(world, failure=commit_that_fails(after_all=False))
    let_time_pass(folder)
    Worker().run_ready()
    assert files(folder) == notes(folder) == []


@pytest.mark.django_db
def test_a_file_that_nobody_noted_is_never_deleted(folder):
    """A worker that looks at another, empty database deletes nothing."""
    (folder / "evidence").mkdir()
    (folder / "evidence" / "old").write_bytes(PDF)
    os.utime(folder / "evidence" / "old", (0, 0))
    assert settle_files() == []
    assert files(folder) == ["evidence/old"]


@pytest.mark.long
def test_a_draft_thrown_away_takes_its_file_even_where_the_process_was_killed_in_between(world, folder):
    kept, killed = (factories.minutes_document(world.secretariat) for _number in range(2))
    discard_draft(document_id=kept.pk)
    assert files(folder) == [killed.file.name]
    assert notes(folder) == []
    with mock.patch("meetings.storage.files._delete_noted"):
        discard_draft(document_id=killed.pk)
    assert files(folder) == [killed.file.name]
    let_time_pass(folder)
    assert settle_files() == [killed.file.name]
    assert files(folder) == notes(folder) == []


@pytest.mark.long
def test_a_draft_whose_deletion_was_rolled_back_keeps_its_file(world, folder):
    document = factories.minutes_document(world.secretariat)
    with transaction.atomic():
        delete_on_commit(document.file.name)
        transaction.set_rollback(True)
    assert default_storage.exists(note_of(document.file.name))
    let_time_pass(folder)
    assert settle_files() == []
    assert MinutesDocument.objects.get().file.read() == b"No."
