"""The lifecycle of tasks and of extension requests, as two tables of transitions.

No other change can happen (docs/domain.md, Lifecycle). Buttons, views and services all use these tables;
`manage.py draw_lifecycle` draws ``docs/lifecycle.md`` from them. Pure Python, no Django.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """办理状态: where a task stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    CLOSURE_REQUESTED = "closure_requested"
    CLOSED = "closed"
    TERMINATED = "terminated"


class Step(StrEnum):
    """The names of the changes of status."""

    START = "start"
    REQUEST_CLOSURE = "request_closure"
    ACCEPT_CLOSURE = "accept_closure"
    SEND_BACK = "send_back"
    CLOSE = "close"
    TERMINATE = "terminate"
    REOPEN = "reopen"


class ActorRole(StrEnum):
    """Who may take a step, with regard to one task."""

    SECRETARIAT = "secretariat"
    # The liaison of a department that leads or is responsible.
    ANSWERABLE_LIAISON = "answerable_liaison"
    # The liaison of any of the task's departments, supporting ones included.
    ANY_LIAISON = "any_liaison"
    # A leader whose name stands beside the task.
    SUPERVISING_LEADER = "supervising_leader"


# Who reports on a task; a leader who supervises it only reads.
CAN_REPORT = frozenset({ActorRole.SECRETARIAT, ActorRole.ANSWERABLE_LIAISON, ActorRole.ANY_LIAISON})
# Who requests closure or a later deadline for the departments that answer for a task.
CAN_REQUEST = frozenset({ActorRole.SECRETARIAT, ActorRole.ANSWERABLE_LIAISON})
# Who gives instructions and agrees to a closure; the secretariat records what a leader wrote on paper.
CAN_SUPERVISE = frozenset({ActorRole.SECRETARIAT, ActorRole.SUPERVISING_LEADER})
# Who decides.
CAN_DECIDE = frozenset({ActorRole.SECRETARIAT})
# Everyone who takes part in a task.
CAN_COMMENT = CAN_REPORT | CAN_SUPERVISE


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed change of status.

    ``is_report``: its note is a progress report, so it resets the review. ``needs_agreement``: a supervising leader has
    to agree first, where the meeting requires it.
    """

    step: Step
    source: Status
    target: Status
    takers: frozenset[ActorRole]
    needs_reason: bool
    is_report: bool
    needs_agreement: bool = False


_CAN_START = frozenset({ActorRole.SECRETARIAT, ActorRole.ANY_LIAISON})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Step.START, Status.NOT_STARTED, Status.IN_PROGRESS, _CAN_START, False, True),
    Transition(Step.REQUEST_CLOSURE, Status.IN_PROGRESS, Status.CLOSURE_REQUESTED, CAN_REQUEST, True, True),
    Transition(Step.SEND_BACK, Status.CLOSURE_REQUESTED, Status.IN_PROGRESS, CAN_SUPERVISE, True, False),
    Transition(Step.ACCEPT_CLOSURE, Status.CLOSURE_REQUESTED, Status.CLOSED, CAN_DECIDE, False, True, True),
    Transition(Step.CLOSE, Status.NOT_STARTED, Status.CLOSED, CAN_DECIDE, True, True, True),
    Transition(Step.CLOSE, Status.IN_PROGRESS, Status.CLOSED, CAN_DECIDE, True, True, True),
    Transition(Step.TERMINATE, Status.NOT_STARTED, Status.TERMINATED, CAN_DECIDE, True, False),
    Transition(Step.TERMINATE, Status.IN_PROGRESS, Status.TERMINATED, CAN_DECIDE, True, False),
    Transition(Step.TERMINATE, Status.CLOSURE_REQUESTED, Status.TERMINATED, CAN_DECIDE, True, False),
    Transition(Step.REOPEN, Status.CLOSED, Status.IN_PROGRESS, CAN_DECIDE, True, False),
    Transition(Step.REOPEN, Status.TERMINATED, Status.IN_PROGRESS, CAN_DECIDE, True, False),
)

# A status is an end where reopening is the only transition from it.
ENDED_STATUSES = frozenset(transition.source for transition in TRANSITIONS if transition.step is Step.REOPEN)
OPEN_STATUSES = frozenset(Status) - ENDED_STATUSES

_TRANSITION_BY_STATUSES: dict[tuple[str, str], Transition] = {
    (transition.source, transition.target): transition for transition in TRANSITIONS
}


def find_transition(source: str, target: str) -> Transition | None:
    """Return the transition from ``source`` to ``target``; None where there is none."""
    return _TRANSITION_BY_STATUSES.get((source, target))


def transitions_from(source: str, actor_roles: frozenset[ActorRole] | set[ActorRole]) -> tuple[Transition, ...]:
    """Return the transitions from ``source`` open to ``actor_roles``, in table order."""
    return tuple(t for t in TRANSITIONS if t.source == source and t.takers & actor_roles)


class ExtensionState(StrEnum):
    """The states of an extension request."""

    REQUESTED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class ExtensionEvent(StrEnum):
    """What happens to an extension request."""

    REQUEST = "ask"
    GRANT = "grant"
    REFUSE = "refuse"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class ExtensionTransition:
    """One allowed change of an extension request; a task has one open at most.

    ``source`` is None for a new request. ``task_statuses`` are the statuses of the task that allow it. Without
    ``takers`` it happens by itself when the task ends.
    """

    step: ExtensionEvent
    source: ExtensionState | None
    target: ExtensionState
    takers: frozenset[ActorRole]
    needs_reason: bool
    task_statuses: frozenset[Status]


EXTENSION_TRANSITIONS: tuple[ExtensionTransition, ...] = (
    # A request for closure says that the task is done, so no later deadline can be requested.
    ExtensionTransition(
        ExtensionEvent.REQUEST,
        None,
        ExtensionState.REQUESTED,
        CAN_REQUEST,
        True,
        frozenset({Status.NOT_STARTED, Status.IN_PROGRESS}),
    ),
    ExtensionTransition(
        ExtensionEvent.GRANT, ExtensionState.REQUESTED, ExtensionState.GRANTED, CAN_DECIDE, True, OPEN_STATUSES
    ),
    ExtensionTransition(
        ExtensionEvent.REFUSE, ExtensionState.REQUESTED, ExtensionState.REFUSED, CAN_DECIDE, True, OPEN_STATUSES
    ),
    ExtensionTransition(
        ExtensionEvent.LAPSE, ExtensionState.REQUESTED, ExtensionState.LAPSED, frozenset(), False, ENDED_STATUSES
    ),
)

_EXTENSION_BY_EVENT = {transition.step: transition for transition in EXTENSION_TRANSITIONS}


def extension_transition(event: ExtensionEvent) -> ExtensionTransition:
    """Return the transition of extension requests that ``event`` stands for."""
    return _EXTENSION_BY_EVENT[event]


def takers_of(*steps: Step | ExtensionEvent) -> frozenset[ActorRole]:
    """Return who may take one of the ``steps``, from any status."""
    transitions: tuple[Transition | ExtensionTransition, ...] = (*TRANSITIONS, *EXTENSION_TRANSITIONS)
    return frozenset().union(*(transition.takers for transition in transitions if transition.step in steps))
