"""Departments and people: the two lists, one of each, and what the secretariat and administrators do to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.errors import ConflictError, ServiceError
from meetings.models import (
    ANSWERABLE_ROLES,
    Account,
    ChangeLog,
    Department,
    DepartmentRole,
    Health,
    Person,
    SuggestionSource,
)
from meetings.organisation.actions import DEPARTMENT_ACTIONS, PERSON_ACTIONS, Action, Subject, available_actions
from meetings.organisation.services.handover import hand_over_departments
from meetings.organisation.services.merge import (
    summarize_department_merge,
    summarize_person_merge,
)
from meetings.organisation.services.organisation import (
    add_department,
    add_person,
    version_of,
)
from meetings.tasks import statistics
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, today
from meetings.ui.tables import ListTable

from . import forms as organisation_forms
from .forms import NewDepartmentForm, NewPersonForm, SubjectForm
from .tables import DepartmentTable, PersonTable

# --- the two lists ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: Request) -> HttpResponse:
    """Show the departments, and add one."""
    departments = permissions.readable_departments(request.user).living().with_counts(OPEN_STATUSES, ANSWERABLE_ROLES)
    departments = departments.select_related("head").prefetch_related("former_names", "merged", "liaisons")
    form = NewDepartmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        added = _add(request, form, add_department)
        if added is not None:
            return added
    return _list(request, departments, DepartmentTable, form, "departments")


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_people(request: Request) -> HttpResponse:
    """Show the people, and add one."""
    people = permissions.readable_people(request.user).living().with_counts(OPEN_STATUSES)
    people = people.prefetch_related("former_names", "merged")
    form = NewPersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        added = _add(request, form, add_person)
        if added is not None:
            return added
    return _list(request, people, PersonTable, form, "people")


def _add(request: Request, form: forms.Form, service: Callable[..., Subject]) -> HttpResponse | None:
    """Add what the form says and go to its page; none where the form has to come back."""
    permissions.require_organisation_manager(request.user)
    if form.is_valid():
        try:
            added = service(actor=request.user, **form.cleaned_data)
        except ServiceError as error:
            form.add_service_error(error)
        else:
            messages.success(request, _("Saved: “%(name)s” is in the register.") % {"name": added})
            return redirect(added)
    return None


def _list(request: Request, rows: QuerySet, table_class: type[ListTable], form: forms.Form, kind: str) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    table, errors = table_class.build(request, rows.called(words) if words else rows)
    tasks = permissions.readable_tasks(request.user, today())
    of_departments, of_leaders = statistics.count_by_department_and_leader(tasks)
    counts = {count.key: count for count in (of_departments if kind == "departments" else of_leaders)}
    context = {
        "table": table,
        "wrong": errors,
        "words": words,
        "what": kind,
        "form": form if permissions.can_manage_organisation(request.user) else None,
        "counts": counts,
        "open_statuses": sorted(OPEN_STATUSES),
        "scope": as_of_query(today()),
        "pressing_health": list(statistics.PRESSING),
    }
    status = 422 if form.is_bound else 200
    return render(request, "meetings/organisation/list.html", context, status=status)


# --- one department, one person -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def department_detail(request: Request, pk: int) -> HttpResponse:
    """Show one department: its tasks, liaisons, names and changes."""
    return _detail(request, permissions.readable_department(request.user, pk))


@require_http_methods(["GET", "HEAD"])
def person_detail(request: Request, pk: int) -> HttpResponse:
    """Show one person: tasks supervised, meetings, suggestions, accounts, names and changes."""
    return _detail(request, permissions.readable_person(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def department_action(request: Request, pk: int, action: str) -> HttpResponse:
    """Do something with the department; see `_act`."""
    return _run_action(request, permissions.editable_department(request.user, pk), action, DEPARTMENT_ACTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
def person_action(request: Request, pk: int, action: str) -> HttpResponse:
    """Do something with the person; see `_act`."""
    return _run_action(request, permissions.editable_person(request.user, pk), action, PERSON_ACTIONS)


def _run_action(request: Request, subject: Subject, name: str, known: dict[str, Action]) -> HttpResponse:
    """Do ``name``; a form that is refused comes back. An action with a preview has a page of its own for it."""
    action = known.get(name)
    if action is None:
        raise Http404
    if request.method != "POST":
        if not action.preview or subject.merged_into_id is not None:
            return redirect(f"{subject.get_absolute_url()}#{name}")
        # What was chosen stands in the address, and is looked at before it is done.
        asked = rebased_data(request.GET, subject) if request.GET else None
        return _preview(request, subject, action.form(asked, subject=subject, action=name), action)
    form = action.form(request.POST, subject=subject, action=name)
    conflict, status = None, 422
    if form.is_valid():
        data = form.cleaned_data
        key = "department_id" if isinstance(subject, Department) else "person_id"
        common = {key: subject.pk, "actor": request.user, "version": data["version"], "note": data["note"]}
        try:
            done = action.run(form, common)
        except ConflictError as raised:
            conflict, status = raised, 409
            form.data = rebased_data(form.data, subject)
        except ServiceError as error:
            form.add_service_error(error)
        else:
            messages.success(request, done)
            return redirect(subject)
    if action.preview:
        return _preview(request, subject, form, action, conflict=conflict, status=status)
    return _detail(request, subject, submitted_form=form, conflict=conflict, status=status)


def _preview(
    request: Request,
    subject: Subject,
    form: SubjectForm,
    action: Action,
    *,
    conflict: ConflictError | None = None,
    status: int = 200,
) -> HttpResponse:
    into = form.cleaned_data.get("into") if form.is_bound and form.is_valid() else None
    moves_of = summarize_department_merge if isinstance(subject, Department) else summarize_person_merge
    context = {
        "subject": subject,
        "form": form,
        "action": action,
        "stale": conflict,
        "into": into,
        "moves": moves_of(subject) if into else None,
        "scope": as_of_query(today()),
        "is_department": isinstance(subject, Department),
    }
    return render(request, action.preview, context, status=status)


def _detail(
    request: Request,
    subject: Subject,
    *,
    submitted_form: SubjectForm | None = None,
    conflict: ConflictError | None = None,
    status: int = 200,
) -> HttpResponse:
    is_department = isinstance(subject, Department)
    tasks = permissions.readable_tasks(request.user, today())
    own = tasks.assigned_to([subject.pk]) if is_department else tasks.supervised_by([subject.pk])
    count = statistics.count_by_health(own)
    open_count = sum(count.by_health[health] for health in Health.values if health not in ENDED_STATUSES)
    of = "department" if is_department else "person"
    known = DEPARTMENT_ACTIONS if is_department else PERSON_ACTIONS
    names = available_actions(subject, known, open_count) if permissions.can_manage_organisation(request.user) else []
    forms_ = {name: known[name].form(subject=subject, action=name) for name in names if not known[name].preview}
    if submitted_form is not None:
        forms_[submitted_form.action] = submitted_form
    context = {
        "subject": subject,
        "is_department": is_department,
        "count": count,
        "open_count": open_count,
        "shown_health": [(health, count.by_health[health]) for health in Health if count.by_health[health]],
        "former_names": list(subject.former_names.all()),
        "merged": list(subject.merged.all()),
        "changes": ChangeLog.objects.filter(Q(**{of: subject}) | Q(**{f"{of}__merged_into": subject})).select_related(
            "actor"
        ),
        "forms": [(name, known[name], forms_[name]) for name in known if name in forms_],
        "with_preview": [(name, known[name]) for name in names if known[name].preview],
        "sent": submitted_form,
        "stale": conflict,
        "scope": as_of_query(today()),
        "may_organise": permissions.can_manage_organisation(request.user),
        **(_department_context(subject, tasks) if is_department else _person_context(subject)),
    }
    return render(request, "meetings/organisation/detail.html", context, status=status)


def _department_context(department: Department, tasks) -> dict[str, Any]:
    return {
        "liaisons": department.liaisons.order_by("username"),
        "supporting_count": tasks.assigned_to([department.pk], [DepartmentRole.SUPPORTING]).count(),
    }


def _person_context(person: Person) -> dict[str, Any]:
    return {
        "attendances": person.attendances.select_related("meeting").order_by("-meeting__issued_on", "-meeting"),
        "sources": SuggestionSource.objects.filter(person=person)
        .select_related("suggestion__meeting")
        .order_by("-suggestion__meeting__issued_on", "suggestion__position"),
        "accounts": person.accounts.order_by("username"),
        "headed": person.headed_departments.order_by("pk"),
    }


# --- a liaison's departments --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def account_handover(request: Request, pk: int) -> HttpResponse:
    """Hand some or all of a liaison's departments over to another liaison."""
    account = permissions.handover_account(request.user, pk)
    form = organisation_forms.DepartmentHandoverForm(
        request.POST if request.method == "POST" else None, subject=account, action="hand-over"
    )
    conflict, status = None, 422 if request.method == "POST" else 200
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            departments = hand_over_departments(
                account_id=account.pk,
                to_id=data["to"].pk,
                department_ids=[department.pk for department in data["departments"]],
                actor=request.user,
                version=data["version"],
                note=data["note"],
            )
        except ConflictError as raised:
            conflict, status = raised, 409
            form.data = rebased_data(form.data, account)
        except ServiceError as error:
            form.add_service_error(error)
        else:
            names = _(", ").join(department.name for department in departments)
            done = _("Handed over: “%(account)s” now reports for %(departments)s.")
            messages.success(request, done % {"account": data["to"], "departments": names})
            return redirect(departments[0])
    tasks = permissions.readable_tasks(request.user, today())
    counts = {count.key: count for count in statistics.count_by_department_and_leader(tasks)[0]}
    context = {
        "account": account,
        "form": form,
        "stale": conflict,
        "changes": _changes_of(account),
        "counts": counts,
        "scope": as_of_query(today()),
    }
    return render(request, "meetings/organisation/account_handover.html", context, status=status)


def _changes_of(account: Account):
    return account.change_log.select_related("actor")


def rebased_data(data: QueryDict, subject: Subject | Account) -> QueryDict:
    """Return what was typed, on the version that is there now: sending it again then counts."""
    rebased = data.copy()
    rebased["version"] = str(version_of(subject))
    return rebased
