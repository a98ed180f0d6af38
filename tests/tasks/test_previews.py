"""What the preview of a batch shows is what the log has afterwards."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.models import Batch, DepartmentRole, ExtensionRequest, Language, Status, Task
from tests import factories
from tests.depth import examples

from .previews import changes_of, happened, shown, shown_undoing

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

forms = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["", "", Status.IN_PROGRESS, Status.CLOSURE_REQUESTED, "closed", "terminated"]),
        "note": st.sampled_from(["", "已完成初稿。", "因经费未落实，尚未启动。"]),
        "days_ago": st.sampled_from([0, 0, 3, 40]),
        "review_in": st.sampled_from([None, None, 30]),
        "department": st.sampled_from([None, "office", "international"]),
    }
)


def preview(client: Client, said: dict, *tasks: Task) -> tuple[list[str], list[str]]:
    selected = " ".join(f"{task.pk}:{task.version}" for task in tasks)
    page = client.post("/tasks/batch/", {"selected": selected, **said, "step": "preview"})
    return shown(page.content.decode())


def run(client: Client, said: dict, *tasks: Task) -> None:
    selected = " ".join(f"{task.pk}:{task.version}" for task in tasks)
    client.post("/tasks/batch/", {"selected": selected, **said, "step": "run"})


@pytest.mark.deep
@pytest.mark.long
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=forms)
def test_what_the_preview_shows_is_what_the_log_has(world, client, form):
    client.force_login(world.secretariat)
    said = {
        "status": form["status"],
        "note": form["note"],
        "effective_on": (world.day - datetime.timedelta(days=form["days_ago"])).isoformat(),
        "department_role": DepartmentRole.RESPONSIBLE,
    }
    if form["review_in"]:
        said["next_review"] = (world.day + datetime.timedelta(days=form["review_in"])).isoformat()
    if form["department"]:
        said["place_department"] = getattr(world, form["department"]).pk
    tasks = list(Task.objects.all())
    with transaction.atomic():
        seen = preview(client, said, *tasks)
        run(client, said, *tasks)
        batch = Batch.objects.first()
        assert seen == (happened(batch.entries.all(), tasks, Language.CHINESE) if batch else ([], []))
        if batch:
            undoing = shown_undoing(client.get(f"/batches/{batch.pk}/").content.decode())
            client.post(f"/batches/{batch.pk}/undo/")
            assert undoing == changes_of(batch.undone_by.entries.all(), Language.CHINESE)
        transaction.set_rollback(True)


def test_that_a_request_for_a_later_deadline_lapses_is_shown(world, client):
    client.force_login(world.secretariat)
    factories.extension_request(world.overdue)
    world.overdue.refresh_from_db()
    said = {"status": "terminated", "note": "不再办理。", "effective_on": world.day.isoformat()}
    _entries, consequences = preview(client, said, world.overdue)
    asked = ExtensionRequest.objects.get()
    assert any(asked.deadline_text in consequence for consequence in consequences)
    run(client, said, world.overdue)
    asked.refresh_from_db()
    assert asked.status == "lapsed"


def test_that_progress_starts_a_task_is_said_where_it_is_written(world, client):
    client.force_login(world.liaison)
    sentence = "填报进展即启动任务"
    assert sentence in client.get(f"/tasks/{world.overdue.pk}/").content.decode()
    assert sentence not in client.get(f"/tasks/{world.on_track.pk}/").content.decode()
