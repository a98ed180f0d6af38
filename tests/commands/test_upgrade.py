"""What was made at commit 2378f95 is still read: its backup, its database, its fixture."""

from __future__ import annotations

import datetime
import hashlib
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.core.serializers import serialize
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.utils import timezone

from meetings.core.serialization import FORMER_LABELS
from meetings.models import ImportIssue, Task, TaskLog, TaskState
from meetings.operations.backup_upgrade import load_rows
from meetings.operations.verification import check_logs
from meetings.tasks.acknowledgements import find_unacknowledged
from tests import factories
from tests.text_indexes import assert_texts_are_indexed

BACKUP = Path(__file__).parent.parent / "data" / "backup-2378f95.zip"
SCHEMA = "0002_append_only"
# The one with an entry that was undone.
UNDONE_TASK = 20
# Ongoing, not begun, with no entry but its first.
WEEKLY_TASK = 7


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def temporary_database_allowed(monkeypatch, django_db_blocker) -> None:
    """Let the test open the database in which an older backup is migrated; Django's guard knows only settings'."""
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)


def rows_of_backup(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the backup by the present labels of their models."""
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        return {
            FORMER_LABELS.get(label, label): [
                json.loads(line) for line in archive.read(f"data/{label}.jsonl").splitlines()
            ]
            for label in manifest["counts"]
        }


Rows = list[dict[str, Any]]


def changed_copy(backup: Path, path: Path, change: Callable[[str, Rows], None]) -> Path:
    """Write the backup to ``path``, with what ``change`` makes of the rows of each model."""
    with zipfile.ZipFile(backup) as archive, zipfile.ZipFile(path, "w") as copy:
        manifest = json.loads(archive.read("manifest.json"))
        for name in archive.namelist():
            text = archive.read(name)
            if name.startswith("data/"):
                label = name.removeprefix("data/").removesuffix(".jsonl")
                rows = [json.loads(line) for line in text.splitlines()]
                before = deepcopy(rows)
                change(label, rows)
                if rows != before:
                    text = "\n".join(map(json.dumps, rows)).encode()
                    manifest["counts"][label] = len(rows)
                    manifest["sha256"][name] = hashlib.sha256(text).hexdigest()
            if name != "manifest.json":
                copy.writestr(name, text)
        copy.writestr("manifest.json", json.dumps(manifest))
    return path


def leave_an_undone_entry_of_august(label: str, rows: Rows) -> None:
    """Let what was undone on 28 November be of August, and count until then."""
    if label == "meetings.tasklog":
        (entry,) = [row for row in rows if row["pk"] == 38]
        assert entry["fields"]["effective_on"] == "2026-11-28"
        entry["fields"]["effective_on"] = "2026-08-01"
    if label == "meetings.taskstate":
        (before,) = [row for row in rows if row["pk"] == 42]
        before["fields"]["until"] = "2026-08-01"
        wrong = {"since": "2026-08-01", "until": "2026-11-28", "status": "in_progress", "last_report": 38}
        rows.append({**before, "pk": 43, "fields": {**before["fields"], **wrong, "next_review": "2026-11-01"}})


def let_a_weekly_task_be_read_as_every_month(label: str, rows: Rows) -> None:
    """Let a task be printed 每周, and be read as every month."""
    if label not in ("meetings.task", "meetings.taskstate", "meetings.tasklog"):
        return
    (row,) = [row for row in rows if WEEKLY_TASK in (row["fields"].get("task"), row["pk"])][:1]
    if label == "meetings.tasklog":
        deadline = {"text": "每周", "kind": "recurring", "precision": None, "due_date": None}
        row["fields"]["changes"]["deadline"]["new"] = deadline
        row["fields"]["changes"]["review_interval_months"]["new"] = 1
    else:
        wrong = {"deadline_text": "每周", "deadline_kind": "recurring", "review_interval_months": 1}
        row["fields"] |= {**wrong, "next_review": "2023-12-08"}


@pytest.fixture
def older(tmp_path) -> Path:
    """The backup, with more of what later migrations put right."""

    def change(label: str, rows: Rows) -> None:
        leave_an_undone_entry_of_august(label, rows)
        let_a_weekly_task_be_read_as_every_month(label, rows)

    return changed_copy(BACKUP, tmp_path / "older.zip", change)


def assert_everything_is_there(path: Path, *, but_task: int) -> None:
    """Compare every row of every model with the backup's, but those of one task.

    What was undone counts on no day any more.
    """
    for label, rows in rows_of_backup(path).items():
        known = apps.get_model(label)._base_manager.order_by("pk")
        if label == "meetings.taskstate":
            known, rows = known.exclude(task=UNDONE_TASK), [row for row in rows if row["fields"]["task"] != UNDONE_TASK]
        if label == "meetings.task":
            known, rows = known.exclude(pk=but_task), [row for row in rows if row["pk"] != but_task]
        if label in ("meetings.taskstate", "meetings.tasklog"):
            known, rows = known.exclude(task=but_task), [row for row in rows if row["fields"]["task"] != but_task]
        present = json.loads(serialize("json", known))
        assert [row["pk"] for row in present] == [row["pk"] for row in rows], label
        for now, before in zip(present, rows, strict=True):
            assert {name: now["fields"][name] for name in before["fields"]} == before["fields"], label
    (state,) = TaskState.objects.filter(task=UNDONE_TASK).values_list("since", "until", "status", "last_report")
    assert state == (datetime.date(2026, 5, 12), None, "not_started", None)


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.usefixtures("temporary_database_allowed")
@pytest.mark.same_on_both
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
    with pytest.raises(CommandError, match="tasklog"):
        call_command("restore", str(damaged), stdout=StringIO())
    assert not TaskLog.objects.exists()


def reset_sequences(apps: Any) -> None:
    """Let new rows come after those that were loaded with their keys, as in a database that was used."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def migrate_database(older: Path) -> None:
    """Load a backup into a database of its time, and bring that up to date."""
    state = MigrationExecutor(connection).migrate([("meetings", SCHEMA)])
    try:
        with zipfile.ZipFile(older) as archive, transaction.atomic():
            counts = json.loads(archive.read("manifest.json"))["counts"]
            load_rows(archive, counts, state.apps, using="default")
            reset_sequences(state.apps)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())


def assert_its_rhythm_was_put_right_by_an_entry(task: Task) -> None:
    entry = task.log.get(sequence=2)
    assert (task.version, task.review_interval_days, task.next_review) == (2, 7, datetime.date(2023, 11, 15))
    assert entry.changes == {"review_interval_days": {"old": None, "new": 7}}
    assert (entry.effective_on, entry.actor) == (timezone.localdate(), None)
    before, now = task.states.order_by("since")
    assert (before.until, before.next_review) == (entry.effective_on, datetime.date(2023, 12, 8))
    assert (now.since, now.next_review) == (entry.effective_on, datetime.date(2023, 11, 15))


def assert_it_is_up_to_date(older: Path) -> None:
    assert_everything_is_there(older, but_task=WEEKLY_TASK)
    assert_its_rhythm_was_put_right_by_an_entry(Task.objects.get(pk=WEEKLY_TASK))
    assert list(check_logs()) == []
    assert_texts_are_indexed()
    assert ImportIssue.objects.open().exists()
    assert find_unacknowledged(timezone.localdate()) == [], "nobody was asked before"
    with pytest.raises(DatabaseError), transaction.atomic():
        QuerySet(TaskLog).filter(pk=TaskLog.objects.first().pk).update(note="改动")
    assert factories.task().pk > max(row["pk"] for row in rows_of_backup(older)["meetings.task"])


# What went through a database of SQLite comes to PostgreSQL in tests/commands/test_backup.py.
@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.django_db
@pytest.mark.usefixtures("temporary_database_allowed")
def test_a_backup_made_before_the_models_were_renamed_is_restored(media, older):
    call_command("restore", str(older), stdout=StringIO())
    # The notes about them go on commit, which a test's transaction never comes to.
    assert len([path for path in media.rglob("*") if path.is_file() and path.parent.name != "unsettled"]) == 8
    assert_it_is_up_to_date(older)


# On SQLite, restoring migrates such a database.
@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_database_made_before_the_models_were_renamed_is_migrated(older):
    migrate_database(older)
    assert_it_is_up_to_date(older)


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.same_on_both
def test_a_fixture_that_names_a_model_as_before_is_loaded(tmp_path, repository):
    text = (repository / "fixtures" / "meeting_81.json").read_text(encoding="utf-8")
    former = tmp_path / "former.json"
    former.write_text(text.replace("meetings.importissue", "meetings.confirmationmark"), encoding="utf-8")
    call_command("loaddata", str(former), verbosity=0)
    assert ImportIssue.objects.count() == text.count("meetings.importissue") > 0
