"""Through the front door: forms as a browser sends them, the way back, two people at once, signing in, headers."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import subprocess
import sys
from itertools import product
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from lxml import html

from meetings.models import Account, ConfirmationMark, Meeting, Role, Status, Task, TaskLog
from tests import factories

from .test_services import STEPS, everybody, task_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.small_world()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def parsed(response) -> html.HtmlElement:
    return html.fromstring(response.content)


def update_form(page: html.HtmlElement) -> html.FormElement:
    [form] = page.xpath("//form[contains(@class, 'update-form')][.//*[@name='status_was']]")
    return form


def send(client: Client, address: str, form: html.FormElement, **typed: object):
    """Send a form as a browser would: all its fields as they stand, but for what is ``typed``."""
    values = {**dict(form.form_values()), **{name: str(value) for name, value in typed.items()}}
    return client.post(form.action or address, values)


def save(client: Client, task: Task, query: str = "", **typed: object):
    """Open the task's page, type into its form, send it."""
    address = f"/tasks/{task.pk}/" + (f"?{query}" if query else "")
    return send(client, address, update_form(parsed(client.get(address))), **typed)


def options(form: html.FormElement, name: str) -> list[str]:
    return [option.get("value") for option in form.inputs[name].xpath(".//option")]


def errors_by_field(page: html.HtmlElement) -> dict[str, str]:
    """Return what stands beside the fields of the update form; "" is what stands above them."""
    form = update_form(page)
    found = {
        error.get("id").removeprefix("id_").removesuffix("_error"): error.text_content().strip()
        for error in form.xpath(".//*[contains(@class, 'invalid-feedback')]")
    }
    above = form.xpath("preceding-sibling::*[contains(@class, 'alert-danger')]")
    return found | ({"": above[0].text_content().strip()} if above else {})


# --- the form -----------------------------------------------------------------------------------


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
def test_a_liaison_is_offered_their_own_steps_and_no_review_day(world, who, task, statuses):
    form = update_form(parsed(signed_in(getattr(world, who)).get(f"/tasks/{getattr(world, task).pk}/")))
    assert options(form, "status") == statuses
    assert "next_review" not in form.inputs
    assert form.inputs["department"].get("type") == "hidden", "there is one department to report for"


def test_a_liaison_of_two_departments_is_asked_for_which(world):
    liaison = factories.account(Role.LIAISON, departments=[world.technology, world.international])
    client = signed_in(liaison)
    form = update_form(parsed(client.get(f"/tasks/{world.undecided.pk}/")))
    assert options(form, "department") == ["", str(world.technology.pk), str(world.international.pk)]
    response = save(client, world.undecided, note="进展。")
    assert response.status_code == 422 and "department" in errors_by_field(parsed(response))
    save(client, world.undecided, note="进展。", department=world.international.pk)
    assert world.undecided.log.last().department == world.international


@pytest.mark.parametrize("who", ["reader", "leader", "administrator", "other_liaison"])
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


def test_html_in_a_note_is_text(world):
    client = signed_in(world.secretariat)
    save(client, world.overdue, note="<script>alert(1)</script><b>粗</b> & 'x'")
    page = client.get(f"/tasks/{world.overdue.pk}/").content.decode()
    assert "<script>alert(1)" not in page and "<b>粗</b>" not in page


# --- every step by everybody --------------------------------------------------------------------


def posted_answer(source: str, target: str, who: str) -> int:
    """Return the status that the form sent with a note gets, by the table in `tests.tasks.test_services`."""
    writers = {"secretariat", "the liaison of a responsible department", "the liaison of a supporting department"}
    if who not in writers:
        return 403
    if target == source:
        return 302 if source not in ("closed", "terminated") else 422
    return 302 if who in STEPS.get((source, target), ()) else 422


@pytest.mark.parametrize("source", Status.values)
def test_every_step_sent_by_everybody_is_taken_or_refused(source):
    people = {who: account for who, account in everybody().items() if account.is_active}
    clients = {who: signed_in(account) for who, account in people.items()}
    task = task_in(source)
    department = factories.department("技术部").pk
    # Who may not write at all is refused before anybody looks at what was sent.
    writers = [who for who in people if posted_answer(source, source, who) != 403]
    attempts = [*product([*Status.values, "done", "\x00"], writers), *product(["in_progress"], people.keys() - writers)]
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
        ({"note": "进\x00展。"}, "note"),
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
    if "\x00" not in typed["note"]:
        assert form.inputs["note"].value.strip() == typed["note"]
    assert task.log.count() == entries


@pytest.mark.parametrize("missing", ["version", "effective_on", "status", "status_was", "department", "note"])
def test_a_form_without_one_of_its_fields_is_no_error_of_the_server(world, missing):
    client, task = signed_in(world.secretariat), world.undecided
    values = dict(update_form(parsed(client.get(f"/tasks/{task.pk}/"))).form_values())
    del values[missing]
    assert client.post(f"/tasks/{task.pk}/", {**values, "next_review": ""}).status_code in (302, 422)
    assert client.post(f"/tasks/{task.pk}/", {}).status_code == 422


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "9" * 5000, "1.5", "\x00"])
def test_a_version_that_is_none_changes_nothing(world, version):
    client, task = signed_in(world.secretariat), world.undecided
    entries = task.log.count()
    assert save(client, task, note="进展。", version=version).status_code in (409, 422)
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates")
    said = {"mark": mark.pk, f"version-{task.pk}": version, "decision": "right"}
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
    "\x00/tasks/",
]


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_way_back_leads_nowhere_but_to_pages_of_ours(world, where):
    client, task = signed_in(world.secretariat), world.overdue
    page = parsed(client.get(f"/tasks/{task.pk}/?" + urlencode({"next": where})))
    for link in page.xpath("//a/@href | //form/@action"):
        assert "evil" not in link.split("?")[0].split("#")[0] and not link.startswith(("javascript", "data:"))
    response = save(client, task, note="进展。", next=where)
    assert response.status_code == 302
    target = response["Location"]
    assert target.startswith("/tasks/") and "\n" not in target and "X-Evil" not in response.headers
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates")
    said = {"mark": mark.pk, f"version-{task.pk}": task.log.count(), "decision": "right", "on": "task", "next": where}
    response = client.post("/confirmations/", said)
    assert response.status_code == 302 and response["Location"].startswith(f"/tasks/{task.pk}/")


def test_a_fragment_in_the_way_back_gives_way_to_the_row(world):
    response = save(signed_in(world.secretariat), world.overdue, note="进展。", next="/tasks/?q=1#task-9")
    assert response["Location"] == f"/tasks/?q=1#task-{world.overdue.pk}"


def test_confirming_keeps_the_way_back(world):
    client, task = signed_in(world.secretariat), world.overdue
    mark = ConfirmationMark.objects.create(task=task, column="deadline", code="several_dates", value="2024.12")
    address = f"/tasks/{task.pk}/?" + urlencode({"next": "/tasks/?health=overdue"})
    [form] = parsed(client.get(address)).xpath("//form[contains(@action, 'confirm')]")
    response = client.post("/confirmations/", {**dict(form.form_values()), "decision": "right"})
    mark.refresh_from_db()
    assert mark.answer
    page = parsed(client.get(response["Location"]))
    assert page.xpath("//nav[contains(@class, 'crumbs')]//a/@href")[0].startswith("/tasks/?health=overdue")


# --- two people at once -------------------------------------------------------------------------


def opened(client: Client, task: Task) -> html.FormElement:
    return update_form(parsed(client.get(f"/tasks/{task.pk}/")))


def test_a_stale_save_changes_nothing_and_shows_both(world):
    first, second, task = signed_in(world.secretariat), signed_in(world.liaison), world.on_track
    form = opened(first, task)
    save(second, task, note="联络员写的进展。")
    entries = task.log.count()
    response = send(first, f"/tasks/{task.pk}/", form, note="秘书处写的进展。")
    assert response.status_code == 409
    assert task.log.count() == entries
    page = parsed(response)
    said = page.xpath("string(//*[@id='stale'])")
    assert "联络员写的进展。" in said and str(world.liaison.display_name) in said
    again = update_form(page)
    assert again.inputs["note"].value.strip() == "秘书处写的进展。"
    assert page.xpath("count(//*[@id]) = count(//*[@id][not(@id = preceding::*/@id)])"), "no id twice"
    assert send(first, f"/tasks/{task.pk}/", again).status_code == 302
    assert [entry.note for entry in task.log.order_by("sequence")][-2:] == ["联络员写的进展。", "秘书处写的进展。"]


@pytest.mark.parametrize("other", ["closed", "terminated", "closure_requested"])
def test_a_status_left_alone_is_never_a_change_even_where_it_has_gone(world, other):
    """The form was opened on «in progress»; meanwhile somebody closes the task. Saving a note must not reopen it."""
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.move(task, other, on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, note="我的进展。")
    assert response.status_code == 409
    again = update_form(parsed(response))
    assert again.inputs["status"].value == again.inputs["status_was"].value == other
    assert again.inputs["note"].value.strip() == "我的进展。"
    send(client, f"/tasks/{task.pk}/", again)
    task.refresh_from_db()
    assert task.status == other


@pytest.mark.parametrize(("other", "mine"), [("closed", "terminated"), ("terminated", "closed"), ("closed", "closed")])
def test_a_status_that_is_no_longer_possible_is_not_sent_again(world, other, mine):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.move(task, other, on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, status=mine, note="我的理由。")
    assert response.status_code == 409
    again = update_form(parsed(response))
    assert again.inputs["status"].value == other and again.inputs["note"].value.strip() == "我的理由。"


def test_a_status_that_is_still_possible_is_kept_for_saving_again(world):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.progress(task, "别人的进展。", on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, status="closed", note="已完成。")
    again = update_form(parsed(response))
    assert response.status_code == 409 and again.inputs["status"].value == "closed"
    assert send(client, f"/tasks/{task.pk}/", again).status_code == 302
    task.refresh_from_db()
    assert task.status == "closed"


@pytest.mark.parametrize("day", ["2999-01-01", "昨天"])
def test_a_stale_save_with_a_mistake_in_it_says_first_what_happened(world, day):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.progress(task, "别人的进展。", on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, note="进展。", effective_on=day)
    assert response.status_code == 409
    assert "别人的进展。" in parsed(response).xpath("string(//*[@id='stale'])")


def test_a_stale_save_of_someone_who_lost_the_task_meanwhile_is_refused(world):
    client, task = signed_in(world.liaison), world.on_track
    form = opened(client, task)
    task.task_departments.update(department=world.office)
    assert send(client, f"/tasks/{task.pk}/", form, note="进展。").status_code == 403


# --- as of a day --------------------------------------------------------------------------------


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


@pytest.mark.parametrize("address", ["/tasks/{task}/", "/meetings/{meeting}/", "/meetings/{meeting}/?export=status"])
@pytest.mark.parametrize("written", ["2999-01-01", "gestern", "\x00"])
def test_a_wrong_day_is_said_on_every_page(world, address, written):
    address = address.format(task=world.closed.pk, meeting=world.meeting.pk)
    joint = "&" if "?" in address else "?"
    response = signed_in(world.reader).get(address + joint + urlencode({"as_of": written}))
    assert response["Content-Type"].startswith("text/html")
    assert parsed(response).xpath("//main//*[contains(@class, 'alert-danger')]")


def test_links_on_a_past_day_stay_on_that_day(world):
    client, day = signed_in(world.reader), (world.day - datetime.timedelta(days=20)).isoformat()
    for address in ("/", "/tasks/", "/meetings/"):
        page = parsed(client.get(f"{address}?as_of={day}"))
        rows = page.xpath("//tr[starts-with(@id, 'task-')]//a/@href | //table[not(@id)]//th[@scope='row']//a/@href")
        rows += page.xpath("//*[contains(@class, 'tile')]/@href")
        rows = [row for row in rows if "trend" not in row] or page.xpath("//tbody//a/@href")
        assert rows and [link for link in rows if f"as_of={day}" not in link] == [], address


# --- signing in ---------------------------------------------------------------------------------

PASSWORD = "a password of this test alone"


def sign_in(client: Client, account: Account, password: str = PASSWORD, **more: str):
    return client.post("/accounts/login/", {"username": account.username, "password": password, **more})


def test_signing_in_leads_where_one_wanted_to_go_and_out_again():
    account = factories.account(password=PASSWORD)
    client = Client()
    asked = client.get("/tasks/?health=overdue")
    assert asked["Location"] == "/accounts/login/?next=/tasks/%3Fhealth%3Doverdue"
    [form] = parsed(client.get(asked["Location"])).xpath("//form[.//input[@name='password']]")
    response = send(client, "", form, username=account.username, password=PASSWORD)
    assert response["Location"] == "/tasks/?health=overdue"
    assert client.get("/tasks/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 405, "a link must not sign anybody out"
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/tasks/").status_code == 302


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(where):
    account = factories.account(password=PASSWORD)
    assert sign_in(Client(), account, next=where)["Location"] == "/"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer():
    account = factories.account(password=PASSWORD)
    off = factories.account(password=PASSWORD, is_active=False)
    wrong = sign_in(Client(), account, "wrong")
    unknown = Client().post("/accounts/login/", {"username": "nobody", "password": PASSWORD})
    switched_off = sign_in(Client(), off)
    said = {parsed(r).xpath("string(//*[@role='alert'])").strip() for r in (wrong, unknown, switched_off)}
    assert len(said) == 1 and said.pop()


def test_an_account_without_a_password_lets_nobody_in():
    account = factories.account()
    for password in ("", "None", "!", account.password):
        assert sign_in(Client(), account, password).status_code == 200


def test_repeated_failures_lock_the_account_and_no_other(settings):
    settings.AXES_ENABLED = True
    account, other = factories.account(password=PASSWORD), factories.account(password=PASSWORD)
    client = Client()
    answers = [sign_in(client, account, "wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert sign_in(client, account).status_code == 429, "the right password does not help now"
    assert sign_in(Client(), other).status_code == 302


def test_a_success_forgets_the_failures_before(settings):
    settings.AXES_ENABLED = True
    account = factories.account(password=PASSWORD)
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            assert sign_in(Client(), account, "wrong").status_code == 200
        assert sign_in(Client(), account).status_code == 302


def test_the_session_is_a_new_one_after_signing_in():
    account = factories.account(password=PASSWORD)
    client = Client()
    client.get("/accounts/login/")
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "planted"
    sign_in(client, account)
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != "planted"


# --- language -----------------------------------------------------------------------------------


def test_pages_are_chinese_until_somebody_chooses_otherwise():
    client = signed_in(factories.account())
    for browsers_wish in ("en", "de", "zh-TW"):
        page = client.get("/", headers={"accept-language": browsers_wish})
        assert parsed(page).get("lang") == page["Content-Language"] == "zh-hans"
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/tasks/?q=x"})
    assert response["Location"] == "/tasks/?q=x"
    assert parsed(client.get("/")).get("lang") == "en"
    client.post("/i18n/setlang/", {"language": "fr", "next": "/"})
    assert parsed(client.get("/")).get("lang") == "en", "an unknown language changes nothing"
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert parsed(client.get("/")).get("lang") == "zh-hans"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_switching_the_language_leads_nowhere_else(where):
    assert "evil" not in Client().post("/i18n/setlang/", {"language": "en", "next": where})["Location"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_in_one_language(world, language):
    """A Chinese page without the English words of the interface, an English one without the Chinese."""
    client = signed_in(world.secretariat)
    client.post("/i18n/setlang/", {"language": language})
    strange = {"zh-hans": ("Task", "Deadline", "Health", "Save", "Meeting"), "en": ("任务", "预警", "办理", "保存")}
    ours = {world.meeting.title, world.meeting.document_number}
    for address in ("/", f"/tasks/{world.closed.pk}/", "/tasks/?q=没有"):
        main = parsed(client.get(address)).xpath("//main")[0]
        heads = [
            text
            for text in main.xpath(".//h1//text() | .//h2//text() | .//th//text() | .//label//text()")
            if text.strip()
        ]
        for words, text in product(strange[language], heads):
            if not any(own in text for own in ours):
                assert words not in text, f"{address}: {text!r}"


# --- what every answer carries ------------------------------------------------------------------

POLICY = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "manifest-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}


def policy_of(response) -> dict[str, set[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in directives}


@pytest.fixture
def pages(world) -> dict[str, tuple[Account | None, str]]:
    """Pages and states of them: name -> who asks and for what."""
    call_command("loaddata", "meeting_81", verbosity=0)
    ConfirmationMark.objects.create(task=world.overdue, column="deadline", code="several_dates", value="2024.12")
    real = Meeting.objects.get(document_number__contains="81")
    staff = world.secretariat
    return {
        "sign-in": (None, "/accounts/login/"),
        "sign-in on the way": (None, "/accounts/login/?next=/tasks/"),
        "dashboard": (staff, "/"),
        "dashboard of a leader": (world.leader, "/"),
        "dashboard of a liaison": (world.liaison, "/"),
        "dashboard of a day": (staff, "/?as_of=2024-02-09"),
        "dashboard of no day": (staff, "/?as_of=x"),
        "tasks": (staff, "/tasks/"),
        "tasks found": (staff, "/tasks/?q=培训&sort=-due&per_page=25&health=overdue"),
        "nothing found": (staff, "/tasks/?q=没有"),
        "a wrong parameter": (staff, "/tasks/?health=purple"),
        "a task": (staff, f"/tasks/{world.overdue.pk}/"),
        "a task to read": (world.reader, f"/tasks/{world.undecided.pk}/"),
        "a task of a past day": (staff, f"/tasks/{world.closed.pk}/?as_of={world.day - datetime.timedelta(days=60)}"),
        "meetings": (staff, "/meetings/"),
        "a meeting": (staff, f"/meetings/{real.pk}/"),
        "not found": (staff, "/no/such/page/"),
        "not found by nobody": (None, "/no/such/page/"),
        "inbox": (staff, "/inbox/"),
        "settings": (staff, "/accounts/settings/"),
        "import": (staff, "/import/"),
    }


def test_no_page_holds_a_script_or_a_style_of_its_own(world, pages):
    # The two languages by turns: no page is rendered by other templates in one of them.
    for number, (name, (account, address)) in enumerate(pages.items()):
        language = ("zh-hans", "en")[number % 2]
        client = signed_in(account) if account else Client()
        client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
        response = client.get(address)
        assert policy_of(response) == POLICY, name
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        page = parsed(response)
        assert not page.xpath("//script[not(@src)] | //style | //*[@style]"), name
        handlers = [
            f"{e.tag} {a}" for e in page.iter(html.etree.Element) for a in e.attrib if a.startswith(("on", "hx-on"))
        ]
        assert not handlers, name
        assert not page.xpath("//*[starts-with(@href, 'javascript:') or starts-with(@src, 'http')]"), name
        assert not page.xpath("//*[contains(@hx-vals, 'js:') or contains(@hx-headers, 'js:')]"), name
        for form in page.xpath("//form[@method='post']"):
            assert form.xpath(".//input[@name='csrfmiddlewaretoken']"), name
        identifiers = page.xpath("//@id")
        assert len(identifiers) == len(set(identifiers)), f"{name}: an id twice"
        assert page.get("lang") == language and page.xpath("//title/text()")


def test_forms_that_came_back_hold_no_script_either(world):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.progress(task, "别人的进展。", on=world.day)
    for response in (send(client, f"/tasks/{task.pk}/", form, note="x"), save(client, task, note="")):
        page = parsed(response)
        assert policy_of(response) == POLICY
        assert not page.xpath("//script[not(@src)] | //style | //*[@style]")
        identifiers = page.xpath("//@id")
        assert sorted(identifiers) == sorted(set(identifiers))


def test_pages_of_the_register_are_not_kept_by_caches_in_between(world):
    """They are one person's, and the list's address is a page or a part of one."""
    client = signed_in(world.reader)
    for address in ("/", "/tasks/", f"/tasks/{world.overdue.pk}/"):
        assert "Cookie" in client.get(address)["Vary"]
    assert "HX-Request" in client.get("/tasks/")["Vary"]


def test_htmx_gets_the_part_of_the_list_that_changes(world):
    client = signed_in(world.reader)
    part = client.get("/tasks/?q=培训", headers={"HX-Request": "true"})
    assert b"<html" not in part.content and "task-" in part.content.decode()
    restored = client.get("/tasks/?q=培训", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content


@pytest.mark.parametrize("method", ["head", "get"])
def test_pages_answer_head_as_get(world, method):
    client = signed_in(world.reader)
    addresses = [
        "/",
        "/tasks/",
        f"/tasks/{world.overdue.pk}/",
        "/meetings/",
        f"/meetings/{world.meeting.pk}/",
        "/healthz",
    ]
    assert {getattr(client, method)(address).status_code for address in addresses} == {200}


# --- health of the server, and settings of a deployment -----------------------------------------


def test_the_health_check_tells_that_the_database_answers_and_nothing_else():
    response = Client().get("/healthz")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok", "text/plain")
    assert "no-store" in response["Cache-Control"] and not response.cookies


DEPLOYED = {"DEBUG": "0", "BASE_URL": "https://register.example.org", "ALLOWED_HOSTS": "register.example.org"}


def in_a_process(tmp_path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    database = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    # A key as the README says to make one.
    made = {"SECRET_KEY": secrets.token_urlsafe(64), "DATABASE_URL": database, **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=django_settings.BASE_DIR,
        env={**kept, **made},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_settings_of_a_deployment_pass_its_check(tmp_path):
    done = in_a_process(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **DEPLOYED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "secure"),
    [(DEPLOYED, True), ({"DEBUG": "1"}, False), ({"DEBUG": "0"}, True)],
    ids=["deployed", "debug", "plain"],
)
def test_cookies_are_secure_outside_debug(tmp_path, environment, secure):
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"]
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    done = in_a_process(tmp_path, "-c", program, DJANGO_SETTINGS_MODULE="cnas_tasks.settings", **environment)
    found = json.loads(done.stdout)
    assert [found[name] for name in names] == [secure, secure, secure, True]


def test_passwords_are_hashed_with_argon2(tmp_path):
    program = (
        "import django; django.setup(); "
        "from django.contrib.auth.hashers import make_password; print(make_password('x'))"
    )
    done = in_a_process(tmp_path, "-c", program, DJANGO_SETTINGS_MODULE="cnas_tasks.settings", **DEPLOYED)
    assert done.stdout.startswith("argon2$argon2id$"), done.stderr
