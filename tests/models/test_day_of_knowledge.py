"""The register as known on a day equals a copy that was made on that day."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress
from unittest import mock

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st

from meetings.core.lifecycle import ENDED_STATUSES
from meetings.errors import ServiceError
from meetings.models import (
    Account,
    Batch,
    Evidence,
    ExtensionRequest,
    Instruction,
    Meeting,
    Outcome,
    Role,
    Status,
    SuggestionOutcome,
    Task,
    TaskLog,
)
from meetings.models.day_of_knowledge import known_on
from meetings.tasks.services.back_dating import consent_to_back_dating, refuse_back_dating
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.extensions import grant_extension, refuse_extension, request_extension
from meetings.tasks.services.instructions import answer_instruction
from meetings.tasks.services.outcomes import record_outcome
from tests import factories
from tests.depth import examples

pytestmark = pytest.mark.django_db

ISSUED = datetime.date(2023, 11, 8)
MONTH = datetime.timedelta(days=30)
# What lists, counts and papers read of a task on a day.
COLUMNS = (
    *("pk", "day_status", "day_closed_on", "day_due_date", "day_deadline_kind", "day_next_due", "day_next_review"),
    *("day_extension_count", "day_extension_days", "day_milestones", "day_review_interval_months", "health"),
    *("last_report_on", "day_last_report_id", "day_outcome"),
)


def at(day: datetime.date):
    moment = datetime.datetime.combine(day, datetime.time(23, 59, 59), timezone.get_default_timezone())
    return mock.patch.object(timezone, "now", return_value=moment)


def copy_of(day: datetime.date) -> dict[str, list]:
    """Return what the register says of ``day``, by everything that is read of a day."""
    tasks = list(Task.objects.on(day).with_outcome(day).with_department_reports(day).order_by("pk"))
    return {
        "tasks": [tuple(getattr(task, name) for name in COLUMNS) for task in tasks],
        "reports": [(task.pk, [entry.pk for entry in task.department_reports]) for task in tasks],
        "log": list(TaskLog.objects.standing().filter(effective_on__lte=day).order_by("pk").values_list("pk", "note")),
        "requests": list(ExtensionRequest.objects.open_on(day).order_by("pk").values_list("pk")),
        "decisions": list(ExtensionRequest.objects.order_by("pk").values_list("pk", "status", "decided")),
        "instructions": list(Instruction.objects.open_on(day).order_by("pk").values_list("pk")),
        "evidence": list(Evidence.objects.not_deleted().order_by("pk").values_list("pk")),
        "meetings": list(Meeting.objects.order_by("pk").values_list("pk")),
        "recorded outcomes": list(
            SuggestionOutcome.objects.on(day)
            .order_by("pk")
            .values_list("pk", "day_outcome", "day_reply", "day_recorded_on")
        ),
    }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "progress",
                "status",
                "batch",
                "undo",
                "ask",
                "grant",
                "refuse",
                "instruct",
                "answer",
                "file",
                "enter",
                "claim",
                "claim many",
                "consent",
                "decline",
                "outcome",
            ]
        ),
        st.integers(0, 3),
        st.integers(0, 200),
        st.sampled_from(Status.values),
        # How many days pass before the next.
        st.integers(0, 40),
    ),
    min_size=3,
    max_size=14,
)


def undo_first_batch(staff: Account) -> None:
    for batch in Batch.objects.filter(undoes=None, undone_by=None)[:1]:
        undo_batch(batch_id=batch.pk, actor=staff)


def answer_first_instruction(staff: Account, on: datetime.date) -> None:
    for instruction in Instruction.objects.filter(answer=None).select_related("task")[:1]:
        said = {"effective_on": max(on, instruction.given_on), "note": "已办。"}
        answer_instruction(instruction_id=instruction.pk, version=instruction.task.version, actor=staff, **said)


def record_an_outcome(task: Task, staff: Account, back: int) -> None:
    """Close what is open of the suggestion, and record one of the outcomes with one of three replies."""
    for sibling in Task.objects.standing().filter(suggestion=task.suggestion_id).exclude(status__in=ENDED_STATUSES):
        factories.move(sibling, Status.CLOSED, on=timezone.localdate())
    said = {"outcome": Outcome.values[back % len(Outcome.values)], "reply": f"答复{back % 3}。"}
    factories.act(record_outcome, task, staff, **said)


def liaison() -> Account:
    known = Account.objects.filter(username="技术部联络员").first()
    department = factories.department("技术部")
    return known or factories.account(Role.LIAISON, username="技术部联络员", departments=[department])


def take(step: str, which: int, back: int, status: str, today: datetime.date) -> None:
    """Do one thing about one of the tasks, effective ``back`` days ago."""
    tasks = list(Task.objects.order_by("pk"))
    task, staff = tasks[which % len(tasks)], factories.secretariat()
    on = max(today - datetime.timedelta(days=back), ISSUED)
    asked = {"reason": "待批复。", "progress": "已办一半。", "deadline_text": "2026.12", "effective_on": on}
    steps: dict[str, Callable[[], object]] = {
        "progress": lambda: factories.progress(task, f"进展{back}。", on=on),
        "status": lambda: factories.move(task, status, on=on),
        "batch": lambda: factories.batch(task, note=f"批量{back}。", effective_on=on),
        "undo": lambda: undo_first_batch(staff),
        "ask": lambda: factories.act(request_extension, task, staff, **asked),
        "grant": lambda: factories.act(grant_extension, task, staff, reason="同意。", effective_on=on),
        "refuse": lambda: factories.act(refuse_extension, task, staff, reason="不同意。", effective_on=on),
        "instruct": lambda: factories.instruction(task, factories.person()),
        "answer": lambda: answer_first_instruction(staff, on),
        "claim": lambda: factories.progress(task, f"补录{back}。", on=on, by=liaison()),
        "claim many": lambda: factories.batch(*tasks[:2], by=liaison(), note=f"补录{back}。", effective_on=on),
        "consent": lambda: factories.act(consent_to_back_dating, task, staff),
        "decline": lambda: factories.act(refuse_back_dating, task, staff, reason="没有依据。"),
        "file": lambda: factories.evidence(task),
        "outcome": lambda: record_an_outcome(task, staff, back),
        "enter": lambda: factories.task(task.suggestion if back % 2 else factories.suggestion(), deadline="持续跟踪"),
    }
    steps[step]()


@pytest.mark.long
@settings(
    max_examples=examples(8),
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
# What is undone, and what is consented to, is found by chance too seldom.
@example(steps=[("batch", 1, 0, "", 20), ("undo", 0, 0, "", 5), ("progress", 0, 30, "", 1)])
@example(
    steps=[("progress", 0, 0, "", 90), ("claim many", 0, 60, "", 3), ("consent", 0, 0, "", 3), ("undo", 0, 0, "", 1)]
)
@example(steps=[("instruct", 0, 0, "", 9), ("answer", 0, 0, "", 9), ("ask", 0, 0, "", 9), ("grant", 0, 0, "", 9)])
@example(steps=[("outcome", 0, 0, "", 20), ("outcome", 0, 1, "", 9), ("outcome", 0, 5, "", 9), ("enter", 0, 1, "", 9)])
def test_the_register_as_known_on_a_day_equals_a_copy_made_on_that_day(db, steps):
    with override_settings(BACK_DATING_DAYS=10), transaction.atomic():
        play(steps)
        transaction.set_rollback(True)


def play(steps: list[tuple]) -> None:
    """Take the ``steps`` with a copy of the register after each; at the end compare what is known of those days."""
    today, copies = ISSUED, {}
    with at(today):
        of = factories.suggestion(factories.meeting(issued_on=ISSUED))
        for deadline in ("2023.12", "持续跟踪", "2024.6"):
            factories.task(of, deadline=deadline)
    for *step, pause in [*steps, ("progress", 0, 0, "", 1)]:
        with at(today):
            with suppress(ServiceError):
                take(*step, today)
            days = {today, max(today - MONTH, ISSUED), max(today - 4 * MONTH, ISSUED)}
            # Of one day the last copy counts.
            copies[today] = {day: copy_of(day) for day in days}
        today += datetime.timedelta(days=pause)
    with at(today + MONTH):
        now = copy_of(today)
        for known, of_days in copies.items():
            with known_on(known):
                for day, copy in of_days.items():
                    assert copy_of(day) == copy, (known, day)
        assert copy_of(today) == now
