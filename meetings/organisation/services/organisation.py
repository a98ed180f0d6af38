"""Services on departments and people; each change is one entry of the change log.

The secretariat and administrators do it. ``version`` is that of the row the form showed (`version_of`): a save on an
older one writes nothing and raises ConflictError (docs/domain.md, Two people at once). Nothing is ever deleted, for the
append-only logs name it.
"""

from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.locking import check_version
from meetings.models import ANSWERABLE_ROLES, Account, ChangeKind, Department, FormerName, Person, Task
from meetings.models.fields import max_length_of
from meetings.models.task import TaskQuerySet
from meetings.permissions import require_organisation_manager
from meetings.tasks.services.log import diff_values, log_change

_Subject = TypeVar("_Subject", Department, Person, Account)
_Living = TypeVar("_Living", Department, Person)


def version_of(subject: Department | Person | Account) -> int:
    """Return the number of the last change of ``subject``; 0 without any. One query."""
    last = subject.change_log.changes().order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def lock_row(subject: _Subject, version: int | None = None) -> _Subject:
    """Return ``subject`` as it is now, locked; raises ConflictError if it changed."""
    # Also of `request.user`, which wraps the account.
    row = subject.__class__._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    if version is not None:
        newer_entries = row.change_log.changes().filter(pk__gt=version).select_related("actor").order_by("pk")
        check_version(version, version_of(row), newer_entries=lambda: newer_entries)
    return row


def lock_pair(subject: Any, other: Any, version: int | None) -> tuple[Any, Any]:
    """Return two rows, locked in the order of their ids, so that no deadlock occurs.

    ``version`` is the first one's.
    """
    rows = type(subject)._default_manager.select_for_update(of=("self",)).filter(pk__in=[subject.pk, other.pk])
    held = {row.pk: row for row in rows.order_by("pk")}
    return lock_row(subject, version), held[other.pk]


def department_names(account: Account) -> list[str]:
    """Return the names of the departments that the account reports for."""
    return list(account.departments.order_by("pk").values_list("name", flat=True))


# --- adding, renaming -----------------------------------------------------------------------------


@transaction.atomic
def add(*, kind: type[_Living], actor: Account, **names: str) -> _Living:
    """Add a department or person. Raises InvalidInputError where the name is taken."""
    require_organisation_manager(actor)
    names = _clean_names(kind, names)
    subject = kind._default_manager.create(**names)
    changes = diff_values({field: (None, value or None) for field, value in names.items()})
    log_change(subject, kind=ChangeKind.ENTERED, actor=actor, changes=changes)
    return subject


@transaction.atomic
def rename(*, subject: _Living, actor: Account, version: int | None = None, note: str = "", **names: str) -> _Living:
    """Change a name, or a person's unit; the former name still finds them."""
    require_organisation_manager(actor)
    subject = lock_row(subject, version)
    _require_not_merged(subject)
    old = {field: getattr(subject, field) for field in names}
    names = _clean_names(type(subject), names, exclude=subject)
    if names == old:
        raise NoChangesError(field="name")
    for field, value in names.items():
        setattr(subject, field, value)
    subject.save()
    if subject.name != old["name"]:
        _keep_former_name(subject, old["name"])
    changes = diff_values({field: (old[field] or None, value or None) for field, value in names.items()})
    kind = ChangeKind.RENAMED if "name" in changes else ChangeKind.CORRECTED
    log_change(subject, kind=kind, actor=actor, note=note, changes=changes)
    return subject


@transaction.atomic
def set_head(
    *, subject: Department, head: Person | None, actor: Account, version: int | None = None, note: str = ""
) -> Department:
    """Say who heads the department (none: nobody), and is told of what stays late."""
    require_organisation_manager(actor)
    department = lock_row(subject, version)
    _require_not_merged(department)
    if department.head == head:
        raise NoChangesError(field="head")
    old, new = (str(person) if person else None for person in (department.head, head))
    department.head = head
    department.save()
    log_change(department, kind=ChangeKind.CORRECTED, actor=actor, note=note, changes=diff_values({"head": (old, new)}))
    return department


def _clean_names(
    kind: type[Department | Person], names: dict[str, str], exclude: Department | Person | None = None
) -> dict[str, str]:
    """Return the cleaned name (and unit); refuse missing, too long or taken ones."""
    cleaned = {field: value.strip() for field, value in names.items()} | {"name": " ".join(names["name"].split())}
    if not cleaned["name"]:
        raise InvalidInputError(_("Write the name."), field="name")
    too_long = {
        "name": _("The name is longer than %(longest)d characters. Shorten it."),
        "unit": _("The unit is longer than %(longest)d characters. Shorten it."),
    }
    for field, value in cleaned.items():
        longest = max_length_of(kind, field)
        if len(value) > longest:
            raise InvalidInputError(too_long[field] % {"longest": longest}, field=field)
    other = kind._default_manager.exclude(pk=exclude.pk if exclude else 0).filter(**cleaned).first()
    if other is None:
        return cleaned
    if other.merged_into is not None:
        message = _("“%(name)s” was merged into “%(other)s”, and old documents find it by this name. Choose another.")
    elif exclude:
        message = _("There is “%(name)s” already. If the two are the same, merge them instead of renaming one.")
    else:
        message = _("There is “%(name)s” already.")
    raise InvalidInputError(message % {"name": other, "other": other.merged_into}, field="name")


def _keep_former_name(subject: Department | Person, old: str) -> None:
    """Record the former name, and drop the new one from the former names."""
    subject.former_names.filter(name=subject.name).delete()
    if not subject.former_names.filter(name=old).exists():
        about = {type(subject).__name__.lower(): subject}
        FormerName.objects.create(**about, name=old)


# --- retiring -------------------------------------------------------------------------------------


def open_tasks_of(subject: Department | Person) -> TaskQuerySet:
    """Return the open tasks that the department answers for or the person supervises."""
    tasks = Task.objects.standing().filter(status__in=OPEN_STATUSES)
    if isinstance(subject, Department):
        return tasks.assigned_to([subject.pk], ANSWERABLE_ROLES)
    return tasks.supervised_by([subject.pk])


@transaction.atomic
def retire(*, subject: _Living, actor: Account, version: int | None = None, note: str = "") -> _Living:
    """Take a department or person out of use: offered no more, on its old tasks.

    Raises InvalidTransitionError while it answers for open tasks, which would be nobody's (docs/domain.md, Nothing can
    hide), and while the person heads a department.
    """
    require_organisation_manager(actor)
    subject = lock_row(subject, version)
    if isinstance(subject, Person) and (headed := subject.headed_departments.values_list("name", flat=True)):
        raise InvalidTransitionError(
            _("%(person)s heads %(departments)s. Say first who does so now.")
            % {"person": subject, "departments": _(", ").join(headed)}
        )
    if not subject.is_active:
        raise InvalidTransitionError(_("“%(name)s” is out of use already.") % {"name": subject})
    number = open_tasks_of(subject).count()
    if number:
        message = ngettext(
            "%(number)d open task would be left to nobody. Hand it over first.",
            "%(number)d open tasks would be left to nobody. Hand them over first.",
            number,
        )
        raise InvalidTransitionError(message % {"number": number})
    subject.is_active = False
    subject.save()
    log_change(subject, kind=ChangeKind.RETIRED, actor=actor, note=note)
    return subject


@transaction.atomic
def restore(*, subject: _Living, actor: Account, version: int | None = None, note: str = "") -> _Living:
    """Take a department or person back into use."""
    require_organisation_manager(actor)
    subject = lock_row(subject, version)
    _require_not_merged(subject)
    if subject.is_active:
        raise InvalidTransitionError(_("“%(name)s” is in use already.") % {"name": subject})
    subject.is_active = True
    subject.save()
    log_change(subject, kind=ChangeKind.RESTORED, actor=actor, note=note)
    return subject


def _require_not_merged(subject: Department | Person) -> None:
    if subject.merged_into is not None:
        raise InvalidTransitionError(
            _("“%(name)s” was merged into “%(other)s”. Work on that one.")
            % {"name": subject, "other": subject.merged_into}
        )
