"""Pages of departments and people: lists, details, and the actions on them."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import (
    ANSWERABLE_ROLES,
    ChangeLog,
    Department,
    DepartmentRole,
    Health,
    Person,
    SuggestionSource,
    Task,
)
from meetings.models.task import TaskQuerySet
from meetings.organisation.services.merge import summarise_merge
from meetings.organisation.services.organisation import add, version_of
from meetings.tasks import statistics
from meetings.tasks.time_axis import MAX_ROWS
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context, today
from meetings.ui.tables import ListTable

from .forms import (
    DEPARTMENT_ACTIONS,
    PERSON_ACTIONS,
    DepartmentHandoverForm,
    NewDepartmentForm,
    NewPersonForm,
    SubjectForm,
)
from .tables import DepartmentTable, PersonTable

SUGGESTIONS_PER_PAGE = 10

# --- the two lists ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: Request) -> HttpResponse:
    """Show the departments, and add one."""
    departments = permissions.readable_departments(request.user).unmerged().with_counts(OPEN_STATUSES, ANSWERABLE_ROLES)
    departments = departments.select_related("head").prefetch_related("former_names", "merged", "liaisons")
    return _list(request, departments, DepartmentTable, NewDepartmentForm, Department)


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_people(request: Request) -> HttpResponse:
    """Show the people, and add one."""
    people = permissions.readable_people(request.user).unmerged().with_counts(OPEN_STATUSES)
    people = people.prefetch_related("former_names", "merged")
    return _list(request, people, PersonTable, NewPersonForm, Person)


def _list(
    request: Request,
    rows: Any,
    table_class: type[ListTable],
    form_class: type[NewDepartmentForm],
    kind: type[Any],
) -> HttpResponse:
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_bound:
        permissions.require_organisation_manager(request.user)
        if form.submit(lambda: add(kind=kind, actor=request.user, **form.cleaned_data)):
            messages.success(request, _("Saved: “%(name)s” is in the register.") % {"name": form.result})
            return redirect(form.result)
    search_text = request.GET.get("q", "").strip()[:200]
    table, errors = table_class.build(request, rows.matching(search_text) if search_text else rows)
    table.show_page(request)
    tasks = permissions.readable_tasks(request.user, today())
    of_whom = "department" if kind is Department else "leader"
    [found] = statistics.count_by(tasks, of_whom)
    counts = {count.key: count for count in found}
    context = {
        "table": table,
        "errors": errors,
        "search_text": search_text,
        "what": "departments" if kind is Department else "people",
        "form": form if permissions.can_manage_organisation(request.user) else None,
        "counts": counts,
        "bar_scale": statistics.largest_total(counts.values()),
        "scope": as_of_query(today()),
    }
    return render(request, "meetings/organisation/list.html", context, status=form.status_code)


# --- one department, one person -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def department_detail(request: Request, pk: int) -> HttpResponse:
    """Show one department: its tasks, liaisons, names and changes."""
    return _detail(request, permissions.readable_department(request.user, pk))


@require_http_methods(["GET", "HEAD"])
def person_detail(request: Request, pk: int) -> HttpResponse:
    """Show one person with tasks, meetings, suggestions, accounts and changes."""
    return _detail(request, permissions.readable_person(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def department_action(request: Request, pk: int, action: str) -> HttpResponse:
    """Do something with the department; see `_run_action`."""
    return _run_action(request, permissions.editable_department(request.user, pk), action, DEPARTMENT_ACTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
def person_action(request: Request, pk: int, action: str) -> HttpResponse:
    """Do something with the person; see `_run_action`."""
    return _run_action(request, permissions.editable_person(request.user, pk), action, PERSON_ACTIONS)


def _run_action(
    request: Request, subject: Department | Person, name: str, actions: dict[str, type[SubjectForm]]
) -> HttpResponse:
    """Run an action; a refused form comes back, on a page of its own with a preview."""
    action = actions.get(name)
    if action is None:
        raise Http404
    if request.method != "POST":
        if not action.preview or subject.merged_into_id is not None:
            return redirect(f"{subject.get_absolute_url()}#{name}")
        # What was chosen stands in the address, and is looked at before it is done.
        form = action(request.GET or None, subject=subject, action=name)
        if form.is_bound:
            form.rebase(version_of(subject))
        return _preview(request, form)
    form = action(request.POST, subject=subject, action=name)
    if form.submit(lambda: form.run(request.user)):
        messages.success(request, form.result)
        return redirect(subject)
    return _preview(request, form) if action.preview else _detail(request, subject, form)


def _preview(request: Request, form: SubjectForm) -> HttpResponse:
    into = form.cleaned_data.get("into") if form.is_bound and form.is_valid() else None
    moves = summarise_merge(form.subject) if into else {}
    context = {
        "subject": form.subject,
        "form": form,
        "into": into,
        "moves": moves,
        "is_used": any(number for what, number in moves.items() if what != "names"),
        "scope": as_of_query(today()),
        "is_department": isinstance(form.subject, Department),
    }
    # The preview of a merge comes by its address, where nothing is wrong yet.
    status = form.status_code if request.method == "POST" else 200
    return render(request, form.preview, context, status=status)


def _detail(request: Request, subject: Department | Person, submitted_form: SubjectForm | None = None) -> HttpResponse:
    is_department = isinstance(subject, Department)
    tasks = permissions.readable_tasks(request.user, today())
    own = tasks.assigned_to([subject.pk]) if is_department else tasks.supervised_by([subject.pk])
    count = statistics.count_by_health(own)
    open_count = count.open
    of = "department" if is_department else "person"
    may_organise = permissions.can_manage_organisation(request.user)
    actions = DEPARTMENT_ACTIONS if is_department else PERSON_ACTIONS
    impossible = {"restore" if subject.is_active else "retire", "" if open_count else "hand-over"}
    if not may_organise or subject.merged_into_id is not None:
        impossible = set(actions)
    possible = {name: form for name, form in actions.items() if name not in impossible}
    forms = {name: form(subject=subject, action=name) for name, form in possible.items() if not form.preview}
    if submitted_form is not None:
        forms[submitted_form.action] = submitted_form
    axis_tasks = own.open().for_listing(()).order_by("next_day", "pk")[:MAX_ROWS] if open_count else []
    context = {
        **day_context(request, today(), []),
        "subject": subject,
        "axis_tasks": axis_tasks if subject.merged_into_id is None else [],
        "is_department": is_department,
        "count": count,
        "open_count": open_count,
        "shown_health": [(health, count.by_health[health]) for health in Health if count.by_health[health]],
        "former_names": list(subject.former_names.all()),
        "merged": list(subject.merged.all()),
        "changes": ChangeLog.objects.filter(Q(**{of: subject}) | Q(**{f"{of}__merged_into": subject})).select_related(
            "actor"
        ),
        "forms": [forms[name] for name in actions if name in forms],
        "with_preview": [(name, form.title, form.icon) for name, form in possible.items() if form.preview],
        "submitted_form": submitted_form,
        "scope": as_of_query(today()),
        "day": today(),
        "may_organise": may_organise,
        **(
            _department_context(subject, tasks)
            if isinstance(subject, Department)
            else _person_context(subject, tasks, request.GET)
        ),
    }
    status = submitted_form.status_code if submitted_form else 200
    return render(request, "meetings/organisation/detail.html", context, status=status)


def _department_context(department: Department, tasks: TaskQuerySet) -> dict[str, Any]:
    return {
        "liaisons": department.liaisons.order_by("username"),
        "supporting_count": tasks.assigned_to([department.pk], [DepartmentRole.SUPPORTING]).count(),
    }


def _person_context(person: Person, tasks: TaskQuerySet, asked: QueryDict) -> dict[str, Any]:
    sources = SuggestionSource.objects.filter(person=person).select_related("suggestion__meeting")
    sources = sources.order_by("-suggestion__meeting__issued_on", "suggestion__position", "pk")
    page = Paginator(sources, SUGGESTIONS_PER_PAGE).get_page(asked.get("page"))
    tasks_of: dict[int, list[Task]] = defaultdict(list)
    shown = [source.suggestion_id for source in page.object_list]
    for task in tasks.filter(suggestion__in=shown).order_by("suggestion", "number"):
        tasks_of[task.suggestion_id].append(task)
    attendances = list(person.attendances.select_related("meeting").order_by("-meeting__issued_on", "-meeting_id"))
    return {
        "attendances": attendances,
        "shown_attendances": attendances if asked.get("whole") == "meetings" else attendances[:10],
        "sources": [(source, tasks_of[source.suggestion_id]) for source in page.object_list],
        "page": page,
        "accounts": person.accounts.order_by("username"),
        "headed_departments": person.headed_departments.order_by("pk"),
    }


# --- a liaison's departments --------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def account_handover(request: Request, pk: int) -> HttpResponse:
    """Hand some or all of a liaison's departments over to another liaison."""
    account = permissions.handover_account(request.user, pk)
    form = DepartmentHandoverForm(
        request.POST if request.method == "POST" else None, subject=account, action="hand-over"
    )
    if form.is_bound and form.submit(lambda: form.run(request.user)):
        messages.success(request, form.result)
        return redirect(form.cleaned_data["departments"][0])
    tasks = permissions.readable_tasks(request.user, today())
    [found] = statistics.count_by(tasks, "department")
    counts = {count.key: count for count in found}
    context = {
        "account": account,
        "form": form,
        "counts": counts,
        "scope": as_of_query(today()),
    }
    return render(request, "meetings/organisation/account_handover.html", context, status=form.status_code)
