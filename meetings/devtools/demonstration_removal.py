"""The removal of the demonstration, with all that hangs on its meeting.

What hangs on it is found by the foreign keys, so that no model is forgotten that comes later. The database lets the
log of no other meeting go (docs/decisions/018-a-demonstration-can-be-removed.md).
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from django.db import models, transaction
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError
from meetings.locking import require_present
from meetings.models import (
    Account,
    Acknowledgement,
    Batch,
    ChangeKind,
    ChangeLog,
    Department,
    Evidence,
    FormerName,
    Meeting,
    Person,
    Robot,
    RobotMessage,
    Task,
    TaskLog,
    WorkbookHandout,
)
from meetings.permissions import require_organisation_manager
from meetings.storage.files import delete_on_commit
from meetings.tasks.services.log import log_change

from .demonstration_meeting import PREFIX, UNIT

# What is no use of a department or person, and goes with it.
UNUSED = (Account.departments.through, WorkbookHandout, Robot, RobotMessage)
# What stays for ever, and whoever it names with it.
KEPT = (ChangeLog, FormerName)
# What the database lets go while it sees whose it is.
LOGS = (TaskLog, ChangeLog, Acknowledgement)

Rows = dict[type[models.Model], set[Any]]


class Remainder(NamedTuple):
    """Names of the departments and people that stay: used elsewhere, or out of use."""

    used: list[str]
    retired: list[str]


@transaction.atomic
def remove_demonstration(*, meeting_id: int, actor: Account, is_sure: bool) -> Remainder:
    """Remove the demonstration; return what of it stays.

    Whom only the change log names is taken out of use. By the secretariat or an administrator, whose change log says
    so. Raises a subclass of ServiceError.
    """
    require_organisation_manager(actor)
    found = Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting_id, is_demonstration=True).first()
    meeting = require_present(found, _("There is no demonstration any more."))
    if not is_sure:
        raise InvalidInputError(_("Tick that the demonstration is to go; nothing was removed."))
    title = meeting.title
    # Whoever is recording something of it is waited for, and that goes, too.
    list(Task.objects.select_for_update(of=("self",)).filter(suggestion__meeting=meeting).order_by("pk"))
    rows = _find_rows_of(Meeting, [meeting.pk])
    batches = list(Batch.objects.filter(entries__in=rows[TaskLog]).values_list("pk", flat=True))
    _delete(rows)
    # A batch of several meetings stays for the others.
    _delete(_find_rows_of(Batch, Batch.objects.filter(pk__in=batches, entries=None).values_list("pk", flat=True)))
    of_demonstration: list[Department | Person] = [
        *Department.objects.filter(name__startswith=PREFIX),
        *Person.objects.filter(unit=UNIT),
    ]
    remainder = Remainder([], [])
    for each in of_demonstration:
        _end_use(each, actor, remainder)
    log_change(Account.objects.get(pk=actor.pk), kind=ChangeKind.REMOVED, actor=actor, part=title)
    return remainder


def _find_rows_of(model: type[models.Model], keys: Iterable[Any]) -> Rows:
    """Return these rows and all that refer to them, many-to-many rows included."""
    found: Rows = defaultdict(set)
    waiting = [(model, set(keys))]
    while waiting:
        model, wanted = waiting.pop()
        new = wanted - found[model]
        found[model] |= new
        for relation in model._meta.get_fields(include_hidden=True) if new else ():
            if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many:
                field = cast("models.ForeignKey", relation.field)
                referring = cast("type[models.Model]", relation.related_model)
                if relation.on_delete is not models.SET_NULL:
                    keys = _rows(referring, **{f"{field.name}__in": new}).values_list("pk", flat=True)
                    waiting.append((referring, set(keys)))
    return found


def _delete(rows: Rows) -> None:
    """Delete ``rows``; the logs first, while the database still sees whose they are."""
    if Evidence in rows:
        names = _rows(Evidence, pk__in=rows[Evidence]).values_list("file", flat=True)
        for name in names:
            delete_on_commit(name)
    for model in sorted(rows, key=lambda model: model not in LOGS):
        for relation in model._meta.related_objects:
            if relation.on_delete is models.SET_NULL:
                name = relation.field.name
                _rows(relation.related_model, **{f"{name}__in": rows[model]}).update(**{name: None})
        found = _rows(model, pk__in=rows[model])
        found._raw_delete(found.db)


def _rows(model: Any, **condition: Any) -> models.QuerySet:
    # Neither the log's own queryset, which refuses, nor one that leaves out rows.
    return models.QuerySet(model).filter(**condition)


def _end_use(each: Department | Person, actor: Account, remainder: Remainder) -> None:
    """Delete what only the rows of `UNUSED` refer to any more; note what stays."""
    rows = _find_rows_of(type(each), [each.pk])
    referring = {model for model, keys in rows.items() if keys} - {type(each), *UNUSED}
    if not referring:
        _delete(rows)
    elif referring.difference(KEPT):
        remainder.used.append(str(each))
    else:
        _delete({model: keys for model, keys in rows.items() if model in UNUSED})
        if each.is_active:
            each.is_active = False
            each.save(update_fields=["is_active"])
            log_change(each, kind=ChangeKind.RETIRED, actor=actor)
        remainder.retired.append(str(each))
