"""Evidence: files checked by their content; a deleted file stays in storage."""

import datetime
import hashlib
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.file_types import ENCRYPTED_OFFICE, FileType, detect_file_type
from meetings.core.lifecycle import CAN_REPORT, ENDED_STATUSES
from meetings.errors import InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import Account, Department, EntryKind, Evidence, Task, TaskLog, last_ending
from meetings.permissions.tasks import EVIDENCE_REFUSAL
from meetings.storage.files import atomic_with_files

from .back_dating_rules import counted_day
from .log import Changes, lock_task, write_entry, write_planned_entry
from .validators import check_day, check_department, require_role

NAME_LENGTH = 200
CheckedFile = tuple[UploadedFile, str, FileType, str]


@atomic_with_files()
def add_evidence(
    *,
    task_id: int,
    version: int,
    actor: Account,
    files: Iterable[UploadedFile],
    effective_on: datetime.date,
    note: str = "",
    department: Department | None = None,
) -> TaskLog:
    """Add ``files`` as evidence of ``task``, all of them or none.

    Accepted are the types of `meetings.core.file_types` up to EVIDENCE_MAX_MEGABYTES each, under a name that fits the
    type. Raises ServiceError. No report: progress has an entry of its own. The evidence of a task that has ended is
    frozen: only the secretariat adds to it, with a ``note`` that says why.
    """
    task = lock_task(task_id, version)
    entry, checked = plan_evidence(
        task, actor=actor, files=files, effective_on=effective_on, note=note, department=department
    )
    write_planned_entry(task, entry, actor)
    store_files(entry, checked)
    return entry


def plan_evidence(
    task: Task,
    *,
    actor: Account,
    files: Iterable[UploadedFile],
    effective_on: datetime.date,
    note: str = "",
    department: Department | None = None,
) -> tuple[TaskLog, list[CheckedFile]]:
    """Return the entry of `add_evidence` without writing; raises as that does.

    Also returns the files for `store_files`.
    """
    require_role(
        actor, task, CAN_REPORT, _("Only the secretariat and the liaisons of a task's departments may add evidence.")
    )
    if task.status in ENDED_STATUSES:
        if not permissions.is_secretariat(actor):
            raise PermissionDeniedError(_("This task has ended. Only the secretariat adds to its evidence now."))
        if not note.strip():
            raise InvalidInputError(_("This task has ended. Say why evidence is added now."), field="note")
    department = check_department(actor, task, department)
    check_day(task, effective_on, False)
    checked = check_files(files)
    if not checked:
        raise InvalidInputError(_("Choose at least one file."), field="files")
    names = [_file_to_json(name, digest) for _file, name, _type, digest in checked]
    entry = TaskLog(
        kind=EntryKind.EVIDENCE,
        effective_on=counted_day(actor, effective_on),
        note=note.strip(),
        department=department,
        changes={"evidence": {"old": None, "new": names}},
    )
    return entry, checked


def attach_files(entry: TaskLog, files: Iterable[UploadedFile]) -> list[Evidence]:
    """Store ``files`` of ``entry``, inside the `atomic_with_files` that wrote it."""
    return store_files(entry, check_files(files))


@transaction.atomic
def delete_evidence(*, evidence_id: int, version: int, actor: Account, reason: str = "") -> TaskLog:
    """Delete a file by an entry, effective today; administrators can still open it.

    The evidence on which a task was ended is frozen: only the secretariat removes it, with a ``reason``.
    """
    evidence = Evidence.objects.select_related("entry").get(pk=evidence_id)
    task = lock_task(evidence.task_id, version)
    require_role(
        actor, task, CAN_REPORT, _("Only the secretariat and the liaisons of a task's departments may delete evidence.")
    )
    ending = last_ending(task)
    if not permissions.can_delete_evidence(actor, evidence, ending):
        raise PermissionDeniedError(str(EVIDENCE_REFUSAL))
    if evidence.entry_id < ending and not reason.strip():
        raise InvalidInputError(_("The task was ended with this file there. Say why it is deleted."), field="reason")
    if Evidence.objects.filter(pk=evidence_id, removal__isnull=False).exists():
        raise InvalidTransitionError(_("This file has been deleted already."))
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.EVIDENCE,
        effective_on=timezone.localdate(),
        note=reason.strip(),
        changes=describe_removal([evidence]),
    )
    evidence.removal = entry
    evidence.save(update_fields=["removal"])
    return entry


def describe_removal(evidence: Iterable[Evidence]) -> Changes:
    """Return the changes of an entry that takes files away."""
    return {"evidence_deleted": {"old": None, "new": [_file_to_json(each.name, each.sha256) for each in evidence]}}


def check_files(files: Iterable[UploadedFile]) -> list[CheckedFile]:
    """Return each file with clean name, type and SHA-256; refuse an unwanted one."""
    files = list(files)
    if len(files) > settings.EVIDENCE_MAX_FILES:
        raise InvalidInputError(
            _("At most %(number)d files at a time. Send the others afterwards.")
            % {"number": settings.EVIDENCE_MAX_FILES},
            field="files",
        )
    return [_check_file(file) for file in files]


def _check_file(file: UploadedFile) -> CheckedFile:
    name = clean_file_name(file.name or "")

    def refusal(message: str, **values: object) -> InvalidInputError:
        return InvalidInputError(message % {"name": name, **values}, field="files")

    if not file.size:
        raise refusal(_("“%(name)s” is empty."))
    if file.size > settings.EVIDENCE_MAX_MEGABYTES * 1024 * 1024:
        raise refusal(_("“%(name)s” is larger than %(limit)d MB."), limit=settings.EVIDENCE_MAX_MEGABYTES)
    file_type = detect_file_type(cast(BinaryIO, file))  # an upload can be read like any file
    if file_type is ENCRYPTED_OFFICE:
        raise refusal(_("“%(name)s” is encrypted; please save it without a password."))
    if file_type is None:
        raise refusal(
            _(
                "“%(name)s” is of no type that is kept here. PDF, Office and WPS documents without macros, OFD, "
                "pictures and plain text are."
            )
        )
    if PurePosixPath(name).suffix.lower().removeprefix(".") not in file_type.endings:
        raise refusal(
            _("The name of “%(name)s” does not say what the file holds. Rename it to end in %(endings)s."),
            endings=_(" or ").join(f".{ending}" for ending in file_type.endings),
        )
    file.seek(0)
    digest = hashlib.file_digest(cast(Any, file.file), "sha256").hexdigest()
    file.seek(0)
    return file, name, file_type, digest


def clean_file_name(name: str) -> str:
    """Return a file's base name without invisible and direction characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip(" .")
    path = PurePosixPath(visible or _("file"))
    return path.name if len(path.name) <= NAME_LENGTH else path.stem[: NAME_LENGTH - len(path.suffix)] + path.suffix


def store_files(entry: TaskLog, checked: list[CheckedFile]) -> list[Evidence]:
    """Store what `plan_evidence` checked, inside the `atomic_with_files` of its entry."""
    stored: list[Evidence] = []
    for file, name, file_type, digest in checked:
        evidence = Evidence(
            task=entry.task,
            entry=entry,
            name=name,
            size=file.size or 0,
            content_type=file_type.content_type,
            sha256=digest,
        )
        evidence.file.save(name, file)
        stored.append(evidence)
    return stored


def _file_to_json(name: str, digest: str) -> dict[str, str]:
    return {"name": name, "sha256": digest}
