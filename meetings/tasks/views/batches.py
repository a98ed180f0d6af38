"""Batches: selection, preview and run of changes of many tasks, and their list."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import permissions
from meetings.core.text import parse_ids
from meetings.display.deadline_messages import join_shortened
from meetings.errors import InvalidInputError, ServiceError
from meetings.models import Batch, BatchSource, Consent, Mailing, Status, Task, TaskLog
from meetings.models.task import TaskQuerySet
from meetings.tasks.display import describe_changes
from meetings.tasks.filters import InvalidParameterError, filter_tasks
from meetings.tasks.forms.batch import BatchForm, format_selection
from meetings.tasks.services import batch_undo
from meetings.tasks.services.batch import (
    MAX_ROWS,
    DuplicateBatchError,
    NothingToChangeError,
    check_selection,
    plan_batch,
    run_batch,
)
from meetings.tasks.services.batch_plan import BatchResult, PlannedRow
from meetings.tasks.services.batch_undo import describe_touched, find_undo_error, plan_undo
from meetings.tasks.tables import BatchTable
from meetings.ui.http import Request
from meetings.ui.navigation import get_next_url, today

ROWS_PER_PAGE = 100
WAITS_FOR_CONSENT = gettext_lazy("The day waits for the secretariat's consent; until then it counts from today.")


@require_http_methods(["GET", "HEAD", "POST"])
def batch_create(request: Request) -> HttpResponse:
    """Show the form of a batch for the selected tasks, its preview, then run it."""
    tasks = permissions.selectable_tasks(request.user, today())
    if request.method != "POST":
        # A form sent with an expired session leads here by GET after signing in.
        return redirect("task_list")
    step = request.POST.get("step")
    if step is None:
        return _start(request, tasks)
    if step == "choose":
        return _render(request, _begin_form(request, request.POST.get("selected", "")))
    form = BatchForm(request.POST, account=request.user)
    return _run(request, form) if step == "run" else _preview(request, form)


def _start(request: Request, tasks: TaskQuerySet) -> HttpResponse:
    """Begin with the selection of the list, which shows the errors."""
    try:
        selected = parse_selection(request.POST, tasks)
    except ServiceError as error:
        messages.error(request, error.message)
        return redirect(get_next_url(request) or "task_list")
    return _render(request, _begin_form(request, format_selection(selected)))


def _begin_form(request: Request, selected: str) -> BatchForm:
    """Return the form of the chosen act, or of the most frequent one."""
    initial = {"selected": selected, "act": request.POST.get("act", "progress"), "status": request.POST.get("status")}
    return BatchForm(initial=initial, account=request.user)


def parse_selection(data: QueryDict, tasks: TaskQuerySet) -> dict[int, int]:
    """Return the selected tasks with versions; raises InvalidInputError for none."""
    if data.get("all"):
        try:
            tasks = filter_tasks(QueryDict(data.get("query", "")), tasks, today())
        except InvalidParameterError as error:
            raise InvalidInputError(str(error)) from error
    else:
        tasks = tasks.filter(pk__in=parse_ids(data.getlist("task")))
    versions = dict(tasks.in_printed_order().values_list("pk", "version")[: MAX_ROWS + 1])
    return check_selection(versions)


def _preview(request: Request, form: BatchForm) -> HttpResponse:
    if not form.submit(lambda: plan_batch(changes=form.changes(), actor=request.user)):
        return _render(request, form)
    form.add_common_error(form.result)
    return _render(request, form, rows=form.result)


def _run(request: Request, form: BatchForm) -> HttpResponse:
    if form.submit(lambda: run_batch(changes=form.changes(), actor=request.user, note=form.cleaned_data["note"])):
        add_result_messages(request, form.result)
    elif isinstance(form.service_error, DuplicateBatchError):
        done = form.service_error
        messages.info(request, done.message, extra_tags=undo_tag(done.batch))
    else:
        rows = form.service_error.rows if isinstance(form.service_error, NothingToChangeError) else None
        return _render(request, form, rows=rows)
    return redirect(get_next_url(request) or "task_list")


def add_result_messages(request: Request, result: BatchResult) -> None:
    """Add messages: what the batch changed, with an undo button, and what it left."""
    number = len(result.changed)
    statuses = {row.change.status for row in result.changed if not row.change.places}
    status = statuses.pop() if len(statuses) == 1 else None
    if status:
        message = ngettext(
            "%(number)d task was changed. It is “%(status)s” now.",
            "%(number)d tasks were changed. They are “%(status)s” now.",
            number,
        )
        sentence = message % {"number": number, "status": Status(status).label}
    else:
        message = ngettext("%(number)d task was changed.", "%(number)d tasks were changed.", number)
        sentence = message % {"number": number}
    if result.batch.consent == Consent.ASKED:
        sentence = f"{sentence} {WAITS_FOR_CONSENT}"
    messages.success(request, sentence, extra_tags=undo_tag(result.batch))
    name_refused(request, result)


def name_refused(request: Request, result: BatchResult) -> None:
    """Name the tasks that the batch left, by the reasons."""
    for reason, tasks in group_by_reason(result.refused):
        _name_tasks_left(request, tasks, reason)


def _name_tasks_left(request: Request, tasks: list[Task], reason: str) -> None:
    messages.warning(
        request,
        ngettext(
            "%(number)d task was left as it is: %(reason)s (%(tasks)s)",
            "%(number)d tasks were left as they are: %(reason)s (%(tasks)s)",
            len(tasks),
        )
        % {"number": len(tasks), "reason": reason, "tasks": join_shortened([task.text for task in tasks])},
    )


def undo_tag(batch: Batch) -> str:
    """Return the message tag that offers to undo the batch (_messages.html)."""
    return f"undo:{batch.pk}"


def group_by_reason(rows: list[PlannedRow]) -> list[tuple[str, list]]:
    """Return the rows left by their reason, the most frequent first."""
    grouped = defaultdict(list)
    for row in rows:
        if row.refusal is not None:
            grouped[row.refusal.message].append(row.task)
    return sorted(grouped.items(), key=lambda group: -len(group[1]))


def _render(request: Request, form: BatchForm, *, rows: list[PlannedRow] | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "number": len(form.versions),
        "next": get_next_url(request),
    }
    if rows is not None:
        context["preview"] = True
        context["will_change"] = [row for row in rows if row.entries]
        context["cannot"] = group_by_reason(rows)
        context["blocked_count"] = sum(len(tasks) for _reason, tasks in context["cannot"])
    else:
        tasks = permissions.selectable_tasks(request.user, today()).filter(pk__in=form.versions)
        context["tasks"] = tasks.in_printed_order()
    return render(request, "meetings/tasks/batches/form.html", context, status=form.status_code)


@require_safe
def batch_list(request: Request) -> HttpResponse:
    """Show who changed many tasks at once, when and how, and what of it can be undone."""
    # Single back-dated entries are decided on the page of their task.
    batches = permissions.readable_batches(request.user).exclude(source=BatchSource.BACK_DATED)
    table, errors = BatchTable.build(request, batches.for_listing())
    table.show_page(request)
    _set_changes([row.record for row in table.paginated_rows])
    return render(request, "meetings/tasks/batches/list.html", {"table": table, "errors": errors})


def _set_changes(batches: list[Batch]) -> None:
    """Set ``changes`` of each batch: those of the first of its tasks. One query."""
    first = TaskLog.objects.for_first_tasks([batch.pk for batch in batches])
    entries = defaultdict(list)
    for entry in first:
        entries[entry.batch_id].append(entry)
    for batch in batches:
        batch.changes = [change for entry in entries[batch.pk] for change in describe_changes(entry) if change.new]


@require_safe
def batch_detail(request: Request, pk: int) -> HttpResponse:
    """Show what one batch did to each of its tasks, and what undoing does."""
    batch = permissions.readable_batch(request.user, pk)
    entries = batch.entries.select_related("task", "department", "batch").order_by("task_id", "sequence")
    page = Paginator(entries, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    left, number = _tasks_left(batch), batch.entries.values("task").distinct().count()
    error = find_undo_error(batch, request.user)
    refusal = error.message if error else describe_touched(left) if len(left) == number else ""
    undoing: dict[Task, TaskLog] = {}
    if not refusal:
        try:
            tasks = Task.objects.filter(pk__in=[entry.task_id for entry in page])
            undoing = plan_undo(batch, tasks, request.user).entries
        except ServiceError as unclear:
            refusal = unclear.message
    context = {
        "batch": batch,
        "page": page,
        "rows": _rows_with_undoing(list(page), left, undoing),
        "undone_by": getattr(batch, "undone_by", None),
        "mailings": Mailing.objects.about_batch(batch) if batch.source == BatchSource.REMINDER else [],
        "refusal": refusal,
        "number": number,
        "left": left,
        "left_names": join_shortened([task.text for task in left]),
        "to_undo": number - len(left),
    }
    return render(request, "meetings/tasks/batches/detail.html", context)


def _rows_with_undoing(
    entries: list[TaskLog], left: list[Task], planned: dict[Task, TaskLog]
) -> list[tuple[TaskLog, bool, TaskLog | None]]:
    """Return each entry, whether its task is ``left``, and what undoing would write.

    That stands beside the last entry about its task.
    """
    last = {entry.task_id: entry.pk for entry in entries}
    undoing = {last[task.pk]: entry for task, entry in planned.items()}
    left_ids = {task.pk for task in left}
    return [(entry, entry.task_id in left_ids, undoing.get(entry.pk)) for entry in entries]


def _tasks_left(batch: Batch) -> list[Task]:
    """Return the tasks, changed since, that undoing left or will leave."""
    is_undone = Batch.objects.filter(undoes=batch).exists()
    entries = batch.entries.standing() if is_undone else batch.entries.superseded()
    return list(Task.objects.filter(pk__in=entries.values("task")).order_by("pk"))


@require_POST
def undo_batch(request: Request, pk: int) -> HttpResponse:
    """Undo a batch, and go back to where the button was."""
    batch = permissions.undoable_batch(request.user, pk)
    try:
        undoing = batch_undo.undo_batch(batch_id=batch.pk, actor=request.user)
    except ServiceError as error:
        messages.error(request, error.message)
    else:
        number = undoing.entries.count()
        messages.success(
            request,
            ngettext(
                "Undone: %(number)d task is as it was before.",
                "Undone: %(number)d tasks are as they were before.",
                number,
            )
            % {"number": number},
        )
        if left := _tasks_left(batch):
            _name_tasks_left(request, left, _("It was changed since, so correct it by itself."))
    return redirect(get_next_url(request) or reverse("batch", args=[pk]))
