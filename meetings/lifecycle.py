"""The life of a task as one table: what is not in it cannot happen (DESIGN.md, Lifecycle). Pure Python, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """办理状态: where a task stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    CLOSURE_REQUESTED = "closure_requested"
    CLOSED = "closed"
    TERMINATED = "terminated"


OPEN_STATUSES = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.CLOSURE_REQUESTED})
ENDED_STATUSES = frozenset({Status.CLOSED, Status.TERMINATED})


class Step(StrEnum):
    """The names of the changes of status."""

    START = "start"
    REQUEST_CLOSURE = "request_closure"
    ACCEPT_CLOSURE = "accept_closure"
    SEND_BACK = "send_back"
    CLOSE = "close"
    TERMINATE = "terminate"
    REOPEN = "reopen"


class Taker(StrEnum):
    """Who may take a step, with regard to one task."""

    SECRETARIAT = "secretariat"
    # The liaison of a department that leads or is responsible.
    ANSWERABLE_LIAISON = "answerable_liaison"
    # The liaison of any of the task's departments, supporting ones included.
    ANY_LIAISON = "any_liaison"


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed change of status.

    ``is_report``: the words written with it tell of progress, so they reset the review.
    """

    step: Step
    source: Status
    target: Status
    takers: frozenset[Taker]
    needs_reason: bool
    is_report: bool


_SECRETARIAT = frozenset({Taker.SECRETARIAT})
_ANYONE_AT_WORK = frozenset({Taker.SECRETARIAT, Taker.ANY_LIAISON})
_ANSWERABLE = frozenset({Taker.ANSWERABLE_LIAISON})

TRANSITIONS: tuple[Transition, ...] = (
    Transition(Step.START, Status.NOT_STARTED, Status.IN_PROGRESS, _ANYONE_AT_WORK, False, True),
    Transition(Step.REQUEST_CLOSURE, Status.IN_PROGRESS, Status.CLOSURE_REQUESTED, _ANSWERABLE, True, True),
    Transition(Step.SEND_BACK, Status.CLOSURE_REQUESTED, Status.IN_PROGRESS, _SECRETARIAT, True, False),
    Transition(Step.ACCEPT_CLOSURE, Status.CLOSURE_REQUESTED, Status.CLOSED, _SECRETARIAT, False, True),
    Transition(Step.CLOSE, Status.NOT_STARTED, Status.CLOSED, _SECRETARIAT, True, True),
    Transition(Step.CLOSE, Status.IN_PROGRESS, Status.CLOSED, _SECRETARIAT, True, True),
    Transition(Step.TERMINATE, Status.NOT_STARTED, Status.TERMINATED, _SECRETARIAT, True, False),
    Transition(Step.TERMINATE, Status.IN_PROGRESS, Status.TERMINATED, _SECRETARIAT, True, False),
    Transition(Step.TERMINATE, Status.CLOSURE_REQUESTED, Status.TERMINATED, _SECRETARIAT, True, False),
    Transition(Step.REOPEN, Status.CLOSED, Status.IN_PROGRESS, _SECRETARIAT, True, False),
    Transition(Step.REOPEN, Status.TERMINATED, Status.IN_PROGRESS, _SECRETARIAT, True, False),
)

_BY_ENDS = {(transition.source, transition.target): transition for transition in TRANSITIONS}


def find_transition(source: str, target: str) -> Transition | None:
    """Return the transition from ``source`` to ``target``, or ``None`` where the table has none."""
    return _BY_ENDS.get((source, target))


def transitions_from(source: str, takers: frozenset[Taker] | set[Taker]) -> tuple[Transition, ...]:
    """Return the transitions that one of ``takers`` may make from ``source``, in the table's order."""
    return tuple(t for t in TRANSITIONS if t.source == source and t.takers & takers)
