"""Staff prepare the next meeting: the report as a file, and the same matter raised again linked to the earlier one."""

from __future__ import annotations

import datetime

import docx
import pytest
from playwright.sync_api import expect

from meetings.models import Meeting, Role
from tests import factories

from .conftest import DESK, PHONE


@pytest.fixture
def meeting_81(db) -> Meeting:
    factories.real_meeting()
    return Meeting.objects.get()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_report_of_a_day_comes_as_a_file(visit, meeting_81, tmp_path, scripts):
    page = visit("/reports/", as_=Role.SECRETARIAT, language="en", width=DESK, javascript=scripts)
    card = page.locator("section", has=page.get_by_role("heading", name="Report to the next meeting"))
    card.get_by_label("Meeting").select_option(str(meeting_81.pk))
    card.get_by_label("As of").fill("2024-02-09")
    with page.expect_download() as coming:
        card.get_by_role("button").click()
    path = tmp_path / "report.docx"
    coming.value.save_as(path)
    document = docx.Document(str(path))
    assert document.core_properties.language == "zh-CN"
    assert [row.cells[1].text for row in document.tables[0].rows][-1] == "18"
    expect(card.get_by_label("As of")).to_have_value("2024-02-09")


def test_a_matter_raised_again_is_found_and_linked_on_a_phone(visit, meeting_81):
    later = factories.meeting(issued_on=datetime.date(2024, 11, 20))
    factories.task(factories.suggestion(later, text="希望搭建一个平台，使机构可以随时查阅认可规则的培训课件。"))
    address = f"/meetings/compare/?a={meeting_81.pk}&b={later.pk}"
    page = visit(address, as_=Role.SECRETARIAT, language="en", width=PHONE)
    page.get_by_role("link", name="Raised before?").click()
    page.get_by_role("radio", name="随时查阅认可规则").check()
    page.get_by_role("button", name="Save").click()
    again = page.get_by_role("table", name="Raised again")
    expect(again).to_contain_text("加大培训课程开发力度")
    expect(page.get_by_text("Every suggestion of the later meeting is linked.")).to_be_visible()
