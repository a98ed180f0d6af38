"""What is offered on a task's page besides the quick update: one table for all of it.

An action is offered (`offered`) where its verb would do it; what is sent all the same is refused by the verb, with
the sentence beside the form. Who may try at all is `Action.takers`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.core.lifecycle import (
    CAN_COMMENT,
    CAN_DECIDE,
    CAN_REPORT,
    CAN_REQUEST,
    CAN_SUPERVISE,
    ENDED_STATUSES,
    OPEN_STATUSES,
    ActorRole,
    ExtensionEvent,
    Step,
    extension_transition,
    transitions_from,
)
from meetings.models import Account, DeadlineKind, Task
from meetings.tasks.forms import milestones, workflow
from meetings.tasks.services.closure import accept_closure, agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.evidence import add_evidence, delete_evidence
from meetings.tasks.services.extensions import grant_extension, refuse_extension, request_extension, resolve_deadline
from meetings.tasks.services.instructions import answer_instruction, give_instruction
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.reminders import remind_departments
from meetings.tasks.services.reviews import review_without_news, set_review_interval
from meetings.tasks.services.status import meet_milestone, reopen_milestone, reopen_task, terminate_task
from meetings.tasks.signals import reminders_recorded

Form = workflow.TaskActionForm


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``run`` calls the verb with what the form says; ``buttons`` are the decisions it may send."""

    title: Promise
    form: type[Form]
    takers: frozenset[ActorRole]
    run: Callable[[Form, dict[str, Any]], object]
    success_message: Promise
    icon: str = "pencil"
    buttons: tuple[tuple[str, Promise, str], ...] = ()
    # Whether the inbox goes on to the next task once this is done.
    advances_inbox: bool = False


def _dated_arguments(form: Form, common: dict[str, Any]) -> dict[str, Any]:
    return {**common, "effective_on": form.cleaned_data["effective_on"]}


def _report_arguments(form: Form, common: dict[str, Any]) -> dict[str, Any]:
    return {**_dated_arguments(form, common), "department": form.department}


def _request_closure(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    return request_closure(**_report_arguments(form, common), summary=data["note"], files=data["files"])


def _decide_closure(form: Form, common: dict[str, Any]) -> object:
    note = form.cleaned_data["note"]
    if form.data.get("decision") == "accept":
        return accept_closure(**_dated_arguments(form, common), note=note)
    return send_back(**_dated_arguments(form, common), reason=note)


def _agree(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    if form.data.get("decision") == "accept":
        return agree_to_closure(**_dated_arguments(form, common), note=data["note"], leader=data.get("leader"))
    return send_back(**_dated_arguments(form, common), reason=data["note"])


def _ask_for_extension(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    texts = {name: data[name] for name in ("deadline_text", "reason", "progress")}
    return request_extension(**_report_arguments(form, common), **texts)


def _decide_extension(form: Form, common: dict[str, Any]) -> object:
    verb = grant_extension if form.data.get("decision") == "accept" else refuse_extension
    return verb(**_dated_arguments(form, common), reason=form.cleaned_data["note"])


def _instruct(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    return give_instruction(**_dated_arguments(form, common), text=data["text"], leader=data.get("leader"))


def _remind(form: Form, common: dict[str, Any]) -> object:
    entry, mailings = remind_departments(**common, message=form.cleaned_data["note"])
    # After the transaction: the log must not wait for a mail server, nor be undone by one.
    reminders_recorded.send(sender=remind_departments, mailings=mailings)
    return entry


def _answer(form: Form, common: dict[str, Any]) -> object:
    instruction = permissions.answerable_instruction(form.account, form.cleaned_data["instruction"], form.today)
    if instruction.task_id != form.task.pk:
        raise Http404
    arguments = _report_arguments(form, common)
    del arguments["task_id"]
    return answer_instruction(instruction_id=instruction.pk, note=form.cleaned_data["note"], **arguments)


def _add_evidence(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    return add_evidence(**_report_arguments(form, common), files=data["files"], note=data["note"])


def _delete_evidence(form: Form, common: dict[str, Any]) -> object:
    evidence = permissions.deletable_evidence(form.account, form.cleaned_data["evidence"], form.today)
    if evidence.task_id != form.task.pk:
        raise Http404
    return delete_evidence(
        evidence_id=evidence.pk,
        version=common["version"],
        actor=common["actor"],
        reason=form.cleaned_data["reason"],
    )


def _meet_milestone(form: Form, common: dict[str, Any]) -> object:
    arguments = _report_arguments(form, common)
    del arguments["task_id"]
    data = form.cleaned_data
    return meet_milestone(milestone_id=data["milestone"].pk, note=data["note"], **arguments)


def _reopen_milestone(form: Form, common: dict[str, Any]) -> object:
    arguments = _dated_arguments(form, common)
    del arguments["task_id"]
    data = form.cleaned_data
    return reopen_milestone(milestone_id=data["milestone"].pk, reason=data["note"], **arguments)


def _set_interval(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    return set_review_interval(**common, months=data["months"], reason=data["note"])


def _record_outcome(form: Form, common: dict[str, Any]) -> object:
    data = form.cleaned_data
    return record_outcome(**common, outcome=data["outcome"], reply=data["reply"])


# The names are the last part of the addresses; the order is that of the page.
ACTIONS: dict[str, Action] = {
    "decide-closure": Action(
        gettext_lazy("Decide on the closure"),
        workflow.DecisionForm,
        CAN_DECIDE,
        _decide_closure,
        gettext_lazy("The closure is decided."),
        "gavel",
        (
            ("accept", gettext_lazy("Accept and close"), "btn-success"),
            ("refuse", gettext_lazy("Send back"), "btn-outline"),
        ),
        advances_inbox=True,
    ),
    "agree": Action(
        gettext_lazy("Agree to the closure"),
        workflow.AgreementForm,
        CAN_SUPERVISE,
        _agree,
        gettext_lazy("Saved: the secretariat sees it in its inbox."),
        "gavel",
        (
            ("accept", gettext_lazy("Agree"), "btn-success"),
            ("refuse", gettext_lazy("Send back"), "btn-outline"),
        ),
        advances_inbox=True,
    ),
    "decide-extension": Action(
        gettext_lazy("Decide on the later deadline"),
        workflow.DecisionForm,
        CAN_DECIDE,
        _decide_extension,
        gettext_lazy("The later deadline is decided."),
        "gavel",
        (
            ("accept", gettext_lazy("Grant"), "btn-success"),
            ("refuse", gettext_lazy("Refuse"), "btn-outline"),
        ),
        advances_inbox=True,
    ),
    "answer": Action(
        gettext_lazy("Answer the instruction"),
        workflow.InstructionAnswerForm,
        CAN_REPORT,
        _answer,
        gettext_lazy("Saved: the instruction is answered."),
        "message",
        advances_inbox=True,
    ),
    "request-closure": Action(
        gettext_lazy("Ask for closure"),
        workflow.ClosureRequestForm,
        CAN_REQUEST,
        _request_closure,
        gettext_lazy("Saved: the closure waits for a decision."),
        "check",
        advances_inbox=True,
    ),
    "ask-extension": Action(
        gettext_lazy("Ask for a later deadline"),
        workflow.ExtensionRequestForm,
        CAN_REQUEST,
        _ask_for_extension,
        gettext_lazy("Saved: the later deadline waits for a decision. Until then the present one counts."),
        "calendar-time",
    ),
    "settle-deadline": Action(
        gettext_lazy("Settle the deadline"),
        workflow.SettleDeadlineForm,
        CAN_DECIDE,
        lambda form, common: resolve_deadline(
            **_dated_arguments(form, common), meaning=form.cleaned_data["meaning"], reason=form.cleaned_data["note"]
        ),
        gettext_lazy("Saved: the deadline is settled."),
        "calendar-time",
    ),
    "nothing-new": Action(
        gettext_lazy("Reviewed, nothing new"),
        workflow.ReviewForm,
        CAN_REPORT,
        lambda form, common: review_without_news(**_report_arguments(form, common)),
        gettext_lazy("Saved: the next review counts from this one."),
        "eye",
        advances_inbox=True,
    ),
    "meet-milestone": Action(
        gettext_lazy("A milestone is met"),
        milestones.MeetMilestoneForm,
        CAN_REPORT,
        _meet_milestone,
        gettext_lazy("Saved: the milestone is met. The task is as late as its next one."),
        "check",
        advances_inbox=True,
    ),
    "reopen-milestone": Action(
        gettext_lazy("A milestone was not met after all"),
        milestones.ReopenMilestoneForm,
        CAN_REPORT,
        _reopen_milestone,
        gettext_lazy("Saved: the milestone is not met, and the task is as late as it again."),
        "arrow-back-up",
    ),
    "add-evidence": Action(
        gettext_lazy("Add evidence"),
        workflow.AddEvidenceForm,
        CAN_REPORT,
        _add_evidence,
        gettext_lazy("Saved: the files are in the list of evidence."),
        "paperclip",
    ),
    "delete-evidence": Action(
        gettext_lazy("Delete a file"),
        workflow.DeleteEvidenceForm,
        CAN_REPORT,
        _delete_evidence,
        gettext_lazy("The file is deleted. That it was here stays in the log."),
        "x",
    ),
    "instruct": Action(
        gettext_lazy("Give an instruction"),
        workflow.InstructionForm,
        CAN_SUPERVISE,
        _instruct,
        gettext_lazy("Saved: the instruction stands on top of the task until it is answered."),
        "gavel",
    ),
    "remind": Action(
        gettext_lazy("Remind the departments"),
        workflow.ReminderForm,
        CAN_DECIDE,
        _remind,
        gettext_lazy("Saved: the reminder is in the log, and its mails are on their way."),
        "clock",
    ),
    "comment": Action(
        gettext_lazy("Comment"),
        workflow.CommentForm,
        CAN_COMMENT,
        lambda form, common: add_comment(**common, text=form.cleaned_data["text"]),
        gettext_lazy("Saved: the comment is in the log."),
        "message",
    ),
    "review-interval": Action(
        gettext_lazy("Change how often it is reviewed"),
        workflow.ReviewIntervalForm,
        CAN_DECIDE,
        _set_interval,
        gettext_lazy("Saved: how often the task is reviewed."),
        "calendar-event",
    ),
    "terminate": Action(
        gettext_lazy("Terminate the task"),
        workflow.ReasonForm,
        CAN_DECIDE,
        lambda form, common: terminate_task(**_dated_arguments(form, common), reason=form.cleaned_data["note"]),
        gettext_lazy("Saved: the task is terminated."),
        "x",
    ),
    "reopen": Action(
        gettext_lazy("Reopen the task"),
        workflow.ReasonForm,
        CAN_DECIDE,
        lambda form, common: reopen_task(**_dated_arguments(form, common), reason=form.cleaned_data["note"]),
        gettext_lazy("Saved: the task is open again."),
        "arrow-back-up",
    ),
    "outcome": Action(
        gettext_lazy("Record what became of the suggestion"),
        workflow.OutcomeForm,
        CAN_DECIDE,
        _record_outcome,
        gettext_lazy("Saved: the outcome stands with each task of the suggestion."),
        "message",
    ),
}
# These stand where what they are about stands, not among the others.
INLINE_ACTIONS = ("decide-closure", "agree", "decide-extension", "answer", "delete-evidence")


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """What offering depends on besides the task's own columns."""

    request: object | None
    agreement: object | None
    needs_agreement: bool
    wish: object | None
    instructions: bool
    evidence: bool
    has_open_siblings: bool


def available_actions(account: Account, task: Task, state: WorkflowState) -> list[str]:
    """Return the names of the actions that ``account`` may do on ``task`` as it is now, in the page's order."""
    roles = permissions.roles_of(account, task)
    steps = {transition.step for transition in transitions_from(task.status, roles)}
    is_open = task.status in OPEN_STATUSES
    request_step = extension_transition(ExtensionEvent.REQUEST)
    waits_for_leader = state.request is not None and state.needs_agreement and state.agreement is None
    possible = {
        "decide-closure": Step.ACCEPT_CLOSURE in steps,
        "agree": waits_for_leader,
        "decide-extension": state.wish is not None,
        "answer": state.instructions,
        "request-closure": Step.REQUEST_CLOSURE in steps,
        "ask-extension": task.status in request_step.task_statuses and task.due_date is not None and state.wish is None,
        "settle-deadline": is_open and task.deadline_kind == DeadlineKind.UNDECIDED,
        "nothing-new": task.next_review is not None,
        "meet-milestone": is_open and any(not each["met_on"] for each in task.day_milestones),
        "reopen-milestone": is_open and any(each["met_on"] for each in task.day_milestones),
        "add-evidence": True,
        "delete-evidence": state.evidence,
        "instruct": is_open,
        "remind": is_open,
        "comment": True,
        "review-interval": task.next_review is not None,
        "terminate": Step.TERMINATE in steps,
        "reopen": Step.REOPEN in steps,
        "outcome": task.status in ENDED_STATUSES and not state.has_open_siblings,
    }
    return [name for name, action in ACTIONS.items() if possible[name] and roles & action.takers]


def empty_forms(names: Iterable[str], account: Account, task: Task, today: datetime.date) -> dict[str, Form]:
    """Return an empty form of each action in ``names``."""
    return {name: ACTIONS[name].form(action=name, account=account, task=task, today=today) for name in names}
