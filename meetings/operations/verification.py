"""Whether the register is whole: schema, logs, states and files.

Each check yields a sentence for each fault and changes nothing (`verify_register`). It reads in portions, so that its
memory does not grow with the register.
"""

import datetime
import hashlib
import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from meetings.faults import disk_reason
from meetings.models import ChangeLog, Meeting, Task, TaskLog, TaskState, calculate_hash
from meetings.models.log import CURRENT_COLUMNS, replay
from meetings.storage.files import SETTLED_AFTER, UNSETTLED, file_fields, find_named

from .backups import jsonl_rows, read_logs
from .log_consistency import PORTION, check_evidence, check_instructions, check_task
from .schema import expected_schema, read_schema

_T = TypeVar("_T")

# What a table has besides triggers (meetings.operations.schema).
PARTS = frozenset({"columns", "constraints", "indexes"})


# --- the schema -----------------------------------------------------------------------------------


def check_schema() -> Iterator[str]:
    """Yield what the database's tables lack of those of this version."""
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        words = {"name": f"{plan[0][0].app_label}.{plan[0][0].name}", "number": len(plan)}
        yield (
            ngettext(
                "The database lacks %(number)s migration of this version, %(name)s. Run “migrate”.",
                "The database lacks %(number)s migrations of this version, from %(name)s on. Run “migrate”.",
                len(plan),
            )
            % words
        )
        return
    expected = expected_schema()
    with connection.cursor() as cursor:
        present = read_schema(cursor)
        for model in apps.get_app_config("meetings").get_models(include_auto_created=True):
            table = model._meta.db_table
            if _has_parts(present.get(table, {}), expected.get(table, {})):
                continue
            faults = list(_check_table(model, cursor))
            yield from faults
            if faults:
                # What lacks a part is not the same besides.
                expected_parts = {part: digest for part, digest in expected[table].items() if part in PARTS}
                present[table] = present.get(table, {}) | expected_parts
    for table in sorted(expected | present):
        yield from _compare_table(table, expected.get(table, {}), present.get(table, {}))


def _has_parts(present: Mapping[str, str], expected: Mapping[str, str]) -> bool:
    return all(present.get(part) == expected.get(part) for part in PARTS)


def _check_table(model: type[models.Model], cursor: Any) -> Iterator[str]:
    table = model._meta.db_table
    present = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    for column in sorted({field.column for field in model._meta.concrete_fields} - present):
        yield _("The table %(table)s has no column “%(name)s”.") % {"table": table, "name": column}
    constraints = connection.introspection.get_constraints(cursor, table)
    for part in (*model._meta.constraints, *model._meta.indexes):
        if part.name not in constraints:
            yield _("The table %(table)s has no constraint or index “%(name)s”.") % {"table": table, "name": part.name}


def _compare_table(table: str, expected: Mapping[str, str], present: Mapping[str, str]) -> Iterator[str]:
    if not _has_parts(present, expected):
        yield _("The table %(table)s is not that of this version: columns, constraints or indexes.") % {"table": table}
    for name in sorted({*expected, *present} - PARTS):
        where = {"table": table, "name": name}
        if name not in present:
            yield _("The table %(table)s has no trigger “%(name)s” that works.") % where
        elif expected.get(name) != present[name]:
            yield _("The table %(table)s has a trigger or rule “%(name)s” that is not of this version.") % where


# --- logs and states ------------------------------------------------------------------------------


def check_logs() -> Iterator[str]:
    """Yield the tasks whose log was changed, and what stands otherwise than it says."""
    entries = TaskLog.objects.select_related("actor", "department", "batch").order_by("sequence")
    tasks = Task.objects.select_related("suggestion__meeting").prefetch_related(
        Prefetch("log", entries),
        Prefetch("states", TaskState.objects.order_by("since")),
        *("task_departments", "task_leaders"),
    )
    for task in tasks.order_by("pk").iterator(PORTION):
        log, states = list(task.log.all()), list(task.states.all())
        faults = list(_check_chain(task, log))
        # What was tampered with is not replayed.
        yield from faults or chain(_check_states(task, log, states), check_task(task, log))
    yield from check_evidence()
    yield from check_instructions()


def _check_chain(task: Task, log: Sequence[TaskLog]) -> Iterator[str]:
    if not log:
        yield _("“%(task)s” (task %(pk)s): it has no log.") % {"task": task, "pk": task.pk}
        return
    before = str(task.stable_id)
    for sequence, entry in enumerate(log, 1):
        where = {"task": task, "pk": task.pk, "sequence": sequence}
        if entry.sequence != sequence:
            yield _("“%(task)s” (task %(pk)s): entry %(sequence)s of its log is missing.") % where
            return
        if calculate_hash(entry, before) != entry.hash:
            yield (
                _(
                    "“%(task)s” (task %(pk)s): entry %(sequence)s of its log is not what was written, or does not"
                    " follow the one before."
                )
                % where
            )
            return
        before = entry.hash
    if len(log) != task.version:
        yield _("“%(task)s” (task %(pk)s): its log has %(count)s entries, and its last one was entry %(version)s.") % {
            "task": task,
            "pk": task.pk,
            "count": len(log),
            "version": task.version,
        }


def _check_states(task: Task, log: Sequence[TaskLog], states: Sequence[TaskState]) -> Iterator[str]:
    replayed = []
    if not any("joined_into" in entry.changes for entry in log):
        replayed = list(replay(task.pk, sorted(log, key=lambda entry: (entry.effective_on, entry.sequence))))
    where = {"task": task, "pk": task.pk}
    if len(replayed) != len(states) or not all(map(TaskState.has_same_values_as, states, replayed)):
        yield _("“%(task)s” (task %(pk)s): its states on past days are not those that its log says.") % where
    elif states:
        differing = [name for name in CURRENT_COLUMNS if getattr(task, name) != getattr(states[-1], name)]
        if task.next_due != states[-1].next_due:
            differing.append("next_due")
        if differing:
            yield _("“%(task)s” (task %(pk)s): its columns are not those of its last state: %(names)s.") % {
                **where,
                "names": ", ".join(sorted(differing)),
            }


# --- files ----------------------------------------------------------------------------------------


def check_files() -> Iterator[str]:
    """Yield which uploaded files are gone, or other ones, or of no row.

    Outside a snapshot: whether a file that is not there was taken away with its row meanwhile is asked afterwards.
    """
    # Till then its row may be newer than what is read here, or the worker has still to settle it.
    before = timezone.now() - 2 * SETTLED_AFTER
    for model, field in file_fields():
        yield from _check_files_of(model, field)
    yield from _check_folder("", before)


def _check_files_of(model: type[models.Model], name: str) -> Iterator[str]:
    rows: Iterable[Any] = model._base_manager.exclude(**{name: ""}).order_by("pk").iterator(PORTION)
    missing = []
    for row in rows:
        file = getattr(row, name)
        where = {"kind": model._meta.verbose_name, "pk": row.pk, "file": file.name}
        try:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            missing.append(where)
        except OSError as error:
            reason = disk_reason(error)
            yield _("%(kind)s %(pk)s: its file “%(file)s” cannot be read: %(reason)s.") % {**where, "reason": reason}
        else:
            if digest != row.sha256:
                yield _("%(kind)s %(pk)s: its file “%(file)s” is not what was uploaded.") % where
    for portion in _portions(missing):
        named = find_named(where["file"] for where in portion)
        for where in portion:
            if where["file"] in named:
                yield _("%(kind)s %(pk)s: its file “%(file)s” is not there.") % where


def _check_folder(folder: str, before: datetime.datetime) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has uploaded anything yet
        return
    except OSError as error:
        yield _("The folder “%(folder)s” of the uploaded files cannot be read: %(reason)s.") % {
            "folder": folder,
            "reason": disk_reason(error),
        }
        return
    for portion in _portions(posixpath.join(folder, name) for name in sorted(files)):
        named = find_named(portion)
        for path in portion:
            if path not in named and _is_older(path, before):
                yield _("No row has the file “%(file)s”, which lies among the uploaded ones.") % {"file": path}
    for name in sorted(folders):
        if folder or name != UNSETTLED:
            yield from _check_folder(posixpath.join(folder, name), before)


def _is_older(path: str, before: datetime.datetime) -> bool:
    """Return whether a file lay there before and is there still."""
    try:
        return default_storage.get_modified_time(path) < before
    except FileNotFoundError:
        return False


# --- an earlier backup ----------------------------------------------------------------------------


def check_against(backup: Path) -> Iterator[str]:
    """Yield what of the logs is not as it was in ``backup``.

    Somebody who writes a log anew writes its hashes anew; only what was kept elsewhere tells. Raises BackupError.
    """
    with read_logs(backup) as (heads, changes):
        for portion in _portions(heads):
            yield from _check_heads(portion)
        for portion in _portions(changes):
            yield from _check_changes(portion)


def _check_heads(heads: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    tasks = {str(task.stable_id): task for task in Task.objects.filter(stable_id__in=[head["task"] for head in heads])}
    entries = TaskLog.objects.filter(task__in=tasks.values())
    hashes = {(task, sequence): digest for task, sequence, digest in entries.values_list("task", "sequence", "hash")}
    for head in heads:
        task = tasks.get(head["task"])
        if task is None:
            yield _("Task %(task)s of the backup is not in the register.") % {"task": head["task"]}
        elif hashes.get((task.pk, head["sequence"])) != head["hash"]:
            yield _("“%(task)s” (task %(pk)s): its log is not the one of the backup any more.") % {
                "task": task,
                "pk": task.pk,
            }


def _check_changes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    entries = list(ChangeLog.objects.filter(pk__in=[row["pk"] for row in rows]))
    present = {row["pk"]: row for row in map(json.loads, jsonl_rows(entries).splitlines())}
    meetings = set(
        Meeting.objects.filter(pk__in=[row["fields"]["meeting"] for row in rows]).values_list("pk", flat=True)
    )
    for row in rows:
        # A demonstration is removed with its entries; the database lets no other meeting go.
        is_removed = row["pk"] not in present and row["fields"]["meeting"] not in {None, *meetings}
        if not is_removed and present.get(row["pk"]) != row:
            yield _("Entry %(pk)s of changes and sign-ins is not the one of the backup any more.") % {"pk": row["pk"]}


def _portions(items: Iterable[_T]) -> Iterator[list[_T]]:
    items = iter(items)
    while portion := list(islice(items, PORTION)):
        yield portion
