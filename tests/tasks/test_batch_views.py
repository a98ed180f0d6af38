"""Changing tasks in the list: selecting, the preview, the run, undoing; one row's status where it stands."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import Batch, Department, DepartmentRole, Person, Status, Task, TaskLog
from tests import factories
from tests.helpers import compact_html

from .batch_pages import browser, form_values, hidden, select

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.long
def test_rows_are_selected_previewed_changed_and_undone(world):
    client = browser(world.secretariat)
    listed = client.get("/tasks/").content.decode()
    assert listed.count('name="task"') == 7
    page = select(client, world.overdue, world.due_soon, world.closed)
    said = form_values(page, status="terminated", note="不再办理。", next="/tasks/?status=closed")

    previewed = client.post("/tasks/batch/", {**said, "step": "preview"})
    text = previewed.content.decode()
    assert "2 tasks will change" in text
    assert "1 task cannot" in text
    assert "A task that is “Closed” cannot become “Terminated”." in text
    assert not Batch.objects.exists()

    run = client.post("/tasks/batch/", {**said, "step": "run"}, follow=True)
    assert run.redirect_chain[-1][0] == "/tasks/?status=closed"
    text = run.content.decode()
    batch = Batch.objects.get()
    assert "2 tasks were changed. They are “Terminated” now." in text
    assert "1 task was left as it is" in text
    assert f'action="/batches/{batch.pk}/undo/"' in text
    assert set(Task.objects.filter(status="terminated")) == {world.overdue, world.due_soon, world.terminated}

    undone = client.post(f"/batches/{batch.pk}/undo/", {"next": "/tasks/"}, follow=True)
    assert "Undone: 2 tasks are as they were before." in undone.content.decode()
    assert set(Task.objects.filter(status="terminated")) == {world.terminated}


def test_all_that_the_filter_finds_are_selected_without_a_box_each(world):
    client = browser(world.secretariat)
    response = client.post(
        "/tasks/batch/", {"all": "1", "query": "status=not_started&page=2&sort=due&per_page=1", "next": "/tasks/"}
    )
    found = Task.objects.filter(status="not_started")
    chosen = {int(pair.split(":")[0]) for pair in hidden(response.content.decode(), "selected").split()}
    assert chosen == set(found.values_list("pk", flat=True))


@pytest.mark.long
def test_the_bar_offers_all_only_where_there_are_more_than_on_the_page(world):
    client = browser(world.secretariat)
    assert "data-select-all" not in client.get("/tasks/").content.decode()
    assert "All 7 tasks found, on every page" in client.get("/tasks/?per_page=2").content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"task": ["999999"]},
        {"task": ["x", "-1", "9" * 30]},
        {"all": "1", "query": "health=purple"},
        {"all": "1", "query": "q=没有这样的任务"},
    ],
)
def test_a_selection_of_nothing_is_said_in_the_list(world, sent):
    response = browser(world.secretariat).post("/tasks/batch/", {**sent, "next": "/tasks/?q=1"}, follow=True)
    assert response.redirect_chain[-1][0] == "/tasks/?q=1"
    assert 'role="alert"' in response.content.decode()


def test_more_than_may_be_changed_at_once_is_said_in_the_list(world, monkeypatch):
    monkeypatch.setattr("meetings.tasks.services.batch.MAX_ROWS", 3)
    response = browser(world.secretariat).post("/tasks/batch/", {"all": "1", "next": "/tasks/"}, follow=True)
    assert "At most 3 tasks at a time." in response.content.decode()
    assert Task.objects.on(timezone.localdate()).count() > 3
    page = select(browser(world.secretariat), world.overdue, world.due_soon, world.on_track)
    assert "At most 3 tasks at a time." not in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Say what is to be changed."),
        ({"status": "terminated"}, "Say why the task becomes “Terminated”."),
        ({"status": "finished"}, "Select a valid choice."),
        ({"note": "进展。", "effective_on": "tomorrow"}, "This is not a day."),
        ({"place_leader": "{leader}"}, "Say why."),
        ({"note": "进展。", "selected": "1:1,2:2"}, "Select them in the list again."),
        ({"note": "进展。", "selected": ""}, "Select them in the list again."),
        ({"note": "进展。", "selected": "999999:1"}, "is not in the register"),
    ],
)
def test_what_was_forgotten_comes_back_with_all_that_was_typed(world, said, sentence):
    client = browser(world.secretariat)
    page = select(client, world.overdue, world.due_soon)
    said = {name: value.format(leader=world.supervisor.pk) for name, value in said.items()}
    sent = {**form_values(page), "step": "preview", **said}
    response = client.post("/tasks/batch/", sent)
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert sent.get("note", "") in text


def test_a_row_changed_since_the_preview_is_named_and_the_others_are_changed(world):
    client = browser(world.secretariat)
    said = form_values(select(client, world.overdue, world.due_soon), note="统一更新。", next="/tasks/")
    factories.progress(world.overdue, on=world.day)
    text = client.post("/tasks/batch/", {**said, "step": "run"}, follow=True).content.decode()
    assert "1 task was changed." in text
    assert "It was changed meanwhile." in text
    assert world.overdue.text in text


def test_sending_the_same_twice_changes_nothing_twice(world):
    client = browser(world.secretariat)
    said = {**form_values(select(client, world.overdue), note="统一更新。", next="/tasks/"), "step": "run"}
    client.post("/tasks/batch/", said)
    entries = TaskLog.objects.count()
    again = client.post("/tasks/batch/", said, follow=True)
    assert "This was done already" in again.content.decode()
    assert (TaskLog.objects.count(), Batch.objects.count()) == (entries, 1)


def test_a_batch_in_which_nothing_can_change_any_more_says_so_beside_each_row(world):
    client = browser(world.secretariat)
    said = form_values(select(client, world.overdue), note="统一更新。")
    factories.progress(world.overdue, on=world.day)
    response = client.post("/tasks/batch/", {**said, "step": "run"})
    assert response.status_code == 409
    assert "It was changed meanwhile." in response.content.decode()


def test_departments_leaders_and_the_review_are_set_for_many(world):
    client = browser(world.secretariat)
    quality, li = Department.objects.create(name="质量部"), Person.objects.create(name="李四")
    page = select(client, world.review_missed, world.undecided, act="department")
    assert "国际部" in page
    said = form_values(
        page,
        note="职责调整。",
        place_department=quality.pk,
        department_role="supporting",
        instead_of_department="",
        place_leader=li.pk,
        instead_of_leader=world.supervisor.pk,
    )
    text = client.post("/tasks/batch/", {**said, "step": "preview"}).content.decode()
    assert "1 task will change" in text
    assert "肖良 has no part in it." in text
    client.post("/tasks/batch/", {**said, "step": "run"})
    parts = world.undecided.task_departments.values_list("department__name", "role")
    assert list(parts)[-1] == ("质量部", DepartmentRole.SUPPORTING)
    assert [person.name for person in world.undecided.leaders.order_by("task_leaders__position")] == ["李四", "张朝华"]


def test_a_liaison_selects_own_tasks_alone_and_is_offered_what_liaisons_do(world):
    client = browser(world.liaison)
    listed = client.get("/tasks/").content.decode()
    assert listed.count('name="task"') == 6
    page = select(client, world.overdue, world.review_missed)
    assert 'name="place_leader"' not in page
    assert "Terminated" not in re.search(r"<select name=\"status\".*?</select>", page, re.S)[0]
    text = client.post("/tasks/batch/", {**form_values(page, note="进展。"), "step": "preview"}).content.decode()
    assert "1 task will change" in text
    assert "1 task cannot" in text


def test_a_reader_sees_no_boxes_and_opens_no_status(world):
    for account in (world.reader, world.leader, world.administrator):
        text = browser(account).get("/tasks/").content.decode()
        assert 'name="task"' not in text
        assert 'class="row-status"' not in text
        assert 'id="batch"' not in text
    past = browser(world.secretariat).get(f"/tasks/?as_of={world.day.replace(year=world.day.year)}").content.decode()
    assert 'name="task"' in past


def test_a_list_of_the_past_offers_no_changes(world):
    yesterday = world.day - timezone.timedelta(days=1)
    text = browser(world.secretariat).get(f"/tasks/?as_of={yesterday}").content.decode()
    assert 'name="task"' not in text
    assert 'class="row-status"' not in text


# --- one row, where it stands ---------------------------------------------------------------------


def test_a_status_is_changed_in_the_row_and_undone(world):
    client = browser(world.secretariat)
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/tasks/?status=not_started"}
    form = client.get(f"/tasks/{world.overdue.pk}/status/?next=/tasks/", headers=htmx)
    assert form["HX-Retarget"] == f"#task-{world.overdue.pk} .row-status"
    assert "<html" not in form.content.decode()
    sent = {
        "version": "1",
        "status": "closed",
        "status_was": "not_started",
        "note": "已完成。",
        "effective_on": world.day.isoformat(),
        "next": "/tasks/?columns=text,status",
    }
    text = client.post(f"/tasks/{world.overdue.pk}/status/", sent, headers=htmx).content.decode()
    assert text.strip().startswith(f'<tr id="task-{world.overdue.pk}"') or f'id="task-{world.overdue.pk}"' in text
    assert text.count("<td") == 3
    assert "Closed" in text
    batch = Batch.objects.get()
    assert f'action="/batches/{batch.pk}/undo/"' in text
    assert 'value="/tasks/?status=not_started"' in text
    client.post(f"/batches/{batch.pk}/undo/")
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.NOT_STARTED


def test_without_scripts_the_status_has_a_page_that_leads_back_to_the_row(world):
    client = browser(world.secretariat)
    text = client.get(f"/tasks/{world.overdue.pk}/status/?next=/tasks/%3Fq%3D1").content.decode()
    assert "<h1>" in text
    sent = {"version": "1", "status": "closed", "note": "已完成。", "effective_on": world.day.isoformat()}
    response = client.post(f"/tasks/{world.overdue.pk}/status/", {**sent, "next": "/tasks/?q=1"})
    assert response["Location"] == f"/tasks/?q=1#task-{world.overdue.pk}"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_in_the_row_too_a_missing_reason_and_a_newer_version_come_back_with_what_was_typed(world, headers):
    client = browser(world.secretariat)
    sent = {"version": "1", "status": "closed", "status_was": "not_started", "effective_on": world.day.isoformat()}
    address = f"/tasks/{world.overdue.pk}/status/"
    response = client.post(address, sent, headers=headers)
    assert response.status_code == 422
    assert "Say why the task becomes “Closed”." in response.content.decode()
    factories.progress(world.overdue, "别人的进展。", on=world.day)
    response = client.post(address, {**sent, "note": "我的理由。"}, headers=headers)
    text = response.content.decode()
    assert response.status_code == 409
    assert "别人的进展。" in text
    assert "我的理由。" in text
    assert 'value="2"' in text


# --- the batches ----------------------------------------------------------------------------------


@pytest.mark.long
def test_batches_are_listed_with_what_they_did_and_their_tasks(world):
    client = browser(world.secretariat)
    said = {**form_values(select(client, world.overdue, world.due_soon), note="统一更新。"), "step": "run"}
    client.post("/tasks/batch/", said)
    batch = Batch.objects.get()

    listed = browser(world.reader).get("/batches/").content.decode()
    assert "统一更新。" in listed
    assert "/undo/" not in listed
    assert f'action="/batches/{batch.pk}/undo/"' in client.get("/batches/").content.decode()
    shown = client.get(f"/batches/{batch.pk}/").content.decode()
    assert world.overdue.text in shown
    assert world.due_soon.text in shown
    log = client.get(f"/tasks/{world.overdue.pk}/").content.decode()
    assert f'href="/batches/{batch.pk}/"' in log

    for task in (world.overdue, world.due_soon):
        factories.progress(task, on=world.day)
    listed = client.get("/batches/").content.decode()
    assert "2 tasks were changed since" in listed
    assert "Undo the other" not in listed
    assert "cannot be undone any more" in client.get(f"/batches/{batch.pk}/").content.decode()
    refused = client.post(f"/batches/{batch.pk}/undo/", follow=True).content.decode()
    assert "cannot be undone any more" in refused


@pytest.mark.long
def test_a_batch_is_undone_for_the_tasks_nobody_touched_since_and_says_of_which_it_stands(world):
    client = browser(world.secretariat)
    tasks = (world.overdue, world.due_soon, world.undecided)
    batch = factories.batch(*tasks, by=world.secretariat, status="terminated")
    factories.move(world.overdue, Status.IN_PROGRESS, on=world.day)
    address = f"/batches/{batch.pk}/"
    assert compact_html(client.get("/batches/")).count(f'<a href="{address}">Undo the other 2 tasks</a>') == 1

    page = compact_html(client.get(address))
    assert f"1 task was changed since and will stay as it is: “{world.overdue.text}”" in page
    assert "Undo the other 2 tasks" in page
    assert page.count(">changed since<") == 1
    assert "Status: Terminated → Not started" in page
    assert "Status: Terminated → In progress" in page

    told = compact_html(client.post(f"{address}undo/", follow=True))
    assert "Undone: 2 tasks are as they were before." in told
    assert f"1 task was left as it is: It was changed since, so correct it by itself. (“{world.overdue.text}”)" in told
    assert f"1 task had been changed since and stayed as it is: “{world.overdue.text}”" in told
    assert (told.count(">partly undone<"), told.count(">undone<"), told.count(">changed since<")) == (1, 2, 1)
    assert compact_html(client.get("/batches/")).count(">partly undone<") == 1
    statuses = [Task.objects.get(pk=task.pk).status for task in tasks]
    assert statuses == [Status.IN_PROGRESS, Status.NOT_STARTED, Status.IN_PROGRESS]
    again = client.post(f"{address}undo/", follow=True).content.decode()
    assert "This batch has been undone already." in again


def test_a_workbook_whose_batch_was_partly_undone_says_so(world):
    client = browser(world.secretariat)
    batch = factories.batch(world.overdue, world.due_soon, by=world.secretariat)
    upload = factories.fill_in_upload(world.secretariat, batch=batch)
    factories.progress(world.overdue, on=world.day)
    client.post(f"/batches/{batch.pk}/undo/")
    for address in ("/fill-in/", f"/fill-in/{upload.pk}/"):
        page = compact_html(client.get(address))
        assert (page.count(">partly undone<"), page.count(">undone<")) == (1, 0), address


def test_an_undone_entry_is_marked_in_the_log_and_counts_for_no_department(world):
    client = browser(world.secretariat)
    said = {**form_values(select(client, world.overdue), note="误记的进展。"), "step": "run"}
    client.post("/tasks/batch/", said)
    client.post(f"/batches/{Batch.objects.get().pk}/undo/")
    page = client.get(f"/tasks/{world.overdue.pk}/")
    assert page.content.decode().count(">undone<") == 1
    assert client.get("/batches/").content.decode().count("/undo/") == 0


@pytest.mark.long
@pytest.mark.parametrize("name", ["made_at", "made_by", "tasks", "source", "undoing"])
def test_batches_are_sorted_by_each_column_both_ways(world, name):
    client = browser(world.secretariat)
    for task in (world.overdue, world.due_soon):
        client.post("/tasks/batch/", {**form_values(select(client, task), note="统一更新。"), "step": "run"})
    client.post(f"/batches/{Batch.objects.first().pk}/undo/")
    for sort in (name, f"-{name}"):
        rows = client.get(f"/batches/?sort={sort}").context["table"].rows
        assert len(rows) == 3


def test_the_list_of_batches_costs_as_much_for_five_as_for_two(world):
    client = browser(world.reader)
    spent = []
    for number in (2, 3):
        for _turn in range(number):
            factories.batch(world.overdue, world.due_soon)
        with CaptureQueriesContext(connection) as queries:
            client.get("/batches/")
        spent.append(len(queries))
    # Session, account, how many, those of the page, what each did to the first of its tasks.
    assert spent == [5, 5]


def test_undoing_takes_back_what_nobody_touched_and_names_the_rest(world):
    client = browser(world.secretariat)
    batch = factories.batch(world.overdue, world.due_soon, by=world.secretariat, status="in_progress")
    factories.progress(world.overdue, on=timezone.localdate())
    page = client.post(f"/batches/{batch.pk}/undo/", {"next": "/tasks/"}, follow=True).content.decode()
    assert "Undone: 1 task is as it was before." in page
    assert "1 task was left as it is" in page
    assert world.overdue.text in page.split("<main")[1].split("page-head")[0]
    assert set(Task.objects.filter(pk__in=[world.overdue.pk, world.due_soon.pk], status="not_started")) == {
        world.due_soon
    }
