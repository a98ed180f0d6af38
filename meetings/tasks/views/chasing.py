"""催办 of many: a department's red tasks, or those selected in the list."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.core.text import parse_id, parse_ids
from meetings.display.fields import join_items, join_sentences
from meetings.errors import InvalidInputError, PermissionDeniedError, ServiceError
from meetings.models import Department
from meetings.models.task import TaskQuerySet
from meetings.tasks.chasing import (
    build_slips,
    departments_with_slips,
    find_asked,
    tasks_to_acknowledge,
    tasks_to_chase,
)
from meetings.tasks.forms.batch import format_selection
from meetings.tasks.forms.reminders import AcknowledgementForm, ReminderBatchForm, usual_words
from meetings.tasks.reminder_recipients import count_mails, find_recipients, is_mail_sent
from meetings.tasks.services.acknowledgements import acknowledge
from meetings.tasks.services.batch import DuplicateBatchError, NothingToChangeError
from meetings.tasks.services.batch_plan import PlannedRow
from meetings.tasks.services.chasing import remind_of_tasks
from meetings.tasks.statistics import PRESSING
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, get_next_url, today

from .batches import group_by_reason, name_refused, parse_selection

# The most departments on a page of slips, and in a file of them.
DEPARTMENTS_PER_PAGE, DEPARTMENTS_PER_FILE = 5, 100


@require_safe
def chasing(request: Request) -> HttpResponse:
    """Show each department beside what it was asked for: who is late with most first."""
    day = _today_alone(request)
    context = {
        "rows": find_asked(permissions.readable_tasks(request.user, day), day),
        "day": day,
        "here": request.get_full_path(),
        "as_of": as_of_query(day),
        "red_health": list(PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "chases": permissions.is_secretariat(request.user),
    }
    return render(request, "meetings/tasks/chasing/page.html", context)


@require_safe
def supervision_slips(request: Request) -> HttpResponse:
    """Show the slips of the ``department``s that the address names, to be printed.

    Without a name, those of all, a few departments a page.
    """
    day = _today_alone(request)
    departments, page = find_departments(request, day, DEPARTMENTS_PER_PAGE)
    slips = build_slips(permissions.readable_tasks(request.user, day), day, departments)
    context = {"slips": slips, "page": page, "day": day}
    return render(request, "meetings/tasks/chasing/slips.html", context)


def find_departments(request: Request, day: datetime.date, per_page: int) -> tuple[set[int], Page[Department] | None]:
    """Return whose slips the address asks for, and the page they are, if any."""
    if departments := parse_ids(request.GET.getlist("department")):
        return departments, None
    tasks = permissions.readable_tasks(request.user, day)
    page = Paginator(departments_with_slips(tasks, day), per_page).get_page(request.GET.get("page"))
    return {department.pk for department in page}, page


@require_http_methods(["GET", "HEAD", "POST"])
def remind_many(request: Request) -> HttpResponse:
    """Show whom a reminder of several tasks reaches, then send it.

    The tasks are those selected in the list, or of the ``department`` that the address names the red ones and those
    that it should have taken over long ago.
    """
    permissions.require_secretariat(request.user)
    if request.POST.get("step") == "run":
        return _run(request, ReminderBatchForm(request.POST, account=request.user))
    tasks = permissions.readable_tasks(request.user, today())
    initial: dict[str, Any] = {}
    if request.method == "POST":
        try:
            initial["selected"] = format_selection(_parse_open_selection(request, tasks))
        except ServiceError as error:
            messages.error(request, error.message)
            return redirect(get_next_url(request) or "task_list")
    elif "department" not in request.GET:
        # A form sent with an expired session leads here by GET after signing in.
        return redirect("chasing")
    else:
        department = permissions.readable_department(request.user, parse_id(request.GET.get("department", "")) or 0)
        red = dict(tasks_to_chase(tasks, department.pk, today()).values_list("pk", "version"))
        late = dict(tasks_to_acknowledge(tasks, department.pk, today()).values_list("pk", "version"))
        words = usual_words(reports=bool(red), acknowledges=bool(late))
        initial = {"selected": format_selection(late | red), "department": department, "note": words}
    return _render(request, ReminderBatchForm(initial=initial, account=request.user))


@require_POST
def acknowledge_meeting(request: Request) -> HttpResponse:
    """Take over the tasks of a meeting for departments: their liaison, or for them."""
    form = AcknowledgementForm(request.POST)
    if form.submit(lambda: acknowledge(actor=request.user, **form.cleaned_data)):
        names = join_items(one.department.name for one in form.result)
        messages.success(request, _("Taken over by %(departments)s.") % {"departments": names})
    elif isinstance(form.service_error, PermissionDeniedError):
        raise form.service_error
    for message in form.error_messages:
        messages.error(request, message)
    return redirect(get_next_url(request) or "inbox")


def _today_alone(request: Request) -> datetime.date:
    """Return today; say so where the address asks for a past day."""
    if any(request.GET.get(name, today().isoformat()) != today().isoformat() for name in (AS_OF, KNOWN_ON)):
        messages.info(request, _("Departments are chased as of today: this page shows no past day."))
    return today()


def _parse_open_selection(request: Request, tasks: TaskQuerySet) -> dict[int, int]:
    """Return the selected tasks that are open, and say how many others are left out."""
    selected = parse_selection(request.POST, tasks)
    ended = tasks.filter(Q(pk__in=selected, day_status__in=ENDED_STATUSES)).values_list("pk", flat=True)
    going_on = {pk: version for pk, version in selected.items() if pk not in set(ended)}
    if not going_on:
        raise InvalidInputError(_("These tasks have ended, so there is nothing to remind anybody of."))
    if left := len(selected) - len(going_on):
        message = ngettext(
            "%(number)d task has ended and is left out.", "%(number)d tasks have ended and are left out.", left
        )
        messages.info(request, message % {"number": left})
    return going_on


def _run(request: Request, form: ReminderBatchForm) -> HttpResponse:
    if form.submit(
        lambda: remind_of_tasks(actor=request.user, message=form.cleaned_data["note"], changes=form.changes())
    ):
        _add_result_messages(request, form)
    elif isinstance(form.service_error, DuplicateBatchError):
        messages.info(request, form.service_error.message)
    else:
        rows = form.service_error.rows if isinstance(form.service_error, NothingToChangeError) else []
        return _render(request, form, rows)
    return redirect(get_next_url(request) or "dashboard")


def _add_result_messages(request: Request, form: ReminderBatchForm) -> None:
    changed = form.result.changed
    recipients = find_recipients([row.task for row in changed], form.cleaned_data["department"])
    mail_count = count_mails(changed[0].entries[0].pk)
    number = ngettext("Reminded of %(number)d task.", "Reminded of %(number)d tasks.", len(changed))
    sentences = [number % {"number": len(changed)}, recipients.describe_outcome(mail_count)]
    is_complete = mail_count and is_mail_sent() and not recipients.nobody
    messages.add_message(request, messages.SUCCESS if is_complete else messages.WARNING, join_sentences(sentences))
    name_refused(request, form.result)


def _render(request: Request, form: ReminderBatchForm, rows: list[PlannedRow] | tuple[()] = ()) -> HttpResponse:
    day, department = today(), _department_of(form)
    listed = permissions.readable_tasks(request.user, day).for_listing().with_department_reports(day)
    tasks = list(listed.filter(pk__in=form.versions).order_by("next_day", "pk"))
    context = {
        "form": form,
        "department": department,
        "tasks": tasks,
        "recipients": find_recipients(tasks, department),
        "cannot": group_by_reason(list(rows)),
        "day": day,
        "next": get_next_url(request),
    }
    return render(request, "meetings/tasks/chasing/remind.html", context, status=form.status_code)


def _department_of(form: ReminderBatchForm) -> Department | None:
    if form.is_bound:
        return form.cleaned_data.get("department")
    return form.initial.get("department")
