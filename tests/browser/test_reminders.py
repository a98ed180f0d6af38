"""Reminding by hand, one's own settings and the private calendar, as a person does it."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import Worker
from meetings.models import Account, EntryKind
from tests import factories

from .axe import assert_accessible
from .pages import assert_fits


@pytest.fixture
def world(live_server) -> factories.SmallWorld:
    world = factories.small_world()
    Account.objects.filter(pk=world.liaison.pk).update(email="liaison@example.org")
    return world


def test_the_secretariat_reminds_the_departments_of_a_task(visit, world, width, picture):
    page = visit(f"/tasks/{world.overdue.pk}/", as_=world.secretariat, width=width, language="en")
    page.get_by_text("Remind the departments").click()
    form = page.locator("form[action$='/remind/']")
    expect(form).to_contain_text(str(world.liaison.display_name))
    assert_accessible(page)
    assert_fits(page)
    picture(page, f"reminding {width[0]}")
    form.get_by_label("What they are reminded of").fill("请于本周五前反馈进展。")
    with Heartbeat("a worker"):
        form.locator("button[type=submit]").click()
        expect(page.locator(".messages").get_by_role("status")).to_contain_text("the reminder is in the log")
    expect(page.locator(".log")).to_contain_text("请于本周五前反馈进展。")
    assert world.overdue.log.filter(kind=EntryKind.REMINDER).count() == 1
    Worker().run_ready()
    assert [sent.to for sent in mail.outbox] == [["liaison@example.org"]]
    page.reload()
    expect(page.locator(".log")).to_contain_text(f"Mail to {world.liaison.display_name}: Sent")


def test_somebody_makes_and_revokes_a_calendar_address(visit, world, width, picture):
    page = visit("/tasks/", as_=world.liaison, width=width, language="en")
    page.locator(".account > summary").click()
    page.get_by_role("link", name="My settings").click()
    page.get_by_role("link", name="Manage the address").click()
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Address of the calendar").input_value()
    assert re.fullmatch(r".*/calendar/[\w-]{43}\.ics", address)
    assert_accessible(page)
    assert_fits(page)
    picture(page, f"a new calendar address {width[0]}")
    path = address[address.index("/calendar/") :]
    assert page.request.get(path).status == 200
    page.get_by_role("button", name="Revoke the address").click()
    expect(page.locator(".messages").get_by_role("status")).to_contain_text("revoked")
    assert page.request.get(path).status == 404


def test_the_trend_leads_to_its_lists(visit, world, width):
    page = visit("/", as_=world.reader, width=width, language="en")
    section = page.locator("section[aria-labelledby=trend]")
    section.get_by_text("The numbers").click()
    number = section.locator("table").get_by_role("link").first
    expected = number.inner_text()
    number.click()
    expect(page.locator(".results-count")).to_contain_text(expected)
