"""Services that hand work over: a liaison's departments, open tasks."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import Account, ChangeKind, Department, Person, Role, Task
from meetings.permissions import require_organisation_manager
from meetings.tasks.services.assignments import move_assignments
from meetings.tasks.services.log import Changes, diff_values, log_change

from .organisation import department_names, lock_pair, open_tasks_of


@transaction.atomic
def hand_over_departments(
    *,
    giver: Account,
    taker: Account,
    departments: Iterable[Department],
    actor: Account,
    version: int | None = None,
    note: str = "",
) -> list[Department]:
    """Hand departments of a liaison over to another one; return them.

    ``version`` is that of who gives. Raises PermissionDeniedError, ConflictError, InvalidInputError,
    InvalidTransitionError.
    """
    require_organisation_manager(actor)
    if giver == taker:
        raise InvalidInputError(_("Choose another account to hand them over to."), field="to")
    giver, taker = lock_pair(giver, taker, version)
    if taker.role != Role.LIAISON or not taker.is_active:
        raise InvalidTransitionError(
            _("“%(account)s” is no liaison who may sign in. Choose one who is.") % {"account": taker}, field="to"
        )
    given = list(giver.departments.filter(pk__in=[department.pk for department in departments]).order_by("pk"))
    if not given:
        raise InvalidInputError(_("Choose at least one department to hand over."), field="departments")
    why = _handover_note(giver, taker)
    before = {account: department_names(account) for account in (giver, taker)}
    giver.departments.remove(*given)
    taker.departments.add(*given)
    for account, old in before.items():
        changes = diff_values({"liaison_departments": (old, department_names(account))})
        log_change(account, kind=ChangeKind.HANDED_OVER, actor=actor, note=note or why, changes=changes)
    return given


@transaction.atomic
def hand_over_tasks(
    *,
    giver: Department | Person,
    taker: Department | Person,
    task_ids: Sequence[int],
    actor: Account,
    version: int | None = None,
    note: str = "",
) -> list[Task]:
    """Hand open tasks of a department or leader over to another; return them.

    One entry in the log of each. ``version`` is that of who gives. Raises as `hand_over_departments` does.
    """
    require_organisation_manager(actor)
    if giver == taker:
        raise InvalidInputError(_("Choose another one to hand them over to."), field="to")
    giver, taker = lock_pair(giver, taker, version)
    if not taker.is_active:
        raise InvalidTransitionError(_("“%(name)s” is out of use. Choose another.") % {"name": taker}, field="to")
    why = note or _handover_note(giver, taker)
    tasks = move_assignments(open_tasks_of(giver).filter(pk__in=task_ids), giver, taker, actor=actor, note=why)
    if not tasks:
        raise InvalidInputError(_("Choose at least one task to hand over."), field="tasks")
    changes: Changes = {
        "tasks_of": {"old": str(giver), "new": str(taker)},
        "task_count": {"old": None, "new": len(tasks)},
    }
    for one in (giver, taker):
        log_change(one, kind=ChangeKind.HANDED_OVER, actor=actor, note=note, changes=changes)
    return tasks


def _handover_note(giver: object, taker: object) -> str:
    return _("Handed over from “%(giver)s” to “%(taker)s”.") % {"giver": giver, "taker": taker}
