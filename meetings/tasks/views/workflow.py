"""The actions of a task's page: one address for each of `ACTIONS`."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import permissions
from meetings.core.types import StrOrPromise
from meetings.deadlines import ProblemCode, Reading, read_deadline
from meetings.display.deadline_messages import deadline_problem_message, shorten_text
from meetings.models import Instruction, Task, TaskLog
from meetings.tasks.display import describe_changes, task_number_label
from meetings.tasks.forms.deadlines import DeadlineForm, describe_reading, reading_key
from meetings.tasks.forms.workflow import DecisionForm
from meetings.tasks.navigation import url_after_save
from meetings.tasks.services.extensions import parse_new_deadline
from meetings.ui.fields import DayField, IdField
from meetings.ui.http import Request, is_for_fragment
from meetings.ui.navigation import get_next_url, today

from .detail import render_task
from .workflow_actions import ACTIONS


@require_http_methods(["GET", "HEAD", "POST"])
def task_action(request: Request, pk: int, action: str) -> HttpResponse:
    """Run ``action`` (a name of `ACTIONS`) on the task; a refused form comes back.

    A script that opens its fold asks for the form alone.
    """
    action_class = ACTIONS.get(action)
    if action_class is None:
        raise Http404
    task = permissions.task_for_roles(request.user, pk, today(), action_class.takers)
    if request.method != "POST":
        if is_for_fragment(request):
            form = action_class.form(action=action, account=request.user, task=task)
            context = {"task": task, "form": form, "back": get_next_url(request)}
            return render(request, "meetings/tasks/_folded_action.html", context)
        # A form sent with an expired session leads here by GET after signing in.
        return redirect(f"{task.get_absolute_url()}?open={action}#{action}")
    form = action_class.form(request.POST, request.FILES, action=action, account=request.user, task=task)
    if not form.submit(lambda: action_class.run(form)):
        return render_task(request, task, today(), submitted_form=form, status=form.status_code)
    level = messages.WARNING if form.is_incomplete else messages.SUCCESS
    # After a decision a short message is enough, so that the next item stays in sight.
    entry = None if isinstance(form, DecisionForm) else form.result
    given = form.result if isinstance(form.result, Instruction) else None
    tags = f"withdraw:{task.pk}:{given.given.sequence}:{given.pk}" if given else ""
    messages.add_message(request, level, _success_message(task, form.success_message, entry), extra_tags=tags)
    return redirect(url_after_save(request, task, advances_inbox=action_class.advances_inbox))


def _success_message(task: Task, text: StrOrPromise, entry: object) -> str:
    """Name the task with the success message, for the next page may be another's."""
    message = _("No. %(number)s “%(task)s”: %(sentence)s") % {
        "number": task_number_label(task),
        "task": shorten_text(task.text),
        "sentence": text,
    }
    changes = [
        (_("%(what)s: %(old)s → %(new)s") if change.old else _("%(what)s: %(new)s"))
        % {"what": change.label, "old": Truncator(change.old).chars(40), "new": Truncator(change.new).chars(40)}
        for change in (describe_changes(entry) if isinstance(entry, TaskLog) else ())
    ]
    if not changes:
        return message
    return _("%(message)s %(changes)s") % {"message": message, "changes": _("; ").join(changes)}


@require_safe
def deadline_preview(request: Request) -> HttpResponse:
    """Preview how a deadline is read while it is typed, beside its field.

    With ``task`` (an id; ``of`` names the fields) or ``meeting`` it is a printed one, read in the frame of that
    meeting's days; else a requested one, read as of the day of the request (``effective_on``).
    """
    if "task" in request.GET:
        task = permissions.readable_task(request.user, _parse_id(request.GET["task"]), today())
        form = DeadlineForm(request.GET, task=task, prefix=request.GET.get("of") or None)
        return _render_printed_preview(request, form.reading, form.add_prefix("understood"))
    text = request.GET.get("deadline_text", "")
    if "meeting" in request.GET:
        meeting = permissions.readable_meeting(request.user, _parse_id(request.GET["meeting"]), today())
        printed = read_deadline(text.strip(), issued_on=meeting.issued_on, held_on=meeting.held_on)
        return _render_printed_preview(request, printed if text.strip() else None, "understood")
    day = DayField(required=False)
    try:
        requested_on = day.clean(request.GET.get("effective_on"))
    except ValidationError:
        requested_on = None
    reading = parse_new_deadline(text, requested_on or today()) if text.strip() else None
    problem = reading.problem if reading else None
    if problem and problem.code == ProblemCode.NO_DAY_NAMED:
        problem = None  # its message offers to mark the task as ongoing, which no request can
    context = {
        "reading": reading,
        "problem": deadline_problem_message(problem) if problem else "",
        "due": reading.deadline.due_date if reading else None,
    }
    return render(request, "meetings/tasks/_deadline_preview.html", context)


def _render_printed_preview(request: Request, reading: Reading | None, name: str) -> HttpResponse:
    context = {
        "descriptions": describe_reading(reading) if reading else [],
        "name": name,
        "key": reading_key(reading) if reading else "",
    }
    return render(request, "meetings/tasks/_printed_deadline_preview.html", context)


def _parse_id(text: str) -> int:
    """Return the id that an address holds; raises Http404 for what is none."""
    try:
        return IdField().clean(text)
    except ValidationError as invalid:
        raise Http404 from invalid
