"""What programs read: as the pages have it, on any day, by pages that neither skip nor repeat a row."""

from __future__ import annotations

import datetime
import itertools
import time

import pytest
from django.db import OperationalError

from meetings import permissions
from meetings.api.problems import CONTENT_TYPE
from meetings.models import Health, Meeting, Suggestion, Task
from tests import factories

from .conftest import Program, token_of

pytestmark = pytest.mark.django_db


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content.decode()
    return [item["id"] for item in answer.json()["items"]]


def test_a_task_is_told_with_its_parts_its_deadline_and_its_version(world, program):
    task = world.due_soon
    answer = program.read(f"tasks/{task.pk}")
    told = answer.json()
    assert answer["ETag"] == f'"{task.version}"'
    assert answer["Cache-Control"] == "private, no-store"
    assert told["text"] == task.text
    assert told["health"] == "due_soon"
    assert told["deadline"] == {
        "text": task.deadline_text,
        "kind": "dated",
        "precision": task.deadline_precision,
        "due_date": task.due_date.isoformat(),
    }
    assert [part["name"] for part in told["departments"]] == [part.name for part in task.departments.all()]
    assert told["version"] == task.version
    assert told["url"].endswith(f"/tasks/{task.pk}/")


def test_what_has_not_changed_is_not_sent_again(world, program, monkeypatch):
    clock = itertools.count(time.time(), 60)
    monkeypatch.setattr(time, "time", lambda: next(clock))
    for address in ("tasks", "tasks?per_page=2", "meetings", f"tasks/{world.due_soon.pk}/log"):
        before = program.read(address)
        known = {"if-none-match": before["ETag"]}
        again = program.get(f"/api/v1/{address}", headers=known)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", before["ETag"]), address
        assert program.head(f"/api/v1/{address}", headers=known).status_code == 304
    known = {"if-none-match": program.read("tasks")["ETag"]}
    Task.objects.filter(pk=world.due_soon.pk).update(text="改写")
    assert program.get("/api/v1/tasks", headers=known).status_code == 200


def test_a_task_of_the_same_version_is_sent_again_for_its_health_changes_with_the_day(world, program):
    address = f"/api/v1/tasks/{world.due_soon.pk}"
    known = {"if-none-match": program.get(address)["ETag"]}
    assert program.get(address, headers=known).status_code == 200


@pytest.mark.parametrize("health", list(Health))
def test_the_list_has_the_filters_of_the_page(world, program, health):
    found = ids(program.read("tasks", health=health))
    expected = Task.objects.on(world.day).filter(health=health).in_printed_order()
    assert found == [task.pk for task in expected]
    assert found


def test_what_has_no_meaning_is_refused_and_yields_no_rows(world, program):
    for name, value in {
        "health": "purple",
        "heath": "overdue",
        "columns": "text",
        "as_of": "tomorrow",
        "count": "roughly",
        "sort": "colour",
    }.items():
        answer = program.read("tasks", **{name: value})
        assert answer.status_code == 422, name
        assert answer["Content-Type"] == "application/problem+json"
        assert value in answer.json()["detail"] or name in answer.json()["detail"]
    assert program.read("tasks", after="made-up").status_code == 422
    assert program.read("tasks", per_page=201).status_code == 422


def read_through(program, address: str, **params) -> list[int]:
    """Return what all pages hold, in order; nothing is asked for after the last."""
    found: list[int] = []
    after = ""
    while True:
        page = program.read(address, per_page=2, after=after, **params).json()
        assert len(page["items"]) <= 2
        found += [item.get("id", item.get("sequence")) for item in page["items"]]
        if page["next"] is None:
            return found
        after = page["next"]


def test_pages_of_lists_hold_every_row_once(world, program):
    for _number in range(3):
        factories.suggestion(factories.meeting())
    expected = [task.pk for task in Task.objects.on(world.day).in_printed_order()]
    assert read_through(program, "tasks") == expected
    assert sorted(read_through(program, "tasks", sort="-due")) == sorted(expected)
    for address, model in (("meetings", Meeting), ("suggestions", Suggestion)):
        assert read_through(program, address) == list(model.objects.order_by("pk").values_list("pk", flat=True))


def test_suggestions_are_told_with_who_made_them_and_what_became_of_them(world, program):
    suggestion = world.overdue.suggestion
    told = program.read(f"suggestions/{suggestion.pk}").json()
    assert told["health"] == "overdue"
    assert [source["id"] for source in told["sources"]] == [
        source.person_id for source in suggestion.suggestion_sources.all()
    ]
    other = factories.suggestion(factories.meeting())
    found = program.read("suggestions", meeting=other.meeting_id)
    assert ids(found) == [other.pk]
    assert found.json()["items"][0]["health"] is None


def test_the_log_tells_what_was_done_up_to_a_day(world, program):
    task = world.due_soon
    entry = factories.progress(task, on=world.day, note="已完成调研。")
    log = program.read(f"tasks/{task.pk}/log").json()["items"]
    assert [each["sequence"] for each in log] == list(range(1, entry.sequence + 1))
    assert log[-1]["note"] == "已完成调研。"
    assert read_through(program, f"tasks/{task.pk}/log") == [each["sequence"] for each in log]
    before = entry.effective_on - datetime.timedelta(days=1)
    earlier = program.read(f"tasks/{task.pk}/log", as_of=before.isoformat()).json()["items"]
    assert earlier == [each for each in log if each["effective_on"] <= before.isoformat()]


def test_every_day_is_told_as_the_pages_tell_it(meeting_81):
    program = Program(token_of(factories.account()))
    numbers = {}
    for day in ("2023-12-31", "2024-01-01", "2024-02-09"):
        page = program.read("tasks", as_of=day, meeting=meeting_81.pk, health=["overdue", "review_missed"]).json()
        numbers[day] = page["count"]
    assert numbers == {"2023-12-31": 0, "2024-01-01": 7, "2024-02-09": 15}


def test_what_was_not_known_on_a_day_is_not_told(world, program):
    task, day = world.due_soon, world.day - datetime.timedelta(days=1)
    factories.progress(task, on=world.day, note="今天才知道。")
    known = program.read(f"tasks/{task.pk}/log", known_on=day.isoformat())
    assert "今天才知道" not in str(known.json())
    assert "今天才知道" in str(program.read(f"tasks/{task.pk}/log").json())
    assert program.read("tasks", known_on=day.isoformat(), as_of=world.day.isoformat()).status_code == 422


def test_what_fails_before_any_view_is_a_problem_too(world, program, monkeypatch):
    clock = itertools.count(time.time(), 60)
    monkeypatch.setattr(time, "time", lambda: next(clock))
    answer = program.get("/api/v1/tasks", headers={"host": "elsewhere.example"})
    assert answer["Content-Type"] == CONTENT_TYPE
    answer = program.get("/api/v1/tasks?q=%00")
    assert (answer["Content-Type"], int(answer["Content-Length"])) == (CONTENT_TYPE, len(answer.content))

    def find_token(_secret: str) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(permissions, "find_token", find_token)
    program.raise_request_exception = False
    answer = program.read("tasks")
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, CONTENT_TYPE, "10")
    assert answer.json()["title"] == "台账暂时无法响应"


def test_heads_are_told_of_all_that_can_be_read(world, program):
    for address in ("tasks", f"tasks/{world.due_soon.pk}", "openapi.json"):
        answer = program.head(f"/api/v1/{address}")
        assert (answer.status_code, answer.content) == (200, b""), address
    assert program.head(f"/api/v1/tasks/{world.due_soon.pk}")["ETag"]
    assert program.head(f"/api/v1/tasks/{world.due_soon.pk}/comment").status_code == 405


def test_what_is_not_there_is_a_problem_of_its_own_kind(world, program):
    for address in ("tasks/999999", "meetings/999999", "suggestions/999999", "tasks/999999/log", "nothing", "tasks/x"):
        answer = program.read(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), address
        assert answer.json()["title"] == "此处没有所请求的内容"
    assert program.delete(f"/api/v1/tasks/{world.due_soon.pk}").status_code == 405
    for sent in ({"content_type": "application/json"}, {"content_type": "text/plain"}, {}):
        assert program.post("/api/v1/tasks", "{}" if sent else None, **sent).status_code == 405
    assert program.read("tasks/9999999999999999999999").status_code == 422
