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
    ASKERS,
    CONCERNED,
    DECIDERS,
    ENDED_STATUSES,
    OPEN_STATUSES,
    REPORTERS,
    SUPERVISORS,
    Step,
    Taker,
    WishStep,
    transitions_from,
    wish_transition,
)
from meetings.models import Account, DeadlineKind, Task
from meetings.tasks.forms import workflow
from meetings.tasks.services.closure import accept_closure, agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import comment
from meetings.tasks.services.evidence import add_evidence, delete_evidence
from meetings.tasks.services.extensions import ask_for_extension, grant_extension, refuse_extension, settle_deadline
from meetings.tasks.services.instructions import answer_instruction, give_instruction
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.reminders import remind
from meetings.tasks.services.reviews import review_without_news, set_review_interval
from meetings.tasks.services.status import meet_milestone, reopen, reopen_milestone, terminate
from meetings.tasks.signals import reminders_recorded

Form = workflow.TaskActionForm


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``run`` calls the verb with what the form says; ``buttons`` are the decisions it may send."""

    title: Promise
    form: type[Form]
    takers: frozenset[Taker]
    run: Callable[[Form, dict[str, Any]], object]
    done: Promise
    icon: str = "pencil"
    buttons: tuple[tuple[str, Promise, str], ...] = ()
    # Whether the inbox goes on to the next task once this is done.
    settles: bool = False


def _dated(form: Form, common: dict[str, Any]) -> dict[str, Any]:
    return {**common, "effective_on": form.cleaned_data["effective_on"]}


def _reported(form: Form, common: dict[str, Any]) -> dict[str, Any]:
    return {**_dated(form, common), "department": form.department}


def _request_closure(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    return request_closure(**_reported(form, common), summary=said["note"], files=said["files"])


def _decide_closure(form: Form, common: dict[str, Any]) -> object:
    note = form.cleaned_data["note"]
    if form.data.get("decision") == "accept":
        return accept_closure(**_dated(form, common), note=note)
    return send_back(**_dated(form, common), reason=note)


def _agree(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    if form.data.get("decision") == "accept":
        return agree_to_closure(**_dated(form, common), note=said["note"], leader=said.get("leader"))
    return send_back(**_dated(form, common), reason=said["note"])


def _ask_for_extension(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    texts = {name: said[name] for name in ("deadline_text", "reason", "progress")}
    return ask_for_extension(**_reported(form, common), **texts)


def _decide_extension(form: Form, common: dict[str, Any]) -> object:
    verb = grant_extension if form.data.get("decision") == "accept" else refuse_extension
    return verb(**_dated(form, common), reason=form.cleaned_data["note"])


def _instruct(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    return give_instruction(**_dated(form, common), text=said["text"], leader=said.get("leader"))


def _remind(form: Form, common: dict[str, Any]) -> object:
    entry, mailings = remind(**common, message=form.cleaned_data["note"])
    # After the transaction: the log must not wait for a mail server, nor be undone by one.
    reminders_recorded.send(sender=remind, mailings=mailings)
    return entry


def _answer(form: Form, common: dict[str, Any]) -> object:
    instruction = permissions.answerable_instruction(form.account, form.cleaned_data["instruction"], form.today)
    if instruction.task_id != form.task.pk:
        raise Http404
    arguments = _reported(form, common)
    del arguments["task_id"]
    return answer_instruction(instruction_id=instruction.pk, note=form.cleaned_data["note"], **arguments)


def _add_evidence(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    return add_evidence(**_reported(form, common), files=said["files"], note=said["note"])


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
    arguments = _reported(form, common)
    del arguments["task_id"]
    said = form.cleaned_data
    return meet_milestone(milestone_id=said["milestone"].pk, note=said["note"], **arguments)


def _reopen_milestone(form: Form, common: dict[str, Any]) -> object:
    arguments = _dated(form, common)
    del arguments["task_id"]
    said = form.cleaned_data
    return reopen_milestone(milestone_id=said["milestone"].pk, reason=said["note"], **arguments)


def _set_interval(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    return set_review_interval(**common, months=said["months"], reason=said["note"])


def _record_outcome(form: Form, common: dict[str, Any]) -> object:
    said = form.cleaned_data
    return record_outcome(**common, outcome=said["outcome"], reply=said["reply"])


# The names are the last part of the addresses; the order is that of the page.
ACTIONS: dict[str, Action] = {
    "decide-closure": Action(
        gettext_lazy("Decide on the closure"),
        workflow.DecideForm,
        DECIDERS,
        _decide_closure,
        gettext_lazy("The closure is decided."),
        "gavel",
        (
            ("accept", gettext_lazy("Accept and close"), "btn-success"),
            ("refuse", gettext_lazy("Send back"), "btn-outline"),
        ),
        settles=True,
    ),
    "agree": Action(
        gettext_lazy("Agree to the closure"),
        workflow.AgreeForm,
        SUPERVISORS,
        _agree,
        gettext_lazy("Saved: the secretariat sees it in its inbox."),
        "gavel",
        (
            ("accept", gettext_lazy("Agree"), "btn-success"),
            ("refuse", gettext_lazy("Send back"), "btn-outline"),
        ),
        settles=True,
    ),
    "decide-extension": Action(
        gettext_lazy("Decide on the later deadline"),
        workflow.DecideForm,
        DECIDERS,
        _decide_extension,
        gettext_lazy("The later deadline is decided."),
        "gavel",
        (
            ("accept", gettext_lazy("Grant"), "btn-success"),
            ("refuse", gettext_lazy("Refuse"), "btn-outline"),
        ),
        settles=True,
    ),
    "answer": Action(
        gettext_lazy("Answer the instruction"),
        workflow.AnswerForm,
        REPORTERS,
        _answer,
        gettext_lazy("Saved: the instruction is answered."),
        "message",
        settles=True,
    ),
    "request-closure": Action(
        gettext_lazy("Ask for closure"),
        workflow.RequestClosureForm,
        ASKERS,
        _request_closure,
        gettext_lazy("Saved: the closure waits for a decision."),
        "check",
        settles=True,
    ),
    "ask-extension": Action(
        gettext_lazy("Ask for a later deadline"),
        workflow.AskForExtensionForm,
        ASKERS,
        _ask_for_extension,
        gettext_lazy("Saved: the later deadline waits for a decision. Until then the present one counts."),
        "calendar-time",
    ),
    "settle-deadline": Action(
        gettext_lazy("Settle the deadline"),
        workflow.SettleDeadlineForm,
        DECIDERS,
        lambda form, common: settle_deadline(
            **_dated(form, common), meaning=form.cleaned_data["meaning"], reason=form.cleaned_data["note"]
        ),
        gettext_lazy("Saved: the deadline is settled."),
        "calendar-time",
    ),
    "nothing-new": Action(
        gettext_lazy("Reviewed, nothing new"),
        workflow.NothingNewForm,
        REPORTERS,
        lambda form, common: review_without_news(**_reported(form, common)),
        gettext_lazy("Saved: the next review counts from this one."),
        "eye",
        settles=True,
    ),
    "meet-milestone": Action(
        gettext_lazy("A milestone is met"),
        workflow.MeetMilestoneForm,
        REPORTERS,
        _meet_milestone,
        gettext_lazy("Saved: the milestone is met. The task is as late as its next one."),
        "check",
        settles=True,
    ),
    "reopen-milestone": Action(
        gettext_lazy("A milestone was not met after all"),
        workflow.ReopenMilestoneForm,
        REPORTERS,
        _reopen_milestone,
        gettext_lazy("Saved: the milestone is not met, and the task is as late as it again."),
        "arrow-back-up",
    ),
    "add-evidence": Action(
        gettext_lazy("Add evidence"),
        workflow.AddEvidenceForm,
        REPORTERS,
        _add_evidence,
        gettext_lazy("Saved: the files are in the list of evidence."),
        "paperclip",
    ),
    "delete-evidence": Action(
        gettext_lazy("Delete a file"),
        workflow.DeleteEvidenceForm,
        REPORTERS,
        _delete_evidence,
        gettext_lazy("The file is deleted. That it was here stays in the log."),
        "x",
    ),
    "instruct": Action(
        gettext_lazy("Give an instruction"),
        workflow.InstructForm,
        SUPERVISORS,
        _instruct,
        gettext_lazy("Saved: the instruction stands on top of the task until it is answered."),
        "gavel",
    ),
    "remind": Action(
        gettext_lazy("Remind the departments"),
        workflow.RemindForm,
        DECIDERS,
        _remind,
        gettext_lazy("Saved: the reminder is in the log, and its mails are on their way."),
        "clock",
    ),
    "comment": Action(
        gettext_lazy("Comment"),
        workflow.CommentForm,
        CONCERNED,
        lambda form, common: comment(**common, text=form.cleaned_data["text"]),
        gettext_lazy("Saved: the comment is in the log."),
        "message",
    ),
    "review-interval": Action(
        gettext_lazy("Change how often it is reviewed"),
        workflow.ReviewIntervalForm,
        DECIDERS,
        _set_interval,
        gettext_lazy("Saved: how often the task is reviewed."),
        "calendar-event",
    ),
    "terminate": Action(
        gettext_lazy("Terminate the task"),
        workflow.ReasonForm,
        DECIDERS,
        lambda form, common: terminate(**_dated(form, common), reason=form.cleaned_data["note"]),
        gettext_lazy("Saved: the task is terminated."),
        "x",
    ),
    "reopen": Action(
        gettext_lazy("Reopen the task"),
        workflow.ReasonForm,
        DECIDERS,
        lambda form, common: reopen(**_dated(form, common), reason=form.cleaned_data["note"]),
        gettext_lazy("Saved: the task is open again."),
        "arrow-back-up",
    ),
    "outcome": Action(
        gettext_lazy("Record what became of the suggestion"),
        workflow.OutcomeForm,
        DECIDERS,
        _record_outcome,
        gettext_lazy("Saved: the outcome stands with each task of the suggestion."),
        "message",
    ),
}
# These stand where what they are about stands, not among the others.
PLACED = ("decide-closure", "agree", "decide-extension", "answer", "delete-evidence")


@dataclass(frozen=True, slots=True)
class Facts:
    """What offering depends on besides the task's own columns."""

    request: object | None
    agreement: object | None
    must_agree: bool
    wish: object | None
    instructions: bool
    evidence: bool
    siblings_open: bool


def offered(account: Account, task: Task, facts: Facts) -> list[str]:
    """Return the names of the actions that ``account`` may do on ``task`` as it is now, in the page's order."""
    takers = permissions.takers_of(account, task)
    steps = {transition.step for transition in transitions_from(task.status, takers)}
    is_open = task.status in OPEN_STATUSES
    asking = wish_transition(WishStep.ASK)
    waits_for_leader = facts.request is not None and facts.must_agree and facts.agreement is None
    possible = {
        "decide-closure": Step.ACCEPT_CLOSURE in steps,
        "agree": waits_for_leader,
        "decide-extension": facts.wish is not None,
        "answer": facts.instructions,
        "request-closure": Step.REQUEST_CLOSURE in steps,
        "ask-extension": task.status in asking.task_statuses and task.due_date is not None and facts.wish is None,
        "settle-deadline": is_open and task.deadline_kind == DeadlineKind.UNDECIDED,
        "nothing-new": task.next_review is not None,
        "meet-milestone": is_open and any(not each["met_on"] for each in task.day_milestones),
        "reopen-milestone": is_open and any(each["met_on"] for each in task.day_milestones),
        "add-evidence": True,
        "delete-evidence": facts.evidence,
        "instruct": is_open,
        "remind": is_open,
        "comment": True,
        "review-interval": task.next_review is not None,
        "terminate": Step.TERMINATE in steps,
        "reopen": Step.REOPEN in steps,
        "outcome": task.status in ENDED_STATUSES and not facts.siblings_open,
    }
    return [name for name, action in ACTIONS.items() if possible[name] and takers & action.takers]


def unbound(names: Iterable[str], account: Account, task: Task, today: datetime.date) -> dict[str, Form]:
    """Return an empty form of each action in ``names``."""
    return {name: ACTIONS[name].form(action=name, account=account, task=task, today=today) for name in names}
