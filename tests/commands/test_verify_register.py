"""`verify_register`: what was tampered with, lost or forgotten is told, and a whole register is said to be whole."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, Model, QuerySet
from django.utils.translation import override

from meetings.models import (
    ChangeKind,
    ChangeLog,
    Evidence,
    Instruction,
    MinutesDocument,
    Task,
    TaskLog,
    TaskState,
    calculate_hash,
)
from meetings.storage.files import UNSETTLED
from meetings.tasks.services.corrections import edit_assignments, edit_texts
from meetings.tasks.services.log import log_change
from tests import factories

from .full_register import make_full_register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def task() -> Task:
    """A task whose log has three entries."""
    task = factories.task()
    factories.progress(task, "已启动。", on=datetime.date(2023, 11, 20))
    factories.progress(task, "已过半。", on=datetime.date(2023, 12, 20))
    task.refresh_from_db()
    return task


def verify(**options) -> str:
    output = StringIO()
    with override("en"):
        call_command("verify_register", stdout=output, **options)
    return output.getvalue()


def test_a_register_to_which_nothing_was_uploaded_is_whole(task, media):
    media.rmdir()
    assert verify().startswith("The register is whole.")


def faults(**options) -> list[str]:
    """Return what the register is told to lack; at least one thing."""
    output = StringIO()
    with override("en"), pytest.raises(CommandError) as refusal:
        call_command("verify_register", stdout=output, **options)
    told = output.getvalue().splitlines()
    assert told[0] in str(refusal.value)
    assert "\n" not in str(refusal.value)
    return told


def unguarded_log() -> AbstractContextManager[QuerySet[Any]]:
    return unguarded(TaskLog)


@contextmanager
def unguarded(model: type[Model]) -> Iterator[QuerySet[Any]]:
    """Let a log be changed, as the owner of the database can, and put the triggers back."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [table],
            )
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DISABLE TRIGGER USER")
        yield QuerySet(model)
        if connection.vendor == "sqlite":
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} ENABLE TRIGGER USER")


def rewrite_from(task: Task, first: int) -> None:
    """Give the entries from ``first`` on the hashes of what they say now."""
    before = str(task.stable_id)
    with unguarded_log() as log:
        for entry in log.filter(task=task).order_by("sequence"):
            if entry.sequence >= first:
                log.filter(pk=entry.pk).update(hash=calculate_hash(entry, before))
                entry.refresh_from_db()
            before = entry.hash


def deleting(document: MinutesDocument, open_file: Callable[..., Any]) -> Callable[..., Any]:
    """Let somebody delete ``document`` and its file when the next file is opened."""

    def delete_and_open(*arguments: Any) -> Any:
        if (path := Path(document.file.path)).exists():
            MinutesDocument.objects.filter(pk=document.pk).delete()
            path.unlink()
        return open_file(*arguments)

    return delete_and_open


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_register_in_which_everything_happened_is_whole():
    make_full_register()
    assert verify() == (
        f"The register is whole. Tasks: {Task.objects.count()}; log entries: {TaskLog.objects.count()}.\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"note": "另一说法"},
        {"effective_on": datetime.date(2023, 11, 21)},
        {"recorded_at": F("recorded_at") - datetime.timedelta(days=1)},
        {"is_report": False},
        {"changes": {}},
        {"kind": "comment"},
        {"actor": None},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_entry_that_was_changed_is_told(task, change):
    entry = task.log.get(sequence=2)
    if "actor" in change:
        change = {"actor": factories.account()}
    with unguarded_log() as log:
        log.filter(pk=entry.pk).update(**change)
    (told,) = faults()
    assert f"(task {task.pk}): entry 2 of its log is not what was written" in told


def test_an_entry_that_was_taken_out_is_told(task):
    TaskState.objects.all().delete()
    with unguarded_log() as log:
        log.filter(task=task, sequence=2)._raw_delete(using=connection.alias)
    (told,) = faults()
    assert f"(task {task.pk}): entry 2 of its log is missing" in told


def test_the_last_entry_that_was_taken_out_is_told(task):
    TaskState.objects.all().delete()
    with unguarded_log() as log:
        log.filter(task=task, sequence=3)._raw_delete(using=connection.alias)
    (told,) = faults()
    assert "its log has 2 entries, and its last one was entry 3" in told


def test_a_task_whose_log_was_taken_out_whole_is_told(task):
    task.states.all().delete()
    with unguarded_log() as log:
        log.filter(task=task)._raw_delete(using=connection.alias)
    Task.objects.filter(pk=task.pk).update(version=0)
    (told,) = faults()
    assert told.endswith(f"(task {task.pk}): it has no log.")


def test_a_log_that_was_given_to_another_task_is_told(task):
    other = factories.task()
    TaskState.objects.all().delete()
    with unguarded_log() as log:
        log.filter(task=other)._raw_delete(using=connection.alias)
        log.filter(task=task).update(task=other)
    Task.objects.filter(pk=other.pk).update(version=task.version)
    assert [fault.split(": ")[1][:7] for fault in faults()] == ["it has ", "entry 1"]


def test_an_earlier_backup_tells_of_a_log_that_was_written_anew(task, tmp_path):
    """Whoever owns the database can write a log with all its hashes anew; what is kept elsewhere tells."""
    backup = tmp_path / "register.zip"
    call_command("backup", str(backup), stdout=StringIO())
    with unguarded_log() as log:
        log.filter(task=task, sequence=2).update(note="另一说法")
    rewrite_from(task, 2)
    assert "is whole" in verify()
    (told,) = faults(backup=str(backup))
    assert f"(task {task.pk}): its log is not the one of the backup any more" in told


def test_an_earlier_backup_tells_of_changed_entries_of_changes_and_sign_ins(tmp_path):
    for _each in range(2):
        log_change(factories.department(), kind=ChangeKind.RENAMED, actor=None, note="改名")
    changed, gone = ChangeLog.objects.order_by("pk")[:2]
    backup = tmp_path / "register.zip"
    call_command("backup", str(backup), stdout=StringIO())
    assert "is whole" in verify(backup=str(backup))
    with unguarded(ChangeLog) as entries:
        entries.filter(pk=changed.pk).update(note="另一说法")
        entries.filter(pk=gone.pk)._raw_delete(using=connection.alias)
    assert "is whole" in verify()
    told = faults(backup=str(backup))
    assert told == [
        f"Entry {pk} of changes and sign-ins is not the one of the backup any more." for pk in (changed.pk, gone.pk)
    ]


@pytest.mark.same_on_both
def test_an_earlier_backup_allows_what_was_written_since(task, tmp_path):
    backup = tmp_path / "register.zip"
    call_command("backup", str(backup), stdout=StringIO())
    factories.progress(task, "已完成。", on=datetime.date(2024, 1, 20))
    factories.task()
    assert "is whole" in verify(backup=str(backup))


@pytest.mark.same_on_both
def test_what_is_no_backup_is_refused_in_one_sentence(tmp_path, repository):
    for path, sentence in (
        (tmp_path / "none.zip", "cannot be read"),
        (repository / "tests" / "data" / "backup-2378f95.zip", "before log entries had hashes"),
        (repository / "README.md", "is not a backup"),
    ):
        with override("en"), pytest.raises(CommandError, match=sentence):
            call_command("verify_register", backup=str(path), stdout=StringIO())


def test_states_that_do_not_follow_from_the_log_are_told(task):
    TaskState.objects.filter(task=task, until=None).update(status="closed")
    (told,) = faults()
    assert f"(task {task.pk}): its states on past days are not those that its log says" in told


def test_columns_that_are_not_those_of_the_last_state_are_told(task):
    Task.objects.filter(pk=task.pk).update(
        status="in_progress", due_date=datetime.date(2030, 1, 1), version=F("version")
    )
    (told,) = faults()
    assert told.endswith("its columns are not those of its last state: due_date.")


def test_a_task_that_was_hidden_as_if_joined_is_told(task):
    task.states.all().delete()
    Task.objects.filter(pk=task.pk).update(joined_into=factories.task())
    assert any(told.endswith("what its log records last stands otherwise: joined_into.") for told in faults())


def test_texts_and_parts_that_the_log_records_and_that_were_changed_are_told(task):
    factories.act(edit_texts, task, factories.secretariat(), reason="笔误", text="健全监督机制。", remarks="见附件。")
    departments = [(factories.department(name), role) for name, role in (("甲部", "lead"), ("乙部", "responsible"))]
    factories.act(
        edit_assignments,
        task,
        factories.secretariat(),
        reason="分工",
        departments=departments,
        leaders=[factories.person("钱进"), factories.person()],
    )
    assert "is whole" in verify()
    Task.objects.filter(pk=task.pk).update(text="另一任务", remarks="")
    task.task_departments.order_by("position").last().delete()
    task.task_leaders.all().delete()
    (told,) = faults()
    assert told.endswith("what its log records last stands otherwise: departments, leaders, remarks, text.")


def test_evidence_that_was_swapped_taken_out_or_hidden_is_told():
    swapped, gone, hidden = (factories.evidence(factories.task()) for _each in range(3))
    content = b"%PDF-1.7 another"
    Path(swapped.file.path).write_bytes(content)
    Evidence.objects.filter(pk=swapped.pk).update(sha256=sha256(content).hexdigest())
    Path(gone.file.path).unlink()
    Evidence.objects.filter(pk=gone.pk).delete()
    Evidence.objects.filter(pk=hidden.pk).update(removal=hidden.entry)
    told = faults()
    assert len(told) == 3
    assert all("its files of evidence are not those that it names" in fault for fault in told)


def test_instructions_that_were_changed_taken_out_or_answered_by_nothing_are_told(task):
    leader = factories.person()
    changed, gone, hidden = (factories.instruction(task, leader, text) for text in ("抓紧。", "报告。", "复核。"))
    assert "is whole" in verify()
    Instruction.objects.filter(pk=changed.pk).update(text="不急。")
    Instruction.objects.filter(pk=gone.pk).delete()
    Instruction.objects.filter(pk=hidden.pk).update(answer=hidden.given, answered_on=hidden.given_on)
    assert [fault.split(": ")[-1] for fault in faults()] == [
        "its instruction is not what it says.",
        "its instruction is not what it says.",
        "it answers no instruction.",
    ]


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"other"), lambda path: path.unlink()])
@pytest.mark.same_on_both
def test_files_that_are_not_what_was_uploaded_are_told(change: Callable[[Path], None]):
    evidence = factories.evidence(factories.task())
    assert "is whole" in verify()
    change(Path(evidence.file.path))
    (told,) = faults()
    assert told.startswith(f"file of evidence {evidence.pk}: its file “{Evidence.objects.get().file.name}” is not")


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_looked_at(media):
    folder, gone, _whole = (factories.evidence(factories.task()) for _each in range(3))
    for evidence in (folder, gone):
        Path(evidence.file.path).unlink()
    Path(folder.file.path).mkdir()
    assert [fault.partition("” ")[2] for fault in faults()] == ["cannot be read: it is a folder.", "is not there."]


def test_what_is_deleted_with_its_file_meanwhile_is_no_fault(monkeypatch):
    first, second = (factories.minutes_document(factories.account()) for _each in range(2))
    monkeypatch.setattr(default_storage, "open", deleting(second, default_storage.open))
    assert "is whole" in verify()
    assert not MinutesDocument.objects.filter(pk=second.pk).exists()
    assert MinutesDocument.objects.filter(pk=first.pk).exists()


def test_a_file_that_no_row_has_is_told_once_nobody_can_be_storing_it(media):
    evidence = factories.evidence(factories.task())
    (media / "evidence" / "1999").mkdir()
    for name in ("evidence/1999/old", "evidence/new", f"{UNSETTLED}/note"):
        (media / name).parent.mkdir(exist_ok=True)
        (media / name).write_bytes(b"")
    for path in ("evidence/1999/old", evidence.file.name, f"{UNSETTLED}/note"):
        os.utime(media / path, (0, 0))
    assert faults() == ["No row has the file “evidence/1999/old”, which lies among the uploaded ones."]


def test_a_trigger_that_was_dropped_is_told():
    table = TaskLog._meta.db_table
    on_postgresql = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {table}_refuse_delete{on_postgresql}")
    assert faults() == [f"The table {table} has no trigger “{table}_refuse_delete” that works."]


@pytest.mark.postgresql
def test_a_trigger_that_was_disabled_is_told():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE meetings_tasklog DISABLE TRIGGER meetings_tasklog_refuse_update")
    assert faults() == ["The table meetings_tasklog has no trigger “meetings_tasklog_refuse_update” that works."]


def test_an_index_that_was_dropped_is_told():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX log_recorded")
    assert faults() == ["The table meetings_tasklog has no constraint or index “log_recorded”."]


def test_a_migration_that_was_not_applied_is_told_alone():
    MigrationRecorder(connection).migration_qs.filter(app="meetings").order_by("-name").first().delete()
    (told,) = faults()
    assert told.startswith("The database lacks 1 migration of this version, meetings.")
