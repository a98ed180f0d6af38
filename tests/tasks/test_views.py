"""Through the front door: forms as a browser sends them, the way back, two people at once, signing in, headers."""

from __future__ import annotations

import datetime
from itertools import product
from urllib.parse import urlencode

import pytest

from meetings.models import DepartmentRole, ImportIssue, Role, Status, TaskLog
from tests import factories
from tests.helpers import compact_html

from .lifecycle_table import STEPS, everybody, task_in
from .update_form import errors_by_field, options, parsed, save, send, signed_in, update_form

pytestmark = pytest.mark.django_db


# --- the form -----------------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.long
def test_the_secretariat_is_offered_every_step_and_the_review(world):
    client = signed_in(world.secretariat)
    form = update_form(parsed(client.get(f"/tasks/{world.undecided.pk}/")))
    assert set(options(form, "status")) == {"in_progress", "closure_requested", "closed", "terminated"}
    assert form.inputs["status"].value == form.inputs["status_was"].value == "in_progress"
    assert options(form, "department") == ["", str(world.technology.pk), str(world.international.pk)]
    assert form.inputs["effective_on"].value == form.inputs["effective_on"].get("max") == world.day.isoformat()
    assert form.inputs["effective_on"].get("min") == world.meeting.issued_on.isoformat()
    assert "next_review" in form.inputs
    assert "next_review" not in update_form(parsed(client.get(f"/tasks/{world.overdue.pk}/"))).inputs, "it is dated"
    assert "next_review" not in update_form(parsed(client.get(f"/tasks/{world.closed.pk}/"))).inputs, "it has ended"


@pytest.mark.parametrize(
    ("who", "task", "statuses"),
    [
        ("liaison", "overdue", ["not_started", "in_progress"]),
        ("liaison", "on_track", ["in_progress", "closure_requested"]),
        ("supporting_liaison", "undecided", ["in_progress"]),
        ("liaison", "closed", ["closed"]),
    ],
)
@pytest.mark.same_on_both
def test_a_liaison_is_offered_their_own_steps_and_no_review_day(world, who, task, statuses):
    form = update_form(parsed(signed_in(getattr(world, who)).get(f"/tasks/{getattr(world, task).pk}/")))
    assert options(form, "status") == statuses
    assert "next_review" not in form.inputs
    assert form.inputs["department"].get("type") == "hidden", "there is one department to report for"


@pytest.mark.same_on_both
def test_a_liaison_of_two_departments_is_asked_for_which(world):
    liaison = factories.account(Role.LIAISON, departments=[world.technology, world.international])
    client = signed_in(liaison)
    form = update_form(parsed(client.get(f"/tasks/{world.undecided.pk}/")))
    assert options(form, "department") == ["", str(world.technology.pk), str(world.international.pk)]
    response = save(client, world.undecided, note="进展。")
    assert response.status_code == 422
    assert "department" in errors_by_field(parsed(response))
    save(client, world.undecided, note="进展。", department=world.international.pk)
    assert world.undecided.log.last().department == world.international


@pytest.mark.parametrize("who", ["reader", "leader", "administrator", "other_liaison"])
@pytest.mark.same_on_both
def test_who_may_only_read_sees_no_update_form(world, who):
    page = parsed(signed_in(getattr(world, who)).get(f"/tasks/{world.overdue.pk}/"))
    assert not page.xpath("//*[@name='status_was']")
    assert page.xpath("//*[@id='log']")


def test_a_report_is_saved_with_who_for_whom_and_when(world):
    client = signed_in(world.liaison)
    response = save(client, world.overdue, note="  小组已成立。\r\n第二行。 ")
    assert response.status_code == 302
    entry = world.overdue.log.last()
    assert (entry.actor, entry.department, entry.effective_on) == (world.liaison, world.technology, world.day)
    assert entry.note.splitlines() == ["小组已成立。", "第二行。"]
    page = parsed(client.get(response["Location"]))
    assert "建立信息宣传工作小组" in page.xpath("string(//*[@id='messages'])"), "what was saved is said"


@pytest.mark.same_on_both
def test_html_in_a_note_is_text(world):
    client = signed_in(world.secretariat)
    save(client, world.overdue, note="<script>alert(1)</script><b>粗</b> & 'x'")
    page = client.get(f"/tasks/{world.overdue.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>粗</b>" not in page


# --- every step by everybody --------------------------------------------------------------------


def posted_answer(source: str, target: str, who: str) -> int:
    """Return the status that the form sent with a note gets, by the table in `tests.tasks.test_services`."""
    writers = {"secretariat", "the liaison of a responsible department", "the liaison of a supporting department"}
    if who not in writers:
        return 403
    if target == source:
        return 302 if source not in ("closed", "terminated") else 422
    return 302 if who in STEPS.get((source, target), ()) else 422


# The form decides, which has no database; what the verbs refuse is tried on both (`tests.tasks.test_steps`).
@pytest.mark.long
@pytest.mark.parametrize(
    "source",
    [pytest.param(status, marks=() if status == Status.IN_PROGRESS else pytest.mark.slow) for status in Status.values],
)
@pytest.mark.same_on_both
def test_every_step_sent_by_everybody_is_taken_or_refused(source):
    people = {who: account for who, account in everybody().items() if account.is_active}
    clients = {who: signed_in(account) for who, account in people.items()}
    task = task_in(source)
    department = factories.department("技术部").pk
    # Who may not write at all is refused before anybody looks at what was sent.
    writers = [who for who in people if posted_answer(source, source, who) != 403]
    attempts = [*product([*Status.values, "done"], writers), *product(["in_progress"], people.keys() - writers)]
    for target, who in attempts:
        expected = posted_answer(source, target, who)
        if expected == 302:
            task = task_in(source)
        entries = TaskLog.objects.count()
        response = clients[who].post(
            f"/tasks/{task.pk}/",
            {
                "version": task.version,
                "status_was": source,
                "status": target,
                "note": "因为。",
                "effective_on": "2024-03-01",
                "department": factories.department("国际部").pk if "supporting" in who else department,
            },
        )
        assert response.status_code == expected, (target, who)
        assert TaskLog.objects.count() - entries == (expected == 302)
        if expected == 302:
            task = task_in(source)


# --- what was typed stays -----------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": ""}, "note"),
        ({"status": "terminated", "note": ""}, "note"),
        ({"note": "进展。", "effective_on": "2999-01-01"}, "effective_on"),
        ({"note": "进展。", "effective_on": "1999-01-01"}, "effective_on"),
        ({"note": "进展。", "effective_on": "2024-02-30"}, "effective_on"),
        ({"note": "进展。", "effective_on": ""}, "effective_on"),
        ({"note": "进展。", "next_review": "2020-01-01"}, "next_review"),
        ({"note": "进展。", "next_review": "明天"}, "next_review"),
        ({"note": "进展。", "status": "not_started"}, "status"),
        ({"note": "进展。", "department": "999999"}, "department"),
        ({"note": "长" * 20_001}, "note"),
    ],
    ids=str,
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(world, typed, field):
    client, task = signed_in(world.secretariat), world.undecided
    entries = task.log.count()
    response = save(client, task, **typed)
    assert response.status_code == 422
    page = parsed(response)
    assert set(errors_by_field(page)) == {field}
    form = update_form(page)
    control = form.inputs[field]
    assert control.get("aria-invalid") == "true"
    assert f"id_{field}_error" in (control.get("aria-describedby") or ""), "the sentence belongs to the field"
    assert form.inputs["note"].value.strip() == typed["note"]
    assert task.log.count() == entries


@pytest.mark.same_on_both
@pytest.mark.parametrize("missing", ["version", "effective_on", "status", "status_was", "department", "note"])
def test_a_form_without_one_of_its_fields_is_no_error_of_the_server(world, missing):
    client, task = signed_in(world.secretariat), world.undecided
    values = dict(update_form(parsed(client.get(f"/tasks/{task.pk}/"))).form_values())
    del values[missing]
    assert client.post(f"/tasks/{task.pk}/", {**values, "next_review": ""}).status_code in (302, 422)
    assert client.post(f"/tasks/{task.pk}/", {}).status_code == 422


@pytest.mark.same_on_both
@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "9" * 5000, "1.5"])
def test_a_version_that_is_none_changes_nothing(world, version):
    client, task = signed_in(world.secretariat), world.undecided
    entries = task.log.count()
    assert save(client, task, note="进展。", version=version).status_code in (409, 422)
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates")
    said = {"mark": issue.pk, f"version-{task.pk}": version, "decision": "right"}
    assert client.post("/confirmations/", said).status_code == 409
    assert task.log.count() == entries


# --- the way back -------------------------------------------------------------------------------


def test_saving_returns_to_the_row_of_the_list_one_came_from(world):
    client = signed_in(world.secretariat)
    listed = "/tasks/?health=overdue&health=review_missed&sort=-due&page=1"
    row = parsed(client.get(listed)).xpath(f"//tr[@id='task-{world.overdue.pk}']//a/@href")[0]
    page = parsed(client.get(row))
    assert page.xpath("//nav[contains(@class, 'crumbs')]//a/@href")[0] == f"{listed}#task-{world.overdue.pk}"
    response = send(client, row, update_form(page), note="进展。")
    assert response["Location"] == f"{listed}#task-{world.overdue.pk}"
    assert parsed(client.get(listed)).xpath(f"//tr[@id='task-{world.overdue.pk}']")


def test_the_way_back_survives_a_mistake(world):
    client = signed_in(world.secretariat)
    response = save(client, world.overdue, urlencode({"next": "/tasks/?q=培训"}), note="")
    assert response.status_code == 422
    assert send(client, "", update_form(parsed(response)), note="进展。")["Location"].startswith("/tasks/?q=")


def test_without_a_way_back_one_stays_with_the_task(world):
    response = save(signed_in(world.secretariat), world.overdue, note="进展。")
    assert response["Location"] == f"/tasks/{world.overdue.pk}/"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://evil.example",
    "\thttps://evil.example",
    "https:/evil.example",
    "evil.example",
    "tasks",
    "?x=1",
    "#x",
    "http://[",
    "/tasks/\r\nX-Evil: 1",
]


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_way_back_leads_nowhere_but_to_pages_of_ours(world, where):
    client, task = signed_in(world.secretariat), world.overdue
    page = parsed(client.get(f"/tasks/{task.pk}/?" + urlencode({"next": where})))
    for link in page.xpath("//a/@href | //form/@action"):
        assert "evil" not in link.split("?")[0].split("#")[0]
        assert not link.startswith(("javascript", "data:"))
    response = save(client, task, note="进展。", next=where)
    assert response.status_code == 302
    target = response["Location"]
    assert target.startswith("/tasks/")
    assert "\n" not in target
    assert "X-Evil" not in response.headers
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates")
    said = {"mark": issue.pk, f"version-{task.pk}": task.log.count(), "decision": "right", "on": "task", "next": where}
    response = client.post("/confirmations/", said)
    assert response.status_code == 302
    assert response["Location"].startswith(f"/tasks/{task.pk}/")


def test_a_fragment_in_the_way_back_gives_way_to_the_row(world):
    response = save(signed_in(world.secretariat), world.overdue, note="进展。", next="/tasks/?q=1#task-9")
    assert response["Location"] == f"/tasks/?q=1#task-{world.overdue.pk}"


def test_confirming_keeps_the_way_back(world):
    client, task = signed_in(world.secretariat), world.overdue
    issue = ImportIssue.objects.create(task=task, column="deadline", code="several_dates", value="2024.12")
    address = f"/tasks/{task.pk}/?" + urlencode({"next": "/tasks/?health=overdue"})
    [form] = parsed(client.get(address)).xpath("//form[contains(@action, 'confirm')]")
    response = client.post("/confirmations/", {**dict(form.form_values()), "decision": "right"})
    issue.refresh_from_db()
    assert issue.answer
    page = parsed(client.get(response["Location"]))
    assert page.xpath("//nav[contains(@class, 'crumbs')]//a/@href")[0].startswith("/tasks/?health=overdue")


# --- as of a day --------------------------------------------------------------------------------


@pytest.mark.same_on_both
def test_a_task_on_a_past_day_is_shown_as_it_was_and_cannot_be_written(world):
    client = signed_in(world.secretariat)
    before = world.day - datetime.timedelta(days=51)
    page = parsed(client.get(f"/tasks/{world.closed.pk}/?as_of={before}"))
    assert "培训计划已印发" not in page.xpath("string(//main)"), "nobody knew that yet"
    assert not page.xpath("//*[@name='status_was']")
    on = parsed(client.get(f"/tasks/{world.closed.pk}/?as_of={before + datetime.timedelta(days=1)}"))
    assert "培训计划已印发" in on.xpath("string(//main)")
    assert client.get(f"/tasks/{world.closed.pk}/?as_of={world.meeting.issued_on}").status_code == 200
    early = world.meeting.issued_on - datetime.timedelta(days=1)
    for address in (f"/tasks/{world.closed.pk}/", f"/meetings/{world.meeting.pk}/"):
        assert client.get(f"{address}?as_of={early}").status_code == 404, "there was no such thing on that day"


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_breakdown_table_and_the_inbox_name_supporting_departments_as_the_task_does(world):
    world.overdue.task_departments.create(department=world.international, role=DepartmentRole.SUPPORTING, position=9)
    client = signed_in(world.liaison)
    for address in (f"/meetings/{world.meeting.pk}/", "/inbox/"):
        row = compact_html(client.get(address)).split(f'id="task-{world.overdue.pk}"')[1].split("</tr>")[0]
        assert world.international.name in row, address


@pytest.mark.parametrize("address", ["/tasks/{task}/", "/meetings/{meeting}/", "/meetings/{meeting}/?export=status"])
@pytest.mark.parametrize("written", ["2999-01-01", "gestern"])
@pytest.mark.same_on_both
def test_a_wrong_day_is_said_on_every_page(world, address, written):
    address = address.format(task=world.closed.pk, meeting=world.meeting.pk)
    joint = "&" if "?" in address else "?"
    response = signed_in(world.reader).get(address + joint + urlencode({"as_of": written}))
    assert response["Content-Type"].startswith("text/html")
    assert parsed(response).xpath("//main//*[contains(@class, 'alert-danger')]")


@pytest.mark.same_on_both
def test_links_on_a_past_day_stay_on_that_day(world):
    client, day = signed_in(world.reader), (world.day - datetime.timedelta(days=20)).isoformat()
    for address in ("/", "/tasks/", "/meetings/"):
        page = parsed(client.get(f"{address}?as_of={day}"))
        rows = page.xpath("//tr[starts-with(@id, 'task-')]//a/@href | //table[not(@id)]//th[@scope='row']//a/@href")
        rows += page.xpath("//*[contains(@class, 'tile')]/@href")
        rows = [row for row in rows if "trend" not in row] or page.xpath("//tbody//a/@href")
        assert rows, address
        assert [link for link in rows if f"as_of={day}" not in link] == [], address


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_button_that_closes_closes_with_its_reason_whatever_was_chosen(world):
    client = signed_in(world.secretariat)
    assert b'name="close"' in client.get(f"/tasks/{world.overdue.pk}/").content
    assert save(client, world.overdue, close="1", status="not_started").status_code == 422, "it takes a reason"
    save(client, world.overdue, close="1", status="not_started", note="已全部完成。")
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.CLOSED
    for account, task in ((world.liaison, world.due_soon), (world.secretariat, world.closed)):
        assert b'name="close"' not in signed_in(account).get(f"/tasks/{task.pk}/").content
