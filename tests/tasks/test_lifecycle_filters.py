"""The list's parameters about the lifecycle: who is silent, and what became of the suggestions."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict

from meetings.models import Status, Task
from meetings.tasks.filters import InvalidParameterError, filter_tasks
from meetings.tasks.services.outcomes import record_outcome
from meetings.tasks.views.detail import list_department_parts
from tests import factories

from .helpers import act

pytestmark = pytest.mark.django_db


def found(query: str, day: datetime.date) -> set[int]:
    return {task.pk for task in filter_tasks(QueryDict(query), Task.objects.on(day), day)}


def test_who_has_never_reported_is_silent(world):
    assert found("silent=国际部", world.day) == {world.undecided.pk}
    assert world.undecided.pk in found(f"silent={world.technology.pk}", world.day)
    # What has ended waits for nobody's report.
    assert world.closed.pk not in found("silent=技术部", world.day)


def test_silent_is_who_has_not_reported_since_the_last_report_of_any(world):
    before = world.day - datetime.timedelta(days=1)
    factories.progress(world.undecided, on=before, by=world.supporting_liaison)
    assert found("silent=国际部", world.day) == set()
    assert world.undecided.pk in found("silent=技术部", world.day)
    factories.progress(world.undecided, on=world.day, by=world.liaison)
    assert found("silent=国际部", world.day) == {world.undecided.pk}
    assert world.undecided.pk not in found("silent=技术部", world.day)
    # As it was the day before.
    assert found("silent=国际部", before) == set()


def test_the_page_calls_silent_whom_the_list_does(world):
    for on, by in ((1, world.supporting_liaison), (0, world.liaison)):
        factories.progress(world.undecided, on=world.day - datetime.timedelta(days=on), by=by)
        log = list(world.undecided.log.order_by("-effective_on", "-sequence"))
        for part, _entry, is_silent in list_department_parts(world.undecided, log):
            listed = world.undecided.pk in found(f"silent={part.department_id}", world.day)
            assert is_silent == listed, part


def test_outcomes_and_missing_ones(world):
    of = factories.suggestion(world.meeting)
    task = factories.task(of)
    assert task.pk not in found("outcome=missing", world.day)
    factories.move(task, Status.CLOSED, on=world.day)
    assert found("outcome=missing", world.day) == {task.pk}
    act(record_outcome, task, actor=world.secretariat, outcome="planned", reply="已列入规划。")
    assert found("outcome=missing", world.day) == set()
    assert found("outcome=planned&outcome=missing", world.day) == {task.pk}
    assert found("outcome=resolved", world.day) == set()
    assert found("outcome=planned", world.day - datetime.timedelta(days=1)) == set()


@pytest.mark.parametrize("query", ["instruction=closed", "extended=3", "silent=无此部", "outcome=forgotten"])
def test_what_has_no_meaning_is_said(world, query):
    with pytest.raises(InvalidParameterError):
        found(query, world.day)
