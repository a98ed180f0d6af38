"""The roles of an account, in the register and on a task."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_REPORT, ActorRole
from meetings.errors import PermissionDeniedError
from meetings.models import ANSWERABLE_ROLES, Account, Department, Role, Task, TaskDepartment
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet


def can_change_tasks(account: Account) -> bool:
    """Return whether the account changes tasks in the list, singly or as a batch."""
    return is_secretariat(account) or (account.is_active and account.role == Role.LIAISON)


def annotate_liaison_roles(account: Account, tasks: TaskQuerySet) -> TaskQuerySet:
    """Annotate the roles of a liaison's departments; `roles_of` then needs no query."""
    if account.role != Role.LIAISON:
        return tasks
    own = TaskDepartment.objects.filter(task=OuterRef("pk"), department__liaisons=account)
    return tasks.annotate(is_own=Exists(own), is_answered=Exists(own.filter(role__in=ANSWERABLE_ROLES)))


def require_secretariat(account: Account) -> None:
    """Raise PermissionDeniedError for everybody else than the secretariat."""
    if not is_secretariat(account):
        raise PermissionDeniedError(_("Only the secretariat may do this."))


def require_reporter_of(account: Account, departments: Collection[int]) -> None:
    """Raise PermissionDeniedError for all but their liaison and the secretariat."""
    is_own = account.is_active and account.role == Role.LIAISON and account.department_ids.issuperset(departments)
    if not (is_own or is_secretariat(account)):
        raise PermissionDeniedError(_("Only the liaison of the department and the secretariat may do this."))


def is_secretariat(account: Account) -> bool:
    """Return whether this account writes everything and decides."""
    return account.is_active and account.role == Role.SECRETARIAT


def can_manage_organisation(account: Account) -> bool:
    """Return whether the account changes departments and people."""
    return account.is_active and account.role in (Role.SECRETARIAT, Role.ADMINISTRATOR)


def require_organisation_manager(account: Account) -> None:
    """Raise PermissionDeniedError for all but the secretariat and administrators."""
    if not can_manage_organisation(account):
        raise PermissionDeniedError(_("Only the secretariat and administrators may do this."))


def require_administrator(account: Account) -> None:
    """Raise PermissionDeniedError for everybody else than administrators."""
    if not account.is_staff:
        raise PermissionDeniedError(_("Only administrators may do this."))


def roles_of(account: Account, task: Task) -> frozenset[ActorRole]:
    """Return the roles the account has on the task (empty set: read-only).

    Costs a query for a liaison's departments (none after `annotate_liaison_roles`) and, where they are not prefetched,
    one for the task's departments or leaders.
    """
    if is_secretariat(account):
        return frozenset({ActorRole.SECRETARIAT})
    if account.is_active and account.role == Role.LEADER:
        supervises = any(part.person_id == account.person_id for part in task.task_leaders.all())
        return frozenset({ActorRole.SUPERVISING_LEADER}) if supervises else frozenset()
    if not account.is_active or account.role != Role.LIAISON:
        return frozenset()
    if hasattr(task, "is_own") and hasattr(task, "is_answered"):
        is_own, is_answered = task.is_own, task.is_answered
    else:
        own = account.department_ids
        roles = {part.role for part in task.task_departments.all() if part.department_id in own}
        is_own, is_answered = bool(roles), bool(roles.intersection(ANSWERABLE_ROLES))
    actor_roles = {ActorRole.ANY_LIAISON: is_own, ActorRole.ANSWERABLE_LIAISON: is_answered}
    return frozenset(taker for taker, is_one in actor_roles.items() if is_one)


def can_report(account: Account, task: Task) -> bool:
    """Return whether the account reports on the task; costs what `roles_of` does."""
    return bool(roles_of(account, task) & CAN_REPORT)


def reporting_departments(account: Account, task: Task) -> list[Department]:
    """Return the departments ``account`` may report for, in printed order.

    The secretariat may report for each; costs what `roles_of` does.
    """
    departments = [part.department for part in task.task_departments.all()]
    if is_secretariat(account):
        return departments
    if not account.is_active or account.role != Role.LIAISON:
        return []
    own = account.department_ids
    return [department for department in departments if department.pk in own]


def answering_department_ids(tasks: Iterable[Task]) -> dict[int, set[int]]:
    """Return the lead and responsible departments of each task, by id. One query."""
    parts = TaskDepartment.objects.filter(task__in=[task.pk for task in tasks], role__in=ANSWERABLE_ROLES)
    found: dict[int, set[int]] = defaultdict(set)
    for task_id, department_id in parts.values_list("task_id", "department_id"):
        found[task_id].add(department_id)
    return found


def responsible_accounts(departments: Collection[int]) -> dict[Account, set[int]]:
    """Return liaisons and heads of ``departments``, each with their own of these.

    Three queries, for any number.
    """
    found = {}
    for account in _answering_accounts.fetch(tuple(departments)):
        own = [*account.departments.all()] if account.role == Role.LIAISON else []
        own += account.person.headed_departments.all() if account.person else []
        found[account] = {department.pk for department in own}.intersection(departments)
    return found


@PreparedQuery
def _answering_accounts(departments: tuple[int, ...]) -> QuerySet[Account]:
    liaisons = Q(role=Role.LIAISON, departments__in=departments)
    heads = Q(person__headed_departments__in=departments)
    accounts = Account.objects.filter(liaisons | heads, is_active=True).distinct().order_by("pk")
    return accounts.select_related("person").prefetch_related("departments", "person__headed_departments")


def own_scope(account: Account) -> dict[str, list[str]]:
    """Return the list parameters that narrow it to the account's own (empty: all).

    A leader's own are the tasks they supervise, a liaison's those their departments answer for.
    """
    if account.role == Role.LEADER and account.person_id:
        return {"leader": [str(account.person_id)]}
    if account.role == Role.LIAISON:
        # A liaison without departments gets all: the list's parameters cannot express «none».
        departments = [str(pk) for pk in account.departments.values_list("pk", flat=True)]
        return {"department": departments} if departments else {}
    return {}
