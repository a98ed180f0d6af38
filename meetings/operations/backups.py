"""The whole register in one file, which either database can be restored from.

A backup is a ZIP file of ``manifest.json``, one ``data/<model>.jsonl`` for each model of the register (a row a line,
with primary keys, so that addresses people have noted stay right) and the uploaded files under ``media/``. The
manifest says how many rows there are and the SHA-256 of every other member. ``heads.jsonl`` has the hash of each task's
last log entry, against which a later register is verified. Left out is what means nothing elsewhere:
sessions, counts of failed sign-ins, the administration site's own history.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps import apps
from django.core import serializers
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cnas_tasks import __version__
from meetings.core.serialization import ExactEncoder
from meetings.database_snapshot import consistent_snapshot
from meetings.faults import FaultError, disk_reason
from meetings.models import ChangeLog, Evidence, TaskLog
from meetings.storage.files import atomic_with_files, find_named

from .backup_upgrade import (
    ROW_BATCH_SIZE,
    DamagedRowsError,
    insert_rows,
    is_known_schema,
    load_rows,
    member_name,
    upgraded_rows,
)

FORMAT = "cnas-task-register-backup"
MANIFEST = "manifest.json"
HEADS = "heads.jsonl"
# How often a backup is begun where people delete files beside it.
ATTEMPTS = 3


class BackupError(Exception):
    """Raised where a backup could not be written or restored; nothing was changed."""


class _OutdatedError(Exception):
    """A row that the backup holds is gone since, with its file."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: numbers of rows and of uploaded files; whose file is gone."""

    rows: int
    files: int
    without_file: tuple[str, ...] = ()


# --- writing --------------------------------------------------------------------------------------


def write_backup(path: Path) -> Summary:
    """Write the register as of one moment to ``path``, replacing a file there.

    Nobody but its owner may read the file, for it holds the accounts' password hashes. Until it is complete it has
    another name, so that a failure leaves a former backup as it was. Raises BackupError where it cannot be written.
    """
    unfinished = None
    try:
        # mkstemp makes it readable for its owner alone.
        handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            summary = _write_archive(file)
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        unfinished = None
    except OSError as error:
        raise BackupError(
            _("“%(path)s” cannot be written: %(reason)s.") % {"path": path, "reason": disk_reason(error)}
        ) from error
    finally:
        if unfinished:
            os.unlink(unfinished)
    return summary


def _write_archive(file: IO[bytes]) -> Summary:
    """Write all of it; anew where rows and their files went before these were read."""
    for _attempt in range(ATTEMPTS):
        file.seek(0)
        file.truncate()
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                return _write_members(archive)
        except _OutdatedError:
            continue
    raise BackupError(_("While it was written, files were deleted again and again. Try again in a quiet moment."))


def _write_members(archive: zipfile.ZipFile) -> Summary:
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    owners: dict[str, tuple[type[models.Model], int]] = {}
    with consistent_snapshot():
        schema = _schema()
        for model in _models():
            rows = model._base_manager.order_by("pk")
            counts[model._meta.label_lower] = rows.count()
            owners |= _owners_of_files(model)
            member, digest = member_name(model._meta.label_lower), hashlib.sha256()
            batches = rows.iterator(chunk_size=ROW_BATCH_SIZE)
            with archive.open(member, "w", force_zip64=True) as file:
                while batch := list(islice(batches, ROW_BATCH_SIZE)):
                    lines = jsonl_rows(batch).encode()
                    digest.update(lines)
                    file.write(lines)
            digests[member] = digest.hexdigest()
        digests[HEADS] = _write_heads(archive)
    files = len(owners)
    # First what people may take away again; evidence stays.
    for name in sorted(owners, key=lambda name: (owners[name][0] is Evidence, name)):
        member, digest = f"media/{name}", hashlib.sha256()
        try:
            with default_storage.open(name) as content, archive.open(member, "w", force_zip64=True) as file:
                for chunk in content.chunks():
                    digest.update(chunk)
                    file.write(chunk)
        except FileNotFoundError:
            if not find_named([name]):
                raise _OutdatedError from None
            continue
        except (PermissionError, IsADirectoryError) as error:
            raise BackupError(
                _("“%(path)s” cannot be read: %(reason)s.") % {"path": name, "reason": disk_reason(error)}
            ) from error
        digests[member] = digest.hexdigest()
        del owners[name]
    manifest = {
        "format": FORMAT,
        "version": __version__,
        "schema": schema,
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "counts": counts,
        "sha256": digests,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    without_file = tuple(
        f"{model._meta.verbose_name} {pk} ({model._base_manager.filter(pk=pk).first()})"
        for model, pk in owners.values()
    )
    return Summary(rows=sum(counts.values()), files=files - len(owners), without_file=without_file)


def _write_heads(archive: zipfile.ZipFile) -> str:
    """Write the last entry of each task's log; return the digest.

    A demonstration, which is removed, has none.
    """
    last = TaskLog.objects.filter(sequence=F("task__version"), task__meeting__is_demonstration=False)
    digest = hashlib.sha256()
    with archive.open(HEADS, "w", force_zip64=True) as file:
        heads = last.order_by("task_id").values_list("task__stable_id", "sequence", "hash")
        for task, sequence, of_entry in heads.iterator(ROW_BATCH_SIZE):
            line = json.dumps({"task": str(task), "sequence": sequence, "hash": of_entry}).encode() + b"\n"
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def _owners_of_files(model: type[models.Model]) -> dict[str, tuple[type[models.Model], int]]:
    """Return the rows that have a file, by its name."""
    fields = [field.name for field in model._meta.fields if isinstance(field, models.FileField)]
    return {
        name: (model, pk)
        for field in fields
        for pk, name in model._base_manager.exclude(**{field: ""}).order_by("pk").values_list("pk", field)
    }


# --- restoring ------------------------------------------------------------------------------------


def restore_backup(path: Path) -> Summary:
    """Restore a backup into the empty register, all of it or nothing.

    The register is empty when no model of it has a row: a new database after `migrate`. Everything is verified against
    the manifest first. A backup of an older version is migrated on the way (`backup_upgrade`). Raises BackupError
    where the file is no backup, is damaged or is of a version this one does not know, or where the register is not
    empty.
    """
    try:
        with _open_backup(path) as (archive, manifest):
            older = upgraded_rows(archive, manifest) if manifest["schema"] != _schema() else nullcontext()
            with older as alias, atomic_with_files():
                _require_empty_register()
                if alias is None:
                    load_rows(archive, manifest["counts"], apps, using=DEFAULT_DB_ALIAS)
                else:
                    _copy_rows(alias)
                _finish_rows()
                _restore_files(archive)
    except FaultError as error:
        raise BackupError(error.message) from error
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise BackupError(_("The database refused the backup's rows: %(reason)s") % {"reason": reason}) from error
    except OSError as error:
        raise BackupError(
            _("“%(path)s” cannot be restored: %(reason)s.") % {"path": path, "reason": disk_reason(error)}
        ) from error
    return Summary(rows=sum(manifest["counts"].values()), files=len(_media_members(archive)))


@contextmanager
def read_logs(path: Path) -> Iterator[tuple[Iterator[dict[str, Any]], Iterator[dict[str, Any]]]]:
    """Yield the last entries of the tasks' logs in a backup, and its log of changes.

    Of the former each has ``task`` (its stable id), ``sequence`` and ``hash``; the latter are rows as `jsonl_rows`
    has them, none where the backup is of other tables. Raises BackupError where the file is no backup, is damaged, or
    was made before entries had hashes.
    """
    try:
        with _open_backup(path) as (archive, manifest):
            if HEADS not in archive.namelist():
                raise BackupError(_("“%(path)s” was made before log entries had hashes.") % {"path": path})
            member = member_name(ChangeLog._meta.label_lower) if manifest["schema"] == _schema() else None
            with archive.open(HEADS) as heads, archive.open(member) if member else nullcontext(()) as changes:
                yield map(json.loads, heads), map(json.loads, changes)
    except OSError as error:
        raise BackupError(
            _("“%(path)s” cannot be read: %(reason)s.") % {"path": path, "reason": disk_reason(error)}
        ) from error


@contextmanager
def _open_backup(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Yield the archive at ``path`` and its manifest, once everything is verified."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _verify_manifest(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupError(_("“%(path)s” is not a backup of this register.") % {"path": path}) from error
    except DamagedRowsError as error:
        raise BackupError(
            _("The backup is damaged: “%(member)s” is not what was written.") % {"member": error}
        ) from error


def _verify_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest; raises BackupError where a member is not what it says."""
    try:
        manifest = json.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
        schema, version, digests = manifest["schema"], manifest["version"], manifest["sha256"]
        counts = {str(label): int(count) for label, count in manifest["counts"].items()}
        if schema == _schema():
            counts = {model._meta.label_lower: counts[model._meta.label_lower] for model in _models()}
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(_("“%(path)s” is not a backup of this register.") % {"path": archive.filename}) from error
    if not is_known_schema(schema) or schema > _schema():
        raise BackupError(
            _(
                "The backup was made by version %(version)s for tables that this version does not know (%(theirs)s;"
                " here: %(ours)s). Restore it with that version or a newer one."
            )
            % {"version": version, "theirs": schema, "ours": _schema()}
        )
    if sorted([*digests, MANIFEST]) != sorted(archive.namelist()):
        raise BackupError(_("The backup is damaged: parts of it are missing, or there are others."))
    for member, expected in digests.items():
        with archive.open(member) as file:
            digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]  # a member has readinto
        if digest.hexdigest() != expected:
            raise BackupError(_("The backup is damaged: “%(member)s” is not what was written.") % {"member": member})
    return {**manifest, "counts": counts}


def _require_empty_register() -> None:
    for model in _models():
        if model._base_manager.exists():
            raise BackupError(
                _("The register is not empty (%(what)s). Restore into a new database after “migrate”.")
                % {"what": model._meta.verbose_name_plural}
            )


def _copy_rows(alias: str) -> None:
    """Copy every row of the database ``alias``, many-to-many rows included."""
    for model in _models():
        through = (field.remote_field.through for field in model._meta.local_many_to_many)
        for table in (model, *(table for table in through if table and table._meta.auto_created)):
            rows = table._base_manager.using(alias).order_by("pk").iterator(chunk_size=ROW_BATCH_SIZE)
            while batch := list(islice(rows, ROW_BATCH_SIZE)):
                insert_rows(table, batch, using=DEFAULT_DB_ALIAS)


def _finish_rows() -> None:
    """Check what the rows refer to, and let keys go on where the backup's end."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            # Until it has been told how much there is, it plans as for empty tables.
            cursor.execute("ANALYZE")


def _restore_files(archive: zipfile.ZipFile) -> None:
    """Store the uploaded files anew."""
    for member in _media_members(archive):
        name = member.removeprefix("media/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise BackupError(_("The backup names a file outside its folder: “%(member)s”.") % {"member": member})
        if default_storage.exists(name):
            raise BackupError(_("There is already a file “%(path)s”. Move it away first.") % {"path": name})
        with archive.open(member) as source:
            default_storage.save(name, File(source, name))


# --- both -----------------------------------------------------------------------------------------


def jsonl_rows(rows: list[Any]) -> str:
    """Return rows as a backup holds them, a line for each."""
    text: str = serializers.serialize("jsonl", rows, cls=ExactEncoder, ensure_ascii=False)
    return text


def _models() -> list[type[models.Model]]:
    """Return the register's models, each after those it refers to, where possible."""
    config = apps.get_app_config("meetings")
    return serializers.sort_dependencies([(config, list(config.get_models()))], allow_cycles=True)


def _media_members(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith("media/")]


def _schema() -> str:
    """Return the last migration of the register's tables in this database."""
    applied = MigrationRecorder(connection).applied_migrations()
    return max((name for app, name in applied if app == "meetings"), default="")
