"""Every page of the register, with the real meeting in it: accessible, and nothing out of the window.

A page that is not in PAGES is not looked at; `test_every_address_is_looked_at` finds the ones that were forgotten.
"""

import datetime
from collections.abc import Iterable
from functools import cache

import pytest
from django.urls import get_resolver
from django.utils import timezone
from playwright.sync_api import Page

from meetings.models import Account, Department, Meeting, Person, Robot, Role, Suggestion, Task, Webhook
from meetings.tasks.tables import TaskTable
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits, assert_names_whole

# Somebody with a password that an administrator made.
HANDED_OUT = "handed out"
# Name of the address -> what a person opens there, and as whom it has most to show.
PAGES = {
    "dashboard": ("/", Role.SECRETARIAT),
    "counts": ("/counts/department/", Role.SECRETARIAT),
    "help": ("/help/", Role.SECRETARIAT),
    "search": ("/search/?q=认可", Role.SECRETARIAT),
    "task_list": ("/tasks/", Role.SECRETARIAT),
    "choose_columns": ("/tasks/columns/", Role.READER),
    "further_filters": ("/tasks/options/?status=closed", Role.READER),
    "filter_options": ("/tasks/options/department/?health=overdue", Role.READER),
    "task_detail": ("/tasks/{task}/", Role.SECRETARIAT),
    "task_edit": ("/tasks/{task}/edit/", Role.SECRETARIAT),
    "confirmations": ("/confirmations/", Role.SECRETARIAT),
    "task_status": ("/tasks/{task}/status/", Role.SECRETARIAT),
    "back_dated_list": ("/back-dated/", Role.LEADER),
    "batch_list": ("/batches/", Role.SECRETARIAT),
    "inbox": ("/inbox/", Role.SECRETARIAT),
    "chasing": ("/chasing/", Role.SECRETARIAT),
    "remind_many": ("/chasing/remind/?department={department}", Role.SECRETARIAT),
    "supervision_slips": ("/chasing/slips/", Role.SECRETARIAT),
    "meeting_list": ("/meetings/", Role.SECRETARIAT),
    "meeting_detail": ("/meetings/{meeting}/", Role.SECRETARIAT),
    "meeting_arrange": ("/meetings/{meeting}/arrange/", Role.SECRETARIAT),
    "suggestion_split": ("/suggestions/{suggestion}/split/", Role.SECRETARIAT),
    "suggestion_join": ("/suggestions/{suggestion}/join/", Role.SECRETARIAT),
    "task_split": ("/tasks/{task}/split/", Role.SECRETARIAT),
    "task_join": ("/tasks/{task}/join/", Role.SECRETARIAT),
    "reports": ("/reports/", Role.SECRETARIAT),
    "report_appraisal": ("/reports/appraisal/?department={department}&from=2023-11-08", Role.SECRETARIAT),
    "due_calendar": ("/reports/calendar/", Role.SECRETARIAT),
    "meeting_compare": ("/meetings/compare/?a={meeting}&b={later}", Role.SECRETARIAT),
    "suggestion": ("/suggestions/{again}/", Role.SECRETARIAT),
    "suggestion_raised_before": ("/suggestions/{again}/raised-before/", Role.SECRETARIAT),
    "import_home": ("/import/", Role.SECRETARIAT),
    "fill_in": ("/fill-in/", Role.SECRETARIAT),
    "saved_views": ("/views/", Role.SECRETARIAT),
    "organisation": ("/organisation/", Role.SECRETARIAT),
    "organisation_people": ("/organisation/people/", Role.SECRETARIAT),
    "department_detail": ("/departments/{department}/", Role.SECRETARIAT),
    "department_action": ("/departments/{department}/merge/?into={other_department}", Role.SECRETARIAT),
    "person_detail": ("/people/{person}/", Role.SECRETARIAT),
    "person_action": ("/people/{person}/hand-over/", Role.SECRETARIAT),
    "accounts": ("/accounts/", Role.ADMINISTRATOR),
    "jobs": ("/jobs/", Role.ADMINISTRATOR),
    "working_days": ("/working-days/", Role.ADMINISTRATOR),
    "letterheads": ("/letterheads/", Role.ADMINISTRATOR),
    "robots": ("/robots/", Role.ADMINISTRATOR),
    "webhooks": ("/webhooks/", Role.ADMINISTRATOR),
    "change_log": ("/accounts/changes/", Role.ADMINISTRATOR),
    "account_new": ("/accounts/new/", Role.ADMINISTRATOR),
    "account_detail": ("/accounts/{liaison}/", Role.ADMINISTRATOR),
    "account_hand_over": ("/accounts/{liaison}/hand-over/", Role.SECRETARIAT),
    "account_settings": ("/accounts/settings/", Role.LIAISON),
    "second_factors": ("/accounts/settings/second-factor/", Role.READER),
    "change_password": ("/accounts/settings/password/", HANDED_OUT),
}
# States of those pages that look different.
STATES = {
    "a leader's dashboard": ("/", Role.LEADER),
    "a liaison's dashboard": ("/", Role.LIAISON),
    "a day of the past": ("/?as_of=2024-01-01", Role.READER),
    "every column": (f"/tasks/?columns={','.join(TaskTable.base_columns)}", Role.READER),
    "nothing found": ("/tasks/?q=没有这样的任务", Role.READER),
    "a wrong parameter": ("/tasks/?health=purple", Role.READER),
    "filtered and sorted": ("/tasks/?health=overdue&health=review_missed&sort=due&as_of=2025-01-01", Role.READER),
    "a task to be looked at only": ("/tasks/{task}/", Role.READER),
}
# Looked at elsewhere (test_layout), or no page: they answer with a redirect, a file or one word.
NO_PAGES = {
    # Leads to the dashboard.
    "overview",
    # Looked at in test_batch.
    "change_many",
    "batch",
    "undo_batch",
    "acknowledge",
    "load_sample",
    "remove_demonstration",
    "account_password",
    "account_unlock",
    "retry_job",
    "robot_remove",
    "webhook_remove",
    "calendar",
    "report_of_meeting",
    "report_bulletin",
    "report_reply",
    "report_register",
    "report_slips",
    "letterhead_file",
    "letterhead_remove",
    "make_calendar_address",
    "make_api_token",
    "revoke_api_token",
    "api",
    # Drawn by Swagger UI; looked at in test_api.
    "api_docs",
    "set_calendar_alarm",
    "end_session",
    # Looked at in test_second_factor.
    "second_factor",
    "recovery_codes",
    "add_passkey",
    "remove_second_factor",
    "account_second_factor",
    "account_unlink",
    # Leads elsewhere, or shows the sign-in page with a sentence.
    "identity_sign_in",
    "open_view",
    "change_view",
    "delete_view",
    "begin_with_view",
    "revoke_calendar_address",
    "login",
    "logout",
    "set_language",
    "discard_kept",
    "healthz",
    "healthz_live",
    "metrics",
    "task_action",
    "deadline_reading",
    "choices",
    "evidence",
    "meeting_agreement",
    "next_meeting",
    "suggestion_reading",
    # They begin a draft, which is looked at in test_manual_entry.
    "meeting_new",
    "meeting_edit",
    "suggestion_new",
    "suggestion_edit",
    "task_new",
    # Looked at in test_comfort, and the file.
    "export",
    "export_file",
    # Looked at in test_import.
    "draft",
    "minutes_file",
    # Looked at in test_workbooks.
    "fill_in_upload",
    "fill_in_workbook",
    "fill_in_file",
}


# One after the other in one register and, for each role, in one browser: to begin anew for each would take longer than
# to look. In parts, so that more than one worker has its share.
PARTS = 4


def in_parts(names: Iterable[str]) -> pytest.MarkDecorator:
    """Run a test for every fourth page, once for each part."""
    listed = list(names)
    parts = [pytest.param(listed[part::PARTS], id=f"{part + 1} of {PARTS}") for part in range(PARTS)]
    return pytest.mark.parametrize("names", parts)


@pytest.fixture
def open_register(visit):
    """Open a page of PAGES or STATES by its name, in a register with the real meeting: one browser for each role."""
    factories.real_meeting()
    meeting = Meeting.objects.get()
    # One with several tasks, so that there is something to split and to join.
    several = meeting.suggestions.get(number=6)
    department, other_department = Department.objects.order_by("pk")[:2]
    pages: dict[str, Page] = {}

    @cache
    def raised_again() -> Suggestion:
        later = factories.meeting(issued_on=datetime.date(2024, 11, 20))
        again = factories.suggestion(later, text=several.text[:40])
        factories.task(again)
        return again

    @cache
    def liaison() -> Account:
        return factories.account(Role.LIAISON, departments=[department])

    def address(name: str, path: str) -> str:
        task = several.tasks.first() if name in ("task_split", "task_join") else Task.objects.order_by("pk").first()
        again = raised_again() if "{later}" in path or "{again}" in path else None
        if name == "robots":
            robot = Robot.objects.create(department=department, address="wecombot://0123456789abcdef/")
            robot.messages.create(kind="greeting", day=meeting.issued_on, title="台账", text="接入通知")
        if name == "webhooks":
            webhook = Webhook.objects.create(address="https://portal.example.org/hooks/register", secret="x")
            webhook.messages.create(body='{"type": "webhook.added", "data": {"entries": []}}')
        return path.format(
            task=task.pk,
            meeting=meeting.pk,
            suggestion=several.pk,
            later=again and again.meeting.pk,
            again=again and again.pk,
            department=department.pk,
            other_department=other_department.pk,
            person=Person.objects.filter(task_leaders__isnull=False).first().pk,
            liaison=liaison().pk if "{liaison}" in path else 0,
        )

    def open_register(name: str, open_page=visit, **options) -> Page:
        path, role = {**PAGES, **STATES}[name]
        if role in pages:
            pages[role].goto(address(name, path))
        else:
            who = factories.account(password_issued_at=timezone.now()) if role == HANDED_OUT else role
            pages[role] = open_page(address(name, path), as_=who, **options)
        return pages[role]

    return open_register


@pytest.fixture
def look_at(picture):
    """Look whether a page fits and is accessible: ``look_at(page, name)``."""

    def look_at(page: Page, name: str) -> None:
        assert page.locator("h1").count() == 1
        assert_fits(page)
        assert_accessible(page)
        picture(page, name)

    return look_at


# One load serves both widths of a page: loading anew would take longer than looking.
@in_parts([*PAGES, *STATES])
def test_pages_fit_a_desk_and_a_phone(open_register, subtests, names):
    for name in names:
        with subtests.test(name):
            page = open_register(name, width=DESK, language="zh-hans")
            assert page.locator("h1").count() == 1
            assert_fits(page)
            assert_names_whole(page)
            resize(page, PHONE)
            assert_fits(page)
            assert_names_whole(page)
        resize(page, DESK)


# The stories of `make test` ask axe about most of these pages, and about what is opened on them.
@pytest.mark.slow
@in_parts([*PAGES, *STATES])
def test_pages_are_accessible_in_light_and_in_dark(open_register, look_at, subtests, names):
    for name in names:
        with subtests.test(name):
            page = open_register(name, width=DESK, language="zh-hans")
            look_at(page, f"{name} zh-hans desk")
            resize(page, PHONE)
            # Without motion: colours half-way from light to dark are none of ours.
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            look_at(page, f"{name} zh-hans phone dark")
        resize(page, DESK)
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")


# English words are longer, and so are more likely not to fit.
@pytest.mark.slow
@in_parts([*PAGES, *STATES])
def test_pages_fit_a_phone_in_english(open_register, look_at, subtests, names):
    for name in names:
        with subtests.test(name):
            look_at(open_register(name, width=PHONE, language="en"), f"{name} en phone")


# As 360, 奇安信 and 统信 still have it.
@pytest.mark.slow
@in_parts(PAGES)
def test_pages_are_read_in_chromium_109(open_register, visit_as_109, look_at, subtests, names):
    for name in names:
        with subtests.test(name):
            page = open_register(name, visit_as_109, width=DESK, language="zh-hans")
            ground = page.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
            assert ground == "rgb(246, 247, 249)"
            look_at(page, f"{name} in Chromium 109")


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def test_every_address_is_looked_at():
    names = {pattern.name for pattern in get_resolver("meetings.urls").url_patterns}
    assert names == {*PAGES, *NO_PAGES}
