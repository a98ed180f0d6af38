"""The page of one task, for reading and with a form that came back."""

import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from meetings import permissions
from meetings.core.lifecycle import ENDED_STATUSES
from meetings.core.types import StrOrPromise
from meetings.models import (
    ANSWERABLE_ROLES,
    Account,
    DeadlineKind,
    EntryKind,
    Evidence,
    ExtensionRequest,
    ImportIssue,
    Instruction,
    Role,
    SuggestionOutcome,
    SuggestionSource,
    Task,
    TaskLog,
    closure_agreement,
    closure_request,
    needs_agreement,
)
from meetings.models.log import CLAIMED, exclude_undone, mark_undone
from meetings.models.prepared import Later, PreparedQuery, load_related, prefetch_prepared
from meetings.models.task import FURTHER_TEXTS, TaskQuerySet
from meetings.tasks.corrections_history import count_deadline_corrections, find_original_values
from meetings.tasks.display import correction_count_text, describe_due_date, describe_original_values
from meetings.tasks.forms.import_issues import IssueForm
from meetings.tasks.forms.update import UpdateTaskForm
from meetings.tasks.forms.workflow import TaskActionForm
from meetings.tasks.import_issues import group_issues
from meetings.tasks.inbox import reminded_task_ids
from meetings.tasks.services.back_dating import describe_claims, waiting_batch
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, get_next_url, today

from .workflow_actions import ACTIONS, INLINE_ACTIONS, WorkflowState, available_actions, empty_forms

MAX_HEADING_LENGTH = 150
# The newest files; the others come when they are asked for.
SHOWN_EVIDENCE = 20

# What departments request from the secretariat.
ASKED_BY_DEPARTMENTS = ("request-closure", "ask-extension")
# The ways to end an open instruction.
INSTRUCTION_ENDS = ("answer", "withdraw")


class FoldedAction(NamedTuple):
    """An action that is folded until it is opened, when it has its ``form``."""

    action: str
    title: StrOrPromise
    form: TaskActionForm | None


def render_task(
    request: Request,
    task: Task,
    day: datetime.date,
    *,
    form: UpdateTaskForm | None = None,
    submitted_form: TaskActionForm | None = None,
    issue_form: IssueForm | None = None,
    errors: list[str] | tuple[()] = (),
    status: int = 200,
) -> HttpResponse:
    """Render the page of ``task`` on ``day``.

    ``form`` is the quick update, ``submitted_form`` another action's form and ``issue_form`` the answer to what an
    import left open, when it came back.
    """
    is_today = day == today()
    # Stored on the task, because its forms need it, too.
    load_related([task], prefetch_prepared("log", _find_log))
    whole_log = mark_undone(task.log.all())
    log = [entry for entry in whole_log if entry.effective_on <= day]
    prefetch_related_objects([entry for entry in log if entry.kind == EntryKind.REMINDER], "mailings__account")
    siblings = _siblings.fetch(permissions.readable_tasks(request.user, day), Later(task.suggestion_id), Later(task.pk))
    closure = closure_request(task) if is_today else None
    context = {
        "task": task,
        "day": day,
        "is_today": is_today,
        "closure_request": closure,
        "as_of": as_of_query(day),
        "form": form,
        "submitted_form": submitted_form,
        "errors": errors,
        "log": log,
        "siblings": siblings,
        "sources": _sources.fetch(Later(task.suggestion_id)),
        "outcome": next(iter(_outcomes.fetch(Later(task.suggestion_id), day)), None),
        **_open_issues_context(request, task, is_today, issue_form),
        **_original_values_context(task, whole_log, log),
        "deadline_kind": DeadlineKind(task.day_deadline_kind).label,
        "deadline_explanation": describe_due_date(task),
        "may_answer": is_today and permissions.is_secretariat(request.user),
        "reports_by_department": list_department_parts(
            task, [entry for entry in exclude_undone(whole_log) if entry.effective_on <= day], closure
        ),
        "evidence": _evidence(request, task, day, log),
        "joined": task.joined.order_by("pk") if _has_merged_tasks(log) else [],
        "extension_requests": _extension_requests.fetch(Later(task.pk), day),
        "back": get_next_url(request),
        # A heading of more is none: the whole text then stands among the facts.
        "is_long": len(task.text) > MAX_HEADING_LENGTH,
    }
    shown = context["evidence"] if request.GET.get("whole") == "evidence" else context["evidence"][-SHOWN_EVIDENCE:]
    context |= {"shown_evidence": shown, "evidence_left_out": len(context["evidence"]) - len(shown)}
    if is_today:
        context.update(_workflow_context(request, task, siblings, context))
    else:
        instructions = task.instructions.open_on(day).select_related("leader")
        context["instructions"] = [(instruction, []) for instruction in instructions]
    return render(request, "meetings/tasks/detail.html", context, status=status)


def _find_log() -> QuerySet[TaskLog]:
    # Ordered by plain keys: the default ordering of these models would join four tables in each query.
    entries = TaskLog.objects.select_related("actor", "department", "batch", "instructs__answer")
    files = prefetch_prepared("evidence", Evidence.objects.order_by, "pk")
    return entries.prefetch_related(files).order_by("-effective_on", "-sequence")


@PreparedQuery
def _siblings(tasks: TaskQuerySet, suggestion: int, pk: int) -> TaskQuerySet:
    return tasks.filter(suggestion=suggestion).exclude(pk=pk).order_by("number")


@PreparedQuery
def _sources(suggestion: int) -> QuerySet[SuggestionSource]:
    return SuggestionSource.objects.filter(suggestion=suggestion).select_related("person")


@PreparedQuery
def _outcomes(suggestion: int, day: datetime.date) -> QuerySet[SuggestionOutcome]:
    return SuggestionOutcome.objects.on(day).filter(suggestion=suggestion).order_by("pk")[:1]


@PreparedQuery
def _extension_requests(task: int, day: datetime.date) -> QuerySet[ExtensionRequest]:
    requests = ExtensionRequest.objects.filter(task=task, asked__effective_on__lte=day)
    return requests.select_related("asked__actor", "asked__department", "decided__actor").order_by("pk")


@PreparedQuery
def _open_issues(task: int) -> QuerySet[ImportIssue]:
    return ImportIssue.objects.filter(task=task, answer__isnull=True).order_by("pk")


@PreparedQuery
def _unanswered(task: int) -> QuerySet[Instruction]:
    return Instruction.objects.filter(task=task, answer__isnull=True).select_related("leader").order_by("pk")


def _open_issues_context(
    request: Request, task: Task, is_today: bool, submitted_form: IssueForm | None
) -> dict[str, Any]:
    """Return the task's open import issues, and the form of the one being answered."""
    open_issues = _open_issues.fetch(Later(task.pk)) if is_today else []
    for issue in open_issues:
        # Reuses the departments and leaders that are loaded already.
        issue.task = task
    issues = group_issues(open_issues)
    opened_issue_id = request.GET.get("wrong") if permissions.is_secretariat(request.user) else None
    each = next((question for question in issues if str(question.first.pk) == opened_issue_id), None)
    return {
        "issues": issues,
        "issue_form": submitted_form or (IssueForm(issue=each) if each else None),
    }


def _original_values_context(task: Task, whole_log: list[TaskLog], log: list[TaskLog]) -> dict[str, Any]:
    """Return the original values, and how often the deadline was corrected.

    Past days show today's texts, departments and leaders, so their original values come from the ``whole_log``; the
    deadline is that of the day.
    """
    texts = find_original_values(entry.changes for entry in sorted(whole_log, key=lambda entry: entry.sequence))
    of_day = [entry.changes for entry in sorted(log, key=lambda entry: entry.sequence)]
    deadlines = {
        name: value for name, value in find_original_values(of_day).items() if name in ("deadline", "milestones")
    }
    others = {name: value for name, value in texts.items() if name not in ("deadline", "milestones")}
    originals = describe_original_values({**others, **deadlines})
    return {
        "originals": originals,
        "further_texts": [
            (name, value) for name in FURTHER_TEXTS if (value := getattr(task, name)) or name in originals
        ],
        "corrected": correction_count_text(count_deadline_corrections(of_day)),
    }


def _workflow_context(request: Request, task: Task, siblings: list[Task], context: dict[str, Any]) -> dict[str, Any]:
    """Return what only the page of today has: what waits, and the forms."""
    account, submitted_form = request.user, context["submitted_form"]
    instructions = _unanswered.fetch(Later(task.pk))
    closure = context["closure_request"]
    extension_request = next((each for each in context["extension_requests"] if each.decided_id is None), None)
    has_claims = any(CLAIMED in entry.changes and not entry.is_undone for entry in context["log"])
    back_dating = waiting_batch(task) if has_claims else None
    state = WorkflowState(
        request=closure,
        agreement=closure_agreement(closure) if closure else None,
        needs_agreement=closure is not None and needs_agreement(task),
        extension_request=extension_request,
        back_dating=back_dating,
        instructions=bool(instructions),
        evidence=bool(context["evidence"]),
        has_open_siblings=any(sibling.is_open for sibling in siblings),
    )
    names = available_actions(account, task, state)
    # There is one form for each instruction or file.
    several = (*INSTRUCTION_ENDS, "delete-evidence")
    # A folded action gets its form when it is opened.
    shown = (*INLINE_ACTIONS, request.GET.get("open"))
    forms = empty_forms((name for name in names if name in shown and name not in several), account, task)
    if submitted_form is not None and submitted_form.action not in INSTRUCTION_ENDS:
        # Shown even if no longer offered, because it carries the error message.
        forms[submitted_form.action] = submitted_form
    quick = context["form"]
    if quick is None and permissions.can_report(account, task):
        quick = UpdateTaskForm(account=account, task=task)
    others = [name for name in ACTIONS if name in {*names, *forms} and name not in INLINE_ACTIONS]
    if permissions.is_secretariat(account):
        # The secretariat decides by itself, and makes a request only on behalf of a department.
        others.sort(key=ASKED_BY_DEPARTMENTS.__contains__)
    if "decide-extension" in forms and context["back"] == reverse("inbox"):
        # Whoever decides next needs the reason.
        forms["decide-extension"].fields["note"].widget.attrs["autofocus"] = True
    return {
        "form": quick,
        "reminder": _open_reminder(account, task, context["log"]),
        "state": state,
        "extension_request": extension_request,
        "instructions": [
            (
                instruction,
                [
                    _instruction_form(name, instruction, submitted_form, account, task)
                    for name in INSTRUCTION_ENDS
                    if name in names and (name == "answer" or permissions.may_withdraw(account, instruction))
                ],
            )
            for instruction in instructions
        ],
        "decisions": [forms[name] for name in ("agree", "decide-closure") if name in forms],
        "back_dating": back_dating and describe_claims(task, back_dating),
        "back_dating_decision": forms.get("decide-back-dating"),
        "extension_decisions": [forms[name] for name in ("decide-extension",) if name in forms],
        # Newest first; where something is to be decided, an update is not what the task waits for.
        "decisive_evidence": [file for file, _may_delete in context["evidence"][::-1] if not file.removal_id],
        "folds_update": bool(closure or extension_request or back_dating) or task.status in ENDED_STATUSES,
        "other_actions": [FoldedAction(name, ACTIONS[name].form.title, forms.get(name)) for name in others],
    }


def _open_reminder(account: Account, task: Task, log: list[TaskLog]) -> TaskLog | None:
    """Return the newest reminder that a liaison's department did not report after."""
    if account.role != Role.LIAISON or not task.is_open:
        return None
    entries = sorted(exclude_undone(log), key=lambda entry: -entry.sequence)
    own = account.department_ids
    for part in task.task_departments.all():
        if part.department_id not in own or part.role not in ANSWERABLE_ROLES:
            continue
        for entry in entries:
            by = entry.department and (entry.department.merged_into_id or entry.department_id)
            if entry.is_report and by == part.department_id:
                break
            if entry.kind == EntryKind.REMINDER and by in (None, part.department_id):
                # The inbox says whether it still waits.
                return entry if task.pk in reminded_task_ids(account, today()) else None
    return None


def _instruction_form(
    name: str, instruction: Instruction, submitted_form: TaskActionForm | None, account: Account, task: Task
) -> TaskActionForm:
    """Return the form of one of the ways to end an open instruction."""
    if (
        submitted_form is not None
        and submitted_form.action == name
        and submitted_form.data.get("instruction") == str(instruction.pk)
    ):
        return submitted_form
    form = ACTIONS[name].form(action=name, account=account, task=task)
    form.auto_id = f"{name}-{instruction.pk}-%s"
    form.initial["instruction"] = instruction.pk
    return form


def _has_merged_tasks(log: list[TaskLog]) -> bool:
    """Return whether a task was merged into this one; its evidence is loaded then."""
    return any("joined" in entry.changes for entry in log)


def _evidence(request: Request, task: Task, day: datetime.date, log: list[TaskLog]) -> list[tuple]:
    """Return the files of the ``log``, each with whether it may be deleted now."""
    evidence = [file for entry in log for file in entry.evidence.all()]
    if _has_merged_tasks(log):
        of_merged = task.evidence.exclude(entry__task=task).filter(entry__effective_on__lte=day)
        evidence += of_merged.select_related("entry__actor", "entry__department")
    files = sorted(evidence, key=lambda file: file.pk)
    may_report = day == today() and permissions.can_report(request.user, task)
    endings = (
        entry.pk for entry in exclude_undone(log) if entry.changes.get("status", {}).get("new") in ENDED_STATUSES
    )
    ending = max(endings, default=0)
    return [
        (file, may_report and file.removal_id is None and permissions.can_delete_evidence(request.user, file, ending))
        for file in files
        if file.removal_id is None or request.user.is_staff
    ]


def list_department_parts(task: Task, log: list[TaskLog], request: TaskLog | None = None) -> list[tuple]:
    """Return each department's part, its own last report, and whether it is silent.

    A department is silent if another one reported after its own last report. ``log`` is the task's, newest first. A
    pending closure ``request`` is shown elsewhere, so the report before it is returned.
    """
    last: dict[int, TaskLog] = {}
    before_request: dict[int, TaskLog] = {}
    reports = [entry for entry in exclude_undone(log) if entry.is_report]
    for entry in reports:
        if entry.department:
            # Reports of a merged department count for the one that it was merged into.
            pk = entry.department.merged_into_id or entry.department.pk
            last.setdefault(pk, entry)
            if entry != request:
                before_request.setdefault(pk, entry)
    newest = reports[0].effective_on if reports else None
    parts = []
    for part in task.task_departments.all():
        own = last.get(part.department_id)
        is_silent = own is None or newest is None or own.effective_on < newest
        parts.append((part, before_request.get(part.department_id, own), is_silent))
    return parts
