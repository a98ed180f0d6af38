"""The small world is what it says it is; all other tests stand on it."""

import datetime

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from meetings.models import Task, TaskLog, TaskState

from . import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [None, datetime.date(2024, 2, 29)])
@pytest.mark.same_on_both
def test_each_task_of_the_small_world_has_the_health_it_is_named_after(day):
    world = factories.small_world(day)
    found = {task.pk: task.health for task in Task.objects.on(world.day)}
    assert found == {task.pk: health for health, task in world.tasks.items()}


def test_a_raw_entry_keeps_log_intervals_and_task_in_line():
    task = factories.task(deadline="2023.12")
    later = {"text": "2024.6", "kind": "dated", "precision": "month", "due_date": "2024-06-30"}
    factories.entry(
        task,
        effective_on=datetime.date(2023, 12, 20),
        changes={
            "deadline": {"old": {"text": "2023.12"}, "new": later},
            "extension": {"old": {"count": 0, "days": 0}, "new": {"count": 1, "days": 182}},
        },
    )
    assert (task.due_date, task.extension_count, task.version) == (datetime.date(2024, 6, 30), 1, 2)
    assert TaskLog.objects.filter(task=task).count() == TaskState.objects.filter(task=task).count() == 2


def test_a_world_that_is_put_back_is_the_one_that_was_made():
    def rows() -> list:
        models = apps.get_app_config("meetings").get_models(include_auto_created=True)
        moments = {"recorded_at", "date_joined", "uploaded_at", "made_at", "hash"}
        return [
            (
                model.__name__,
                [
                    {k: v for k, v in row.items() if k not in moments}
                    for row in model._base_manager.order_by("pk").values()
                ],
            )
            for model in models
        ]

    with transaction.atomic():
        made, rows_made = factories.small_world(), rows()
        transaction.set_rollback(True)
    # The first time by its rows, from then on by the statements that wrote them.
    recorded_at = []
    for _time in range(3):
        with transaction.atomic():
            put_back = factories.small_world()
            assert rows() == rows_made
            assert put_back == made
            assert put_back.overdue is not made.overdue
            # What was recorded in the making is chained anew.
            call_command("verify_register")
            recorded_at += [put_back.overdue.log.first().recorded_at]
            transaction.set_rollback(True)
    assert recorded_at == sorted(set(recorded_at))
    assert len(recorded_at) == 3
    put_back = factories.small_world()
    # And what comes after it gets keys of its own.
    assert factories.task().pk not in {task.pk for task in put_back.tasks.values()}
