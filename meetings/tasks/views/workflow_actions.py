"""The table of actions that a task's page offers besides the quick update.

An action is offered (`available_actions`) where its service would accept it; if it is sent all the same, the service
refuses and the form shows why. `Action.takers` are the roles that may try at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from meetings import permissions
from meetings.core.lifecycle import (
    CAN_COMMENT,
    CAN_DECIDE,
    CAN_REPORT,
    CAN_SUPERVISE,
    ENDED_STATUSES,
    OPEN_STATUSES,
    ActorRole,
    ExtensionEvent,
    Step,
    extension_transition,
    takers_of,
    transitions_from,
)
from meetings.models import Account, DeadlineKind, Task
from meetings.tasks.forms import workflow as forms
from meetings.tasks.forms.back_dating import BackDatingDecisionForm
from meetings.tasks.forms.instructions import InstructionAnswerForm, InstructionForm, WithdrawInstructionForm
from meetings.tasks.forms.reminders import ReminderForm
from meetings.tasks.forms.workflow import TaskActionForm
from meetings.tasks.services.back_dating import consent_to_back_dating, refuse_back_dating
from meetings.tasks.services.closure import accept_closure, agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.evidence import add_evidence, delete_evidence
from meetings.tasks.services.extensions import grant_extension, refuse_extension, request_extension, resolve_deadline
from meetings.tasks.services.instructions import answer_instruction, give_instruction, withdraw_instruction
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.services.reminders import remind_departments
from meetings.tasks.services.reviews import review_without_news, set_review_interval
from meetings.tasks.services.status import meet_milestone, reopen_milestone, reopen_task, terminate_task


@dataclass(frozen=True, slots=True)
class Action:
    """One action: ``service`` gets the values of the form.

    With ``refuse`` it is a decision: whatever is not ``accept`` goes there, with the note as the reason.
    """

    form: type[TaskActionForm]
    takers: frozenset[ActorRole]
    service: Callable[..., object]
    refuse: Callable[..., object] | None = None
    # Whether the inbox advances to the next task afterwards.
    advances_inbox: bool = False

    def run(self, form: TaskActionForm) -> object:
        """Call the service with the values of a valid form."""
        arguments = form.arguments()
        if self.refuse is not None and isinstance(form, forms.DecisionForm) and not form.is_accepted:
            arguments.pop("leader", None)
            return self.refuse(reason=arguments.pop(form.note_as), **arguments)
        return self.service(**arguments)


# The names are the last part of the addresses; the order is that of the page: first what the task's state asks for,
# last what is rarely done.
ACTIONS: dict[str, Action] = {
    "decide-back-dating": Action(
        BackDatingDecisionForm, CAN_DECIDE, consent_to_back_dating, refuse_back_dating, advances_inbox=True
    ),
    "decide-closure": Action(
        forms.ClosureDecisionForm, takers_of(Step.ACCEPT_CLOSURE), accept_closure, send_back, advances_inbox=True
    ),
    "agree": Action(forms.AgreementForm, CAN_SUPERVISE, agree_to_closure, send_back, advances_inbox=True),
    "decide-extension": Action(
        forms.ExtensionDecisionForm,
        takers_of(ExtensionEvent.GRANT, ExtensionEvent.REFUSE),
        grant_extension,
        refuse_extension,
        advances_inbox=True,
    ),
    "answer": Action(InstructionAnswerForm, CAN_REPORT, answer_instruction, advances_inbox=True),
    "outcome": Action(forms.OutcomeForm, CAN_DECIDE, record_outcome),
    "reopen": Action(forms.ReopenForm, takers_of(Step.REOPEN), reopen_task),
    "settle-deadline": Action(forms.SettleDeadlineForm, CAN_DECIDE, resolve_deadline),
    "request-closure": Action(
        forms.ClosureRequestForm, takers_of(Step.REQUEST_CLOSURE), request_closure, advances_inbox=True
    ),
    "nothing-new": Action(forms.ReviewForm, CAN_REPORT, review_without_news, advances_inbox=True),
    "meet-milestone": Action(forms.MeetMilestoneForm, CAN_REPORT, meet_milestone, advances_inbox=True),
    "remind": Action(ReminderForm, CAN_DECIDE, remind_departments),
    "ask-extension": Action(forms.ExtensionRequestForm, takers_of(ExtensionEvent.REQUEST), request_extension),
    "instruct": Action(InstructionForm, CAN_SUPERVISE, give_instruction),
    "add-evidence": Action(forms.AddEvidenceForm, CAN_REPORT, add_evidence),
    "delete-evidence": Action(forms.DeleteEvidenceForm, CAN_REPORT, delete_evidence),
    "comment": Action(forms.CommentForm, CAN_COMMENT, add_comment),
    "reopen-milestone": Action(forms.ReopenMilestoneForm, CAN_REPORT, reopen_milestone),
    "review-interval": Action(forms.ReviewIntervalForm, CAN_DECIDE, set_review_interval),
    "withdraw": Action(WithdrawInstructionForm, CAN_SUPERVISE, withdraw_instruction),
    "terminate": Action(forms.TerminateForm, takers_of(Step.TERMINATE), terminate_task),
}
# Shown beside their subject, not among the other actions.
INLINE_ACTIONS = (
    "decide-back-dating",
    "decide-closure",
    "agree",
    "decide-extension",
    "answer",
    "withdraw",
    "delete-evidence",
)


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """What `available_actions` depends on besides the task's own columns."""

    request: object | None
    agreement: object | None
    needs_agreement: bool
    extension_request: object | None
    back_dating: object | None
    instructions: bool
    evidence: bool
    has_open_siblings: bool


def available_actions(account: Account, task: Task, state: WorkflowState) -> list[str]:
    """Return the names of the actions open to ``account`` on ``task`` now, in order."""
    roles = permissions.roles_of(account, task)
    steps = {transition.step for transition in transitions_from(task.status, roles)}
    is_open = task.status in OPEN_STATUSES
    request_step = extension_transition(ExtensionEvent.REQUEST)
    waits_for_leader = state.request is not None and state.needs_agreement and state.agreement is None
    possible = {
        "decide-closure": Step.ACCEPT_CLOSURE in steps,
        "agree": waits_for_leader,
        "decide-extension": state.extension_request is not None,
        "decide-back-dating": state.back_dating is not None,
        "answer": state.instructions,
        "withdraw": state.instructions,
        "request-closure": Step.REQUEST_CLOSURE in steps,
        "ask-extension": task.status in request_step.task_statuses
        and task.due_date is not None
        and state.extension_request is None,
        "settle-deadline": is_open and task.deadline_kind == DeadlineKind.UNDECIDED,
        "nothing-new": task.next_review is not None,
        "meet-milestone": is_open and any(not each["met_on"] for each in task.day_milestones),
        "reopen-milestone": is_open and any(each["met_on"] for each in task.day_milestones),
        # Frozen once the task has ended.
        "add-evidence": is_open or ActorRole.SECRETARIAT in roles,
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


def empty_forms(names: Iterable[str], account: Account, task: Task) -> dict[str, TaskActionForm]:
    """Return an empty form of each action in ``names``."""
    return {name: ACTIONS[name].form(action=name, account=account, task=task) for name in names}
