"""What programs do: by the verbs, permissions and versions of the pages."""

from __future__ import annotations

import datetime

import pytest

from meetings.api.service import describe_api
from meetings.models import MAX_TEXT_LENGTH, ExtensionRequest, Status, TaskLog
from tests import factories
from tests.access_matrix import ADMINISTRATOR, ELSEWHERE, LEADER, READER, RESPONSIBLE, ROWS, SECRETARIAT, SUPPORTING

from .conftest import Program, token_of

pytestmark = pytest.mark.django_db


def test_progress_is_recorded_once_for_a_version(world, program):
    task = world.due_soon
    answer = program.send(f"tasks/{task.pk}/progress", {"note": "已完成调研。"}, task.version)
    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["version"] == task.version + 1
    assert answer["ETag"] == f'"{task.version + 1}"'
    entry = TaskLog.objects.filter(task=task).latest("sequence")
    assert (entry.note, entry.actor, entry.effective_on) == ("已完成调研。", world.secretariat, world.day)

    late = program.send(f"tasks/{task.pk}/progress", {"note": "晚了。"}, task.version)
    assert late.status_code == 412
    assert late.json()["version"] == task.version + 1
    assert [each["note"] for each in late.json()["newer_entries"]] == ["已完成调研。"]
    assert not TaskLog.objects.filter(note="晚了。").exists()


@pytest.mark.parametrize(("sent", "status"), [(None, 428), ("*", 400), ("x", 400), ('W/"{version}"', 200)])
@pytest.mark.same_on_both
def test_a_change_names_the_version_that_was_read(world, program, sent, status):
    task = world.due_soon
    headers = {} if sent is None else {"if-match": sent.format(version=task.version)}
    address = f"/api/v1/tasks/{task.pk}/comment"
    answer = program.post(address, {"text": "请注意。"}, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content.decode()


def test_closure_is_asked_for_and_decided(world, program):
    task = factories.task(departments=[(world.technology, "responsible")])
    factories.move(task, Status.IN_PROGRESS, on=world.day)
    liaison = Program(token_of(world.liaison))
    asked = liaison.send(f"tasks/{task.pk}/request-closure", {"note": "已全部完成。"}, task.version)
    assert asked.status_code == 200, asked.content.decode()
    assert asked.json()["status"] == "closure_requested"
    version = asked.json()["version"]
    in_vain = program.send(f"tasks/{task.pk}/decide-closure", {"decision": "refuse"}, version)
    assert in_vain.status_code == 422
    assert in_vain.json()["errors"][0]["field"] == "note"
    closed = program.send(f"tasks/{task.pk}/decide-closure", {"decision": "accept"}, version)
    assert closed.json()["status"] == "closed", closed.content.decode()


def test_a_later_deadline_is_asked_for_once_its_reading_was_seen(world, program):
    task, liaison = world.due_soon, Program(token_of(world.liaison))
    year = world.day.year + 2
    body = {"deadline_text": f"{year}年6月底前", "reason": "需要招标。", "progress": "方案已定。"}
    seen = liaison.send(f"tasks/{task.pk}/ask-extension", body, task.version)
    assert (seen.status_code, seen.json()["understood"]) == (422, f"{year}-06-30")
    body["understood"] = seen.json()["understood"]
    asked = liaison.send(f"tasks/{task.pk}/ask-extension", body, task.version)
    assert asked.status_code == 200, asked.content.decode()
    assert ExtensionRequest.objects.get().due_date == datetime.date(year, 6, 30)
    granted = program.send(
        f"tasks/{task.pk}/decide-extension", {"decision": "accept", "note": "同意。"}, asked.json()["version"]
    )
    assert granted.json()["deadline"]["due_date"] == f"{year}-06-30"
    assert granted.json()["extension_count"] == 1


def test_what_a_form_does_not_have_for_this_task_is_refused(world, program):
    task = world.due_soon
    dated = program.send(f"tasks/{task.pk}/progress", {"next_review": world.day.isoformat()}, task.version)
    assert [error["field"] for error in dated.json()["errors"]] == ["next_review"]
    too_long = "x" * (MAX_TEXT_LENGTH + 1)
    wrong = (5, ["x"], "\x00", "\ud800", too_long)
    for body in ({}, {"text": "x", "surplus": 1}, *({"text": text} for text in wrong)):
        answer = program.send(f"tasks/{task.pk}/comment", body, task.version)
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json"), body
    broken = program.post(
        f"/api/v1/tasks/{task.pk}/comment", "{", content_type="application/json", headers={"if-match": '"1"'}
    )
    assert broken.status_code == 400
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"):
        form = program.post(f"/api/v1/tasks/{task.pk}/comment", "text=x", content_type=kind)
        assert (form.status_code, form["Content-Type"]) == (415, "application/problem+json"), kind


# Files are for pages.
NOT_HERE = ("add-evidence", "delete-evidence", "destroy")
OF_PAGES = {
    row.address.split("/")[3]: row.get
    for row in ROWS
    if row.name == "task_action" and row.address.startswith("/tasks/{task}/")
}
ACTIONS = sorted(set(OF_PAGES) - set(NOT_HERE))


def body_of(action: str) -> dict[str, object]:
    """Return a body with what ``action`` needs at least."""
    schema = describe_api()["components"]["schemas"][f"{action.title().replace('-', '')}Body"]
    values = {name: schema["properties"][name] for name in schema.get("required", [])}
    return {
        name: value["enum"][0] if "enum" in value else {"integer": 1, "string": "x"}[value["type"]]
        for name, value in values.items()
    }


def test_there_is_a_verb_for_each_action_of_the_page_but_those_of_files():
    described = {path.rpartition("/")[2] for path, does in describe_api()["paths"].items() if "post" in does}
    assert described == {*ACTIONS, "progress"}


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("role", [READER, ELSEWHERE, SUPPORTING, RESPONSIBLE, LEADER, SECRETARIAT, ADMINISTRATOR])
def test_each_role_may_what_it_may_on_the_page(world, role):
    accounts = {
        READER: world.reader,
        ELSEWHERE: world.other_liaison,
        SUPPORTING: world.supporting_liaison,
        RESPONSIBLE: world.liaison,
        LEADER: world.leader,
        SECRETARIAT: world.secretariat,
        ADMINISTRATOR: world.administrator,
    }
    program, task = Program(token_of(accounts[role])), world.undecided
    # Who may is told that version 0 is an old one, or that there is no such instruction; who may not, comes not so far.
    found = {action: program.send(f"tasks/{task.pk}/{action}", body_of(action), 0).status_code for action in ACTIONS}
    of_instructions = dict.fromkeys(("answer", "withdraw"), 404)
    assert found == {
        action: 403 if OF_PAGES[action][role] == 403 else of_instructions.get(action, 412) for action in ACTIONS
    }
