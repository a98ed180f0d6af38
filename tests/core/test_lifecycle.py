"""Which statuses are ends is said by the transitions, and asked by everybody else."""

from __future__ import annotations

import re
from pathlib import Path

import meetings
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES, TRANSITIONS, Status, Step

_END = r"(?:Status\.(?:CLOSED|TERMINATED)\b(?:\.value)?|\"(?:closed|terminated)\")"
LISTED = re.compile(rf"{_END}, *{_END}")


def test_every_status_is_open_or_ended_as_the_transitions_say():
    assert {Status.CLOSED, Status.TERMINATED} == ENDED_STATUSES
    assert set(Status) == OPEN_STATUSES | ENDED_STATUSES
    assert not OPEN_STATUSES & ENDED_STATUSES
    for transition in TRANSITIONS:
        assert (transition.source in ENDED_STATUSES) == (transition.step is Step.REOPEN)


def test_no_other_file_lists_the_end_states():
    rooms = Path(meetings.__file__).parent
    product = [path for path in rooms.rglob("*.py") if "migrations" not in path.parts]
    assert len(product) > 100
    assert [str(path.relative_to(rooms)) for path in product if LISTED.search(path.read_text(encoding="utf-8"))] == []
