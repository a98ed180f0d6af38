"""Every page of the register, with the real meeting in it: accessible, and nothing out of the window.

A page that is not in PAGES is not looked at; `test_every_address_is_looked_at` finds the ones that were forgotten.
"""

from itertools import product

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from meetings.models import Meeting, Role, Task

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .test_frame import assert_fits

# Name of the address -> what a person opens there, and as whom it has most to show.
PAGES = {
    "dashboard": ("/", Role.SECRETARIAT),
    "task_list": ("/tasks/", Role.SECRETARIAT),
    "task_detail": ("/tasks/{task}/", Role.SECRETARIAT),
    "inbox": ("/inbox/", Role.SECRETARIAT),
    "meeting_list": ("/meetings/", Role.SECRETARIAT),
    "meeting_detail": ("/meetings/{meeting}/", Role.SECRETARIAT),
    "import_home": ("/import/", Role.SECRETARIAT),
    "account_settings": ("/accounts/settings/", Role.LIAISON),
}
# States of those pages that look different.
STATES = {
    "a leader's dashboard": ("/", Role.LEADER),
    "a liaison's dashboard": ("/", Role.LIAISON),
    "a day of the past": ("/?as_of=2024-01-01", Role.READER),
    "nothing found": ("/tasks/?q=没有这样的任务", Role.READER),
    "a wrong parameter": ("/tasks/?health=purple", Role.READER),
    "filtered and sorted": ("/tasks/?health=overdue&health=review_missed&sort=due&as_of=2025-01-01", Role.READER),
    "a task to be looked at only": ("/tasks/{task}/", Role.READER),
}
# Looked at elsewhere (test_frame), or no page: they answer with a redirect, a file or one word.
NO_PAGES = {
    "calendar",
    "make_calendar_address",
    "revoke_calendar_address",
    "login",
    "logout",
    "set_language",
    "discard_kept",
    "healthz",
    "confirm_mark",
    "task_action",
    "deadline_reading",
    "evidence",
    "meeting_agreement",
    "next_meeting",
    # Looked at in test_import_story.
    "draft",
    "minutes_file",
}


@pytest.fixture
def open_register(visit):
    """Open a page of PAGES or STATES by its name, in a register with the real meeting."""
    call_command("loaddata", "meeting_81", verbosity=0)

    def open_register(name: str, **options):
        path, role = {**PAGES, **STATES}[name]
        path = path.format(task=Task.objects.order_by("pk").first().pk, meeting=Meeting.objects.get().pk)
        return visit(path, as_=role, **options)

    return open_register


# One loaded register serves all the looks of a page: loading it anew for each would take longer than looking.
@pytest.mark.parametrize("name", [*PAGES, *STATES])
def test_pages_are_accessible_and_fit(open_register, picture, name):
    for size, language in product((DESK, PHONE), ("zh-hans", "en")):
        page = open_register(name, width=size, language=language)
        assert page.locator("h1").count() == 1
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"{name} {language} {size[0]}")


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_readable_in_the_dark(open_register, picture, name):
    for size in (DESK, PHONE):
        page = open_register(name, width=size, color_scheme="dark")
        assert_accessible(page)
        picture(page, f"{name} dark {size[0]}")


def test_every_address_is_looked_at():
    names = {pattern.name for pattern in get_resolver("meetings.urls").url_patterns}
    assert names == {*PAGES, *NO_PAGES}
