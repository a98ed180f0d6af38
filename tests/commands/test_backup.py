"""`backup` and `restore`: what comes back is what was there, or nothing."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction

from meetings.models import Account, Department, Evidence, MinutesDocument, TaskLog
from meetings.operations.backups import MANIFEST, BackupError, write_backup
from tests import factories
from tests.workbooks.workbook_files import accepted, fetched, filled

from .full_register import Rows, all_rows, make_full_register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture(scope="module")
def made_backups() -> list[tuple[Path, Rows]]:
    """The backup of this module, once a test has made it."""
    return []


@pytest.fixture
def backup(tmp_path, media, made_backups, tmp_path_factory) -> tuple[Path, Rows]:
    """A backup, and all that was in the register when it was made; the register is empty."""
    if not made_backups:
        made_backups.append(make_backup(tmp_path_factory.mktemp("backup") / "register.zip", media))
    made, before = made_backups[0]
    # With its permissions.
    return Path(shutil.copy2(made, tmp_path / "register.zip")), before


def make_backup(path: Path, media: Path) -> tuple[Path, Rows]:
    with transaction.atomic():
        make_full_register()
        # Of a row that was not yet there, or is not any more.
        (media / "evidence" / "of no row").write_bytes(b"%PDF-1.7")
        before = backed_up(path, media)
        transaction.set_rollback(True)
    assert not Account.objects.exists()
    return path, before


def backed_up(path: Path, media: Path) -> Rows:
    """Back the register up; return what its tables hold, and leave the folder of files empty."""
    call_command("backup", str(path), stdout=StringIO())
    shutil.rmtree(media)
    media.mkdir()
    return all_rows()


def restore(path: Path) -> str:
    output = StringIO()
    call_command("restore", str(path), stdout=output)
    return output.getvalue()


def refusal_of(path: Path) -> str:
    """Return why the backup is refused, after seeing that nothing was written."""
    with pytest.raises(CommandError) as refusal:
        restore(path)
    assert "\n" not in str(refusal.value)
    assert not TaskLog.objects.exists()
    assert not Account.objects.exists()
    return str(refusal.value)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write the backup anew with its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return other


def with_manifest(members: dict[str, bytes], **values) -> None:
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **values}).encode()


def sign_again(members: dict[str, bytes]) -> None:
    with_manifest(
        members,
        sha256={name: hashlib.sha256(content).hexdigest() for name, content in members.items() if name != MANIFEST},
    )


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_comes_back_is_what_was_there(backup, media):
    path, before = backup
    restore(path)
    assert [label for label, rows in before.items() if not rows] == []
    assert all_rows() == before
    evidence = Evidence.objects.all()
    restored = [path for path in (media / "evidence").rglob("*") if path.is_file()]
    assert len(restored) == evidence.count() > 1, "the files of rows, and no other"
    assert all(hashlib.sha256(each.file.read()).hexdigest() == each.sha256 for each in evidence)
    assert Account.objects.get(username="只读").check_password("读一读2023年的纪要")
    assert [part.name for part in Account.objects.get(username="技术部联络员").departments.all()] == ["技术部"]


def in_milliseconds(members: dict[str, bytes]) -> None:
    """Cut the moments as backups of former versions did."""
    for name, content in members.items():
        if name.startswith("data/"):
            members[name] = re.sub(rb'(T[0-9:]{8}\.\d{3})\d{3}\+00:00"', rb'\1Z"', content)
    sign_again(members)


@pytest.mark.long
@pytest.mark.parametrize("version", ["present", "former"])
def test_a_workbook_sent_before_the_backup_is_accepted_after_the_restore(tmp_path, media, version):
    path = tmp_path / "register.zip"
    with transaction.atomic():
        world = factories.small_world()
        sent = filled(fetched(world.liaison), world.on_track, progress="已开课三期。")
        backed_up(path, media)
        transaction.set_rollback(True)
    restore(path if version == "present" else rewritten(path, in_milliseconds))
    answer = accepted(Account.objects.get(pk=world.liaison.pk), sent)
    assert answer.status_code == 200
    assert TaskLog.objects.filter(task=world.on_track.pk, is_report=True).latest("pk").note == "已开课三期。"


WITH_ANOTHER_FOLDER = """
import sys
from cnas_tasks import settings
from django.core.management import execute_from_command_line
settings.MEDIA_ROOT, path, again = sys.argv[1:]
for command in (["migrate", "-v0"], ["restore", path], ["backup", again]):
    execute_from_command_line(["manage.py", *command])
"""


@pytest.mark.slow
def test_what_went_through_a_database_of_sqlite_is_still_what_was_there(
    backup, tmp_path, repository, migrated_database
):
    """On PostgreSQL this is the way from one database to the other, and back."""
    path, before = backup
    # As `migrate` leaves it, which takes longer than all that is tried here.
    if migrated_database.file.exists():
        shutil.copyfile(migrated_database.file, tmp_path / "other.sqlite3")
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite3'}"}
    program = [sys.executable, "-c", WITH_ANOTHER_FOLDER, tmp_path / "other media", path, tmp_path / "again.zip"]
    subprocess.run(program, cwd=repository, env=environment, check=True, capture_output=True)
    restore(tmp_path / "again.zip")
    assert all_rows() == before


def test_the_register_goes_on_where_it_was(backup):
    """On PostgreSQL keys come from sequences, which know nothing of rows that bring their own."""
    restore(backup[0])
    factories.progress(factories.task(), on=factories.meeting().issued_on)
    assert Department.objects.create(name="新设部门").pk > 12


def test_the_file_is_for_its_owner_alone_and_replaces_an_older_one(backup):
    path, _before = backup
    assert path.stat().st_mode & 0o077 == 0
    size = path.stat().st_size
    call_command("backup", str(path), stdout=StringIO())
    assert path.stat().st_size < size
    assert [other.name for other in path.parent.iterdir() if other.is_file()] == [path.name]


def test_only_an_empty_register_is_restored_into(backup):
    factories.department("办公室")
    refusal_of(backup[0])
    assert Department.objects.count() == 1


def test_a_file_that_is_no_backup_is_refused(tmp_path):
    (tmp_path / "text.zip").write_text("not a backup")
    with zipfile.ZipFile(tmp_path / "foreign.zip", "w") as archive:
        archive.writestr("a.txt", "something else")
    for name in ("text.zip", "foreign.zip", "missing.zip", ""):
        assert refusal_of(tmp_path / name)


def test_a_damaged_backup_is_refused(backup):
    path, _before = backup
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    damaged = path.with_name("damaged.zip")
    damaged.write_bytes(content)
    refusal_of(damaged)
    damaged.write_bytes(path.read_bytes()[:-200])
    refusal_of(damaged)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members.update({"data/meetings.department.jsonl": b""}),
        lambda members: members.pop("data/meetings.person.jsonl"),
        lambda members: members.update({"data/extra.jsonl": b"{}"}),
        lambda members: with_manifest(members, schema="0000_before"),
        lambda members: with_manifest(members, format="another"),
        lambda members: with_manifest(members, counts={}),
        lambda members: (members.update({"media/../../outside.txt": b"x"}), sign_again(members)),
        lambda members: (members.update({"data/meetings.department.jsonl": b""}), sign_again(members)),
        lambda members: (members.update({"data/meetings.department.jsonl": b"{}\n"}), sign_again(members)),
    ],
    ids=["content", "missing", "extra", "schema", "format", "counts", "outside", "fewer rows", "no rows of ours"],
)
@pytest.mark.same_on_both
def test_a_backup_that_was_tampered_with_is_refused(backup, media, change):
    path, _before = backup
    refusal_of(rewritten(path, change))
    assert not [file for file in media.rglob("*") if file.is_file()]
    assert not (media.parent.parent / "outside.txt").exists()


def test_an_uploaded_file_that_is_there_is_not_overwritten(backup, media):
    with zipfile.ZipFile(backup[0]) as archive:
        there = media.parent / next(name for name in archive.namelist() if name.startswith("media/evidence/"))
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    refusal_of(backup[0])
    assert there.read_bytes() == b"mine"


def test_what_is_deleted_with_its_file_meanwhile_is_in_no_backup(tmp_path, monkeypatch):
    stays, goes = (factories.minutes_document(factories.account()) for _each in range(2))
    open_file, path = default_storage.open, tmp_path / "register.zip"

    def delete_and_open(*arguments):
        if (file := Path(goes.file.path)).exists():
            MinutesDocument.objects.filter(pk=goes.pk).delete()
            file.unlink()
        return open_file(*arguments)

    monkeypatch.setattr(default_storage, "open", delete_and_open)
    assert write_backup(path).without_file == ()
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.startswith("media/")] == [f"media/{stays.file.name}"]
        assert len(archive.read("data/meetings.minutesdocument.jsonl").splitlines()) == 1


def test_a_backup_beside_which_files_are_deleted_for_ever_is_given_up(tmp_path, monkeypatch):
    def lose(name, *arguments):
        MinutesDocument.objects.filter(file=name).delete()
        factories.minutes_document(factories.account())
        raise FileNotFoundError(name)

    factories.minutes_document(factories.account())
    monkeypatch.setattr(default_storage, "open", lose)
    with pytest.raises(BackupError, match="again and again|不断"):
        write_backup(tmp_path / "register.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["media"]


def test_a_backup_that_cannot_be_written_is_refused(tmp_path):
    for target in (tmp_path / "no such folder" / "register.zip", tmp_path / "media"):
        with pytest.raises(CommandError) as refusal:
            call_command("backup", str(target))
        assert "\n" not in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == ["media"]
