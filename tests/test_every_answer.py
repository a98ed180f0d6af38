"""What every answer carries: the policy of its content, what caches may keep, and HEAD."""

from __future__ import annotations

import datetime
import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from lxml import html

from meetings.models import Account, ImportIssue, Meeting
from tests import factories
from tests.tasks.update_form import opened, parsed, save, send, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


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
    factories.real_meeting()
    ImportIssue.objects.create(task=world.overdue, column="deadline", code="several_dates", value="2024.12")
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


@pytest.mark.long
def test_no_page_holds_a_script_or_a_style_of_its_own(world, pages):
    # The two languages by turns: no page is rendered by other templates in one of them.
    for number, (name, (account, address)) in enumerate(pages.items()):
        language = ("zh-hans", "en")[number % 2]
        client = signed_in(account) if account else Client()
        client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = language
        response = client.get(address)
        assert policy_of(response) == POLICY, name
        assert response["X-Frame-Options"] == "DENY"
        assert account is None or "no-store" in response["Cache-Control"], name
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
        assert page.get("lang") == language
        assert page.xpath("//title/text()")


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


@pytest.mark.long
def test_between_chinese_sentences_is_no_blank(world):
    factories.real_meeting()
    client = signed_in(world.secretariat)
    rows = [f"{number}\t新增托育床位{number}百张\t卫健局{number}\t王强\t待定" for number in (1, 2)]
    table = "\n".join(["序号\t工作任务\t责任单位\t分管领导\t完成时限", *rows])
    draft = client.post("/import/", {"text": table})["Location"]
    for address in ("/import/", "/views/", "/chasing/slips/", draft):
        texts = parsed(client.get(address)).xpath("//text()")
        assert not [text for text in texts if re.search("。\\s+[\u4e00-\u9fff“]", text)], address


@pytest.mark.long
def test_no_file_is_kept_by_the_browser(world):
    client, task = signed_in(world.secretariat), world.undecided
    addresses = [
        "/tasks/?export=csv",
        f"/meetings/{world.meeting.pk}/?export=status",
        f"/evidence/{factories.evidence(task).pk}/",
        f"/import/{factories.minutes_document(None, meeting=world.meeting).pk}/file/",
        f"/fill-in/{factories.fill_in_upload(world.secretariat).pk}/file/",
        "/fill-in/workbook/",
        f"/reports/meeting/?meeting={world.meeting.pk}",
    ]
    for address in addresses:
        response = client.get(address)
        assert response["Content-Disposition"].startswith("attachment"), address
        assert "no-store" in response["Cache-Control"], address
    assert "no-store" not in client.get("/static/img/brand.svg").get("Cache-Control", "")


def test_htmx_gets_the_part_of_the_list_that_changes(world):
    client = signed_in(world.reader)
    part = client.get("/tasks/?q=培训", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert "task-" in part.content.decode()
    restored = client.get("/tasks/?q=培训", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content


def test_htmx_takes_its_part_from_a_page_without_the_frame(world):
    client = signed_in(world.secretariat)
    address = f"/meetings/{world.meeting.pk}/arrange/"
    whole = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "topbar-nav" in whole
    assert "topbar-nav" not in part
    for found in ('id="breakdown-editor"', 'id="messages"'):
        assert found in whole
        assert found in part


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


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_what_is_opened_though_a_button_alone_takes_it_is_answered_in_words(world, headers):
    client = signed_in(world.secretariat)
    for address in ("/batches/1/undo/", "/accounts/logout/", "/views/1/delete/", "/help/sample/"):
        response = client.get(address, headers=headers)
        assert (response.status_code, response["Allow"].split(",")[0]) == (405, "POST"), address
        assert parsed(response).xpath("//main//a[@href='/']"), address
    response = client.post("/meetings/", headers=headers)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert parsed(response).xpath("//main//a[@href='/']")
    assert client.head("/tasks/columns/").content == b""
