"""What a page leaves out of a long list comes when it is asked for, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from meetings.models import Role
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE
from .pages import assert_fits


@pytest.fixture
def task(world):
    for number in range(1, 56):
        factories.progress(world.on_track, f"第{number}次进展。", on=world.day)
    return world.on_track


@pytest.mark.parametrize(("width", "javascript"), [(DESK, True), (PHONE, False)])
def test_the_older_entries_of_a_log_come_when_they_are_asked_for(visit, picture, task, width, javascript):
    page = visit(task.get_absolute_url(), as_=Role.SECRETARIAT, width=width, javascript=javascript)
    entries = page.locator("ol.log > li")
    expect(entries).to_have_count(50)
    assert_fits(page)
    if javascript:
        assert_accessible(page)
    more = page.locator("[data-part=log] .more-rows")
    more.scroll_into_view_if_needed()
    picture(page, f"a long log {width[0]}")
    more.click()
    expect(entries).to_have_count(task.log.count())
    expect(more).to_have_count(0)


def test_an_entry_that_a_batch_leads_to_is_in_sight_however_long_the_log_is(visit, world):
    batch = factories.batch(world.on_track)
    for number in range(1, 56):
        factories.progress(world.on_track, f"第{number}次进展。", on=world.day)
    entry = batch.entries.get()
    page = visit(f"/batches/{batch.pk}/", as_=Role.SECRETARIAT)
    page.locator(".batch-rows a").first.click()
    expect(page.locator(f"#entry-{entry.sequence}")).to_be_in_viewport()
