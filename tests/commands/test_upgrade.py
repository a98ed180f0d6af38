"""What was made at commit 2378f95 is still read: its backup, its database, its fixture."""

from __future__ import annotations

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet

from meetings.backup_upgrade import load_rows
from meetings.core.serialization import FORMER_LABELS
from meetings.models import ImportIssue, TaskLog
from tests import factories

BACKUP = Path(__file__).parent.parent / "data" / "backup-2378f95.zip"
SCHEMA = "0002_append_only"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def temporary_database_allowed(monkeypatch, django_db_blocker) -> None:
    """Let the test open the database in which an older backup is migrated; Django's guard knows only settings'."""
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)


def rows_of_backup() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the backup by the present labels of their models."""
    with zipfile.ZipFile(BACKUP) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        return {
            FORMER_LABELS.get(label, label): [
                json.loads(line) for line in archive.read(f"data/{label}.jsonl").splitlines()
            ]
            for label in manifest["counts"]
        }


def assert_everything_is_there() -> None:
    """Compare every row of every model with the backup's."""
    for label, rows in rows_of_backup().items():
        present = json.loads(serialize("json", apps.get_model(label)._base_manager.order_by("pk")))
        assert [row["pk"] for row in present] == [row["pk"] for row in rows], label
        for now, before in zip(present, rows, strict=True):
            assert {name: now["fields"][name] for name in before["fields"]} == before["fields"], label


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.usefixtures("temporary_database_allowed")
def test_a_backup_made_before_the_models_were_renamed_is_restored(media):
    call_command("restore", str(BACKUP), stdout=StringIO())
    assert_everything_is_there()
    assert len([path for path in media.rglob("*") if path.is_file()]) == 8
    assert factories.task().pk > max(row["pk"] for row in rows_of_backup()["meetings.task"])


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.usefixtures("temporary_database_allowed")
def test_an_older_backup_with_rows_missing_is_refused(tmp_path):
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(BACKUP) as archive, zipfile.ZipFile(damaged, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest["counts"]["meetings.tasklog"] += 1
                content = json.dumps(manifest).encode()
            copy.writestr(name, content)
    with pytest.raises(CommandError):
        call_command("restore", str(damaged), stdout=StringIO())
    assert not TaskLog.objects.exists()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_database_made_before_the_models_were_renamed_is_migrated():
    state = MigrationExecutor(connection).migrate([("meetings", SCHEMA)])
    try:
        with zipfile.ZipFile(BACKUP) as archive, transaction.atomic():
            counts = json.loads(archive.read("manifest.json"))["counts"]
            load_rows(archive, counts, state.apps, using="default")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert_everything_is_there()
    assert ImportIssue.objects.open().exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        QuerySet(TaskLog).filter(pk=TaskLog.objects.first().pk).update(note="改动")


@pytest.mark.django_db
def test_a_fixture_that_names_a_model_as_before_is_loaded(tmp_path, repository):
    text = (repository / "fixtures" / "meeting_81.json").read_text(encoding="utf-8")
    former = tmp_path / "former.json"
    former.write_text(text.replace("meetings.importissue", "meetings.confirmationmark"), encoding="utf-8")
    call_command("loaddata", str(former), verbosity=0)
    assert ImportIssue.objects.count() == text.count("meetings.importissue") > 0
