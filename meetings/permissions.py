"""Who may see and do what; the only way a view gets hold of an object (docs/domain.md, Roles).

Everyone signed in reads everything, so the reading forms ask only that the object exists on the day; the writing
forms answer «forbidden» to everybody else than those who may write.
"""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_REPORT, ActorRole, Transition, transitions_from

from .models import (
    ANSWERABLE_ROLES,
    Account,
    Batch,
    CalendarAddress,
    Department,
    Evidence,
    Instruction,
    Meeting,
    MinutesDocument,
    Person,
    Role,
    SavedView,
    Suggestion,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskState,
    WorkbookUpload,
)


def readable_tasks(account: Account, day: datetime.date):
    """Return the tasks ``account`` may read, as they stood at the end of ``day`` (Asia/Shanghai)."""
    return Task.objects.on(day) if account.is_authenticated else Task.objects.none()


def readable_task(account: Account, pk: int, day: datetime.date) -> Task:
    """Return the task as it stood on ``day``; raises Http404 where there was none."""
    tasks = readable_tasks(account, day).with_last_report().for_listing()
    return get_object_or_404(tasks, pk=pk)


def readable_states(account: Account, scope: dict[str, list[str]]):
    """Return the intervals of those tasks ``account`` may read that ``scope`` (`own_scope`) leaves; empty: of all."""
    if not account.is_authenticated:
        return TaskState.objects.none()
    return (
        TaskState.objects.filter(task__in=filter_by_scope(Task.objects.all(), scope))
        if scope
        else TaskState.objects.all()
    )


def own_tasks(account: Account, tasks):
    """Return those of ``tasks`` that a leader supervises or a liaison's departments answer for; others own all.

    Unlike `own_scope`, which has to be said in a list's parameters, nothing is left to a liaison without departments.
    """
    if account.role == Role.LIAISON:
        return tasks.assigned_to(account.departments.values("pk"))
    return filter_by_scope(tasks, own_scope(account))


def filter_by_scope(tasks, scope: dict[str, list[str]]):
    """Return those of ``tasks`` that ``scope`` (`own_scope`) leaves; empty: all of them."""
    if "leader" in scope:
        return tasks.supervised_by(scope["leader"])
    return tasks.assigned_to(scope["department"]) if "department" in scope else tasks


def readable_meetings(account: Account, day: datetime.date):
    """Return the meetings ``account`` may read whose minutes were issued by ``day`` (Asia/Shanghai)."""
    return Meeting.objects.issued_by(day) if account.is_authenticated else Meeting.objects.none()


def readable_meeting(account: Account, pk: int, day: datetime.date) -> Meeting:
    """Return the meeting; raises Http404 where there was none on ``day``."""
    return get_object_or_404(readable_meetings(account, day).select_related("chair", "overall_lead"), pk=pk)


def writable_task(account: Account, pk: int, day: datetime.date) -> Task:
    """Return the task for reporting on it; raises Http404, or PermissionDenied where ``account`` may only read."""
    task = readable_task(account, pk, day)
    if not roles_of(account, task) & CAN_REPORT:
        raise PermissionDenied(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return task


def task_for_roles(account: Account, pk: int, day: datetime.date, allowed_roles: frozenset[ActorRole]) -> Task:
    """Return the task for something that one of ``allowed_roles`` does; raises Http404, or PermissionDenied for
    others.
    """
    task = readable_task(account, pk, day)
    if not roles_of(account, task) & allowed_roles:
        raise PermissionDenied(_("Your account may not do this to this task."))
    return task


def downloadable_evidence(account: Account, pk: int) -> Evidence:
    """Return the file for handing it out; a deleted one to administrators alone, Http404 for others."""
    files = Evidence.objects.all() if account.is_staff else Evidence.objects.not_deleted()
    return get_object_or_404(files if account.is_authenticated else files.none(), pk=pk)


def deletable_evidence(account: Account, pk: int, day: datetime.date) -> Evidence:
    """Return the file for deleting it: the secretariat any, others their own; raises as `writable_task` does."""
    evidence = get_object_or_404(Evidence.objects.not_deleted().select_related("entry", "task"), pk=pk)
    writable_task(account, evidence.task_id, day)
    if not can_delete_evidence(account, evidence):
        raise PermissionDenied(_("Only the secretariat and whoever added a file may delete it."))
    return evidence


def can_delete_evidence(account: Account, evidence: Evidence) -> bool:
    """Whether the file is the account's own, or the account is the secretariat's; goes with `writable_task`."""
    return is_secretariat(account) or evidence.entry.actor_id == account.pk


def answerable_instruction(account: Account, pk: int, day: datetime.date) -> Instruction:
    """Return the open instruction for answering it; raises as `writable_task` does."""
    instruction = get_object_or_404(Instruction.objects.filter(answer__isnull=True), pk=pk)
    writable_task(account, instruction.task_id, day)
    return instruction


def editable_meeting(account: Account, pk: int, day: datetime.date) -> Meeting:
    """Return the meeting for changing how its tasks are dealt with; raises PermissionDenied for all but staff."""
    require_secretariat(account)
    return readable_meeting(account, pk, day)


def editable_suggestion(account: Account, pk: int) -> Suggestion:
    """Return the row of a table for correcting it; raises PermissionDenied for all but the secretariat, Http404."""
    require_secretariat(account)
    return get_object_or_404(Suggestion.objects.select_related("meeting", "aspect"), pk=pk)


def editable_task(account: Account, pk: int) -> Task:
    """Return the task for splitting or joining it; raises PermissionDenied for all but the secretariat, Http404."""
    require_secretariat(account)
    tasks = Task.objects.standing().select_related("suggestion__meeting", "suggestion__aspect")
    return get_object_or_404(tasks, pk=pk)


def merged_task(account: Account, pk: int) -> Task:
    """Return what was joined into another task and is none of its own any more; raises Http404 for any other."""
    tasks = Task.objects.filter(joined_into__isnull=False).select_related("joined_into", "suggestion__meeting")
    return get_object_or_404(tasks if account.is_authenticated else tasks.none(), pk=pk)


def readable_batches(account: Account):
    """Return the batches ``account`` may read about, the last made first."""
    return Batch.objects.all() if account.is_authenticated else Batch.objects.none()


def readable_batch(account: Account, pk: int) -> Batch:
    """Return the batch; raises Http404 where there is none."""
    return get_object_or_404(readable_batches(account).select_related("made_by", "undoes", "undone_by"), pk=pk)


def undoable_batch(account: Account, pk: int) -> Batch:
    """Return the batch for undoing it; raises Http404, or PermissionDenied for those who may only read about it."""
    batch = readable_batch(account, pk)
    if not can_undo_batch(account, batch):
        raise PermissionDenied(_("Only the secretariat and whoever made a batch may undo it."))
    return batch


def can_change_tasks(account: Account) -> bool:
    """Whether the account changes tasks in the list, one where it stands or many at once: who reports on tasks."""
    return is_secretariat(account) or (account.is_active and account.role == Role.LIAISON)


def selectable_tasks(account: Account, day: datetime.date):
    """Return the tasks out of which ``account`` may select; which of them it may change is said of each.

    Raises PermissionDenied for those who report on nothing.
    """
    if not can_change_tasks(account):
        raise PermissionDenied(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return readable_tasks(account, day)


def annotate_liaison_roles(account: Account, tasks):
    """Annotate ``tasks`` with what a liaison's departments are to each, so that `roles_of` asks nothing more."""
    if account.role != Role.LIAISON:
        return tasks
    own = TaskDepartment.objects.filter(task=OuterRef("pk"), department__liaisons=account)
    return tasks.annotate(is_own=Exists(own), is_answered=Exists(own.filter(role__in=ANSWERABLE_ROLES)))


def can_undo_batch(account: Account, batch: Batch) -> bool:
    """Whether the batch is the account's own, or the account is the secretariat's."""
    return is_secretariat(account) or (account.is_active and batch.made_by_id == account.pk)


def readable_suggesters(account: Account):
    """Return the people who made a suggestion, as ``account`` may read of them, by pinyin."""
    made = SuggestionSource.objects.filter(person=OuterRef("pk"))
    people = Person.objects.filter(Exists(made)) if account.is_authenticated else Person.objects.none()
    return people.order_by("spelling", "name", "pk")


def linkable_suggestion(account: Account, pk: int, day: datetime.date) -> Suggestion:
    """Return the suggestion for saying what it comes back to; raises PermissionDenied for all but the secretariat."""
    require_secretariat(account)
    rows = Suggestion.objects.select_related("meeting", "raised_before__meeting")
    return get_object_or_404(rows.filter(meeting__issued_on__lte=day), pk=pk)


def own_drafts(account: Account):
    """Return the drafts ``account`` has not accepted, the last handed in first; only the secretariat has any."""
    return MinutesDocument.objects.drafts_of(account) if is_secretariat(account) else MinutesDocument.objects.none()


def writable_draft(account: Account, pk: int) -> MinutesDocument:
    """Return the account's own draft, also where it has been accepted; raises PermissionDenied, or Http404."""
    require_secretariat(account)
    return get_object_or_404(MinutesDocument.objects.select_related("meeting"), pk=pk, uploaded_by=account)


def can_use_workbooks(account: Account) -> bool:
    """Whether the account has to do with fill-in workbooks: the secretariat with all, a liaison with the own."""
    return is_secretariat(account) or (account.is_active and account.role == Role.LIAISON)


def require_workbook_access(account: Account) -> None:
    """Raise PermissionDenied for everybody else than the secretariat and the liaisons."""
    if not can_use_workbooks(account):
        raise PermissionDenied(_("Only the secretariat and the liaisons of departments use fill-in workbooks."))


def workbook_departments(account: Account):
    """Return the departments whose workbooks ``account`` may have."""
    departments = Department.objects.offered()
    if is_secretariat(account):
        return departments
    return departments.filter(liaisons=account) if can_use_workbooks(account) else departments.none()


def own_workbooks(account: Account):
    """Return the workbooks ``account`` handed in; nobody decides about another one's."""
    return WorkbookUpload.objects.filter(uploaded_by=account)


def readable_workbooks(account: Account):
    """Return the account's own workbooks, and for the secretariat those that others accepted."""
    mine = own_workbooks(account)
    return mine | WorkbookUpload.objects.accepted() if is_secretariat(account) else mine


def readable_workbook(account: Account, pk: int) -> WorkbookUpload:
    """Return a workbook that was handed in; raises PermissionDenied, or Http404 for one that is not the account's."""
    require_workbook_access(account)
    return get_object_or_404(readable_workbooks(account).select_related("uploaded_by", "batch__made_by"), pk=pk)


def decidable_workbook(account: Account, pk: int) -> WorkbookUpload:
    """Return a workbook for deciding about it, also where that is done; raises as `readable_workbook` does."""
    require_workbook_access(account)
    return get_object_or_404(own_workbooks(account).select_related("uploaded_by", "batch__made_by"), pk=pk)


def readable_documents(account: Account):
    """Return the files that meetings were made of; drafts are their owners' alone."""
    return MinutesDocument.objects.accepted() if account.is_authenticated else MinutesDocument.objects.none()


def readable_document(account: Account, pk: int) -> MinutesDocument:
    """Return the file a meeting was made of, or the account's own draft; raises Http404 for any other."""
    mine = own_drafts(account).select_related("meeting").filter(pk=pk).first()
    return mine or get_object_or_404(readable_documents(account).select_related("meeting"), pk=pk)


def require_secretariat(account: Account) -> None:
    """Raise PermissionDenied for everybody else than the secretariat."""
    if not is_secretariat(account):
        raise PermissionDenied(_("Only the secretariat may do this."))


def is_secretariat(account: Account) -> bool:
    """Whether this account writes everything and decides."""
    return account.is_active and account.role == Role.SECRETARIAT


def can_manage_organisation(account: Account) -> bool:
    """Whether this account changes departments and people: the secretariat's and administrators' do."""
    return account.is_active and account.role in (Role.SECRETARIAT, Role.ADMINISTRATOR)


def require_organisation_manager(account: Account) -> None:
    """Raise PermissionDenied for everybody else than the secretariat and administrators."""
    if not can_manage_organisation(account):
        raise PermissionDenied(_("Only the secretariat and administrators may do this."))


def require_administrator(account: Account) -> None:
    """Raise PermissionDenied for everybody else than administrators."""
    if not account.is_staff:
        raise PermissionDenied(_("Only administrators may do this."))


def readable_departments(account: Account):
    """Return the departments, merged ones too: everyone signed in reads everything."""
    return Department.objects.all() if account.is_authenticated else Department.objects.none()


def readable_people(account: Account):
    """Return the people, merged ones too: everyone signed in reads everything."""
    return Person.objects.all() if account.is_authenticated else Person.objects.none()


def readable_department(account: Account, pk: int) -> Department:
    """Return the department; raises Http404 where there is none."""
    return get_object_or_404(readable_departments(account).select_related("head", "merged_into"), pk=pk)


def readable_person(account: Account, pk: int) -> Person:
    """Return the person; raises Http404 where there is none."""
    return get_object_or_404(readable_people(account).select_related("merged_into"), pk=pk)


def editable_department(account: Account, pk: int) -> Department:
    """Return the department for changing it; raises Http404, or PermissionDenied for those who may only read."""
    require_organisation_manager(account)
    return readable_department(account, pk)


def editable_person(account: Account, pk: int) -> Person:
    """Return the person for changing them; raises as `editable_department` does."""
    require_organisation_manager(account)
    return readable_person(account, pk)


def managed_accounts(account: Account):
    """Return all accounts; raises PermissionDenied for everybody else than administrators."""
    require_administrator(account)
    return Account.objects.select_related("person")


def managed_account(account: Account, pk: int) -> Account:
    """Return the account for changing it; raises Http404, or PermissionDenied as `managed_accounts` does."""
    return get_object_or_404(managed_accounts(account), pk=pk)


def handover_account(account: Account, pk: int) -> Account:
    """Return a liaison's account for handing its departments over; raises as `editable_department` does."""
    require_organisation_manager(account)
    return get_object_or_404(Account, pk=pk, role=Role.LIAISON)


def roles_of(account: Account, task: Task) -> frozenset[ActorRole]:
    """Return what ``account`` is to ``task`` with regard to the lifecycle; empty: a reader.

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
    if hasattr(task, "is_own"):
        is_own, is_answered = task.is_own, task.is_answered
    else:
        own = account.department_ids
        roles = {part.role for part in task.task_departments.all() if part.department_id in own}
        is_own, is_answered = bool(roles), bool(roles.intersection(ANSWERABLE_ROLES))
    actor_roles = {ActorRole.ANY_LIAISON: is_own, ActorRole.ANSWERABLE_LIAISON: is_answered}
    return frozenset(taker for taker, is_one in actor_roles.items() if is_one)


def available_transitions(account: Account, task: Task, status: str) -> tuple[Transition, ...]:
    """Return the changes of status ``account`` may make to ``task`` from ``status``."""
    return transitions_from(status, roles_of(account, task))


def quick_transitions(account: Account, task: Task) -> tuple[Transition, ...]:
    """Return the changes of status that ``account`` may make in a quick update of ``task`` (from `TaskQuerySet.on`)."""
    actor_roles = roles_of(account, task)
    return transitions_from(task.day_status, actor_roles) if actor_roles & CAN_REPORT else ()


def can_report(account: Account, task: Task) -> bool:
    """Whether the account reports on the task; costs what `roles_of` does."""
    return bool(roles_of(account, task) & CAN_REPORT)


def reporting_departments(account: Account, task: Task) -> list[Department]:
    """Return the departments of ``task`` on whose behalf ``account`` may report, in printed order.

    The secretariat may report for each; costs what `roles_of` does.
    """
    departments = [part.department for part in task.task_departments.all()]
    if is_secretariat(account):
        return departments
    if not account.is_active or account.role != Role.LIAISON:
        return []
    own = account.department_ids
    return [department for department in departments if department.pk in own]


def responsible_accounts(task: Task):
    """Return the accounts of the liaisons and of the heads of the departments that lead or are responsible."""
    answering = Department.objects.filter(task_departments__task=task, task_departments__role__in=ANSWERABLE_ROLES)
    liaisons = Q(role=Role.LIAISON, departments__in=answering)
    heads = Q(person__headed_departments__in=answering)
    return Account.objects.filter(liaisons | heads, is_active=True).distinct().order_by("pk")


def calendar_owner(secret: str) -> Account:
    """Return the account whose private calendar ``secret`` opens; raises Http404 for any other.

    The one way to anything for somebody who is not signed in (docs/domain.md, Roles).
    """
    addresses = CalendarAddress.objects.for_secret(secret).select_related("account__person")
    return get_object_or_404(addresses).account


def own_scope(account: Account) -> dict[str, list[str]]:
    """Return the list's parameters that narrow it to what is the account's own; empty: everything is.

    A leader's own are the tasks they supervise, a liaison's those their departments answer for.
    """
    if account.role == Role.LEADER and account.person_id:
        return {"leader": [str(account.person_id)]}
    if account.role == Role.LIAISON:
        # Without departments nothing is: «none» cannot be said in the list's parameters.
        departments = [str(pk) for pk in account.departments.values_list("pk", flat=True)]
        return {"department": departments} if departments else {}
    return {}


def readable_leader(account: Account, pk: str) -> Person:
    """Return the person whose page as a leader is asked for; whoever was merged is the other one. Raises Http404."""
    people = Person.objects.select_related("merged_into") if account.is_authenticated else Person.objects.none()
    known = pk.isascii() and pk.isdecimal() and len(pk) <= 18
    person = get_object_or_404(people, pk=int(pk)) if known else get_object_or_404(people.none())
    return person.merged_into or person


def readable_views(account: Account):
    """Return the saved views that are the account's own or shared with its role."""
    if not account.is_authenticated:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=account) | Q(shared_with=account.role))


def readable_view(account: Account, pk: int) -> SavedView:
    """Return the view for opening it; raises Http404 for one that is neither the account's own nor shared with it."""
    return get_object_or_404(readable_views(account), pk=pk)


def own_view(account: Account, pk: int) -> SavedView:
    """Return the view for changing it; raises Http404 as `readable_view` does, PermissionDenied for a shared one."""
    view = readable_view(account, pk)
    if view.owner_id != account.pk:
        raise PermissionDenied(_("Only whoever keeps a view may change it."))
    return view


def roles_to_share_with(account: Account) -> list[Role]:
    """Return the roles that ``account`` may share a view with: its own, and for the secretariat all."""
    return list(Role) if is_secretariat(account) else [Role(account.role)]
