"""Wrong cells of a workbook, corrected on its page instead of in Excel."""

from __future__ import annotations

import pytest
from openpyxl.styles import Font

from meetings.models import Batch, Status
from meetings.workbooks.reviewed_rows import RowState

from .test_not_taken_over import cell_of
from .workbook_files import accept, edited, fetched, filled, handed_in, only_upload, sentences, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def send(world, action: str, place: object, **texts: str):
    return signed_in(world.liaison).post(
        f"/fill-in/{only_upload().pk}/", {"action": action, "place": place, **texts}, follow=True
    )


def form_of(page) -> dict[str, str]:
    """Return what the form of the only wrong row holds."""
    ((place, form),) = page.context["corrections"].items()
    return {"place": place, **{field.name: field.value() or "" for field in form}}


@pytest.mark.long
def test_a_wrong_day_is_corrected_on_the_page_and_the_file_stays(world):
    content = filled(fetched(world.liaison), world.on_track, progress="平台上线。", day="下周", reason="按计划。")
    page = handed_in(world.liaison, content)
    there = form_of(page)
    assert (there["progress"], there["day"], there["reason"]) == ("平台上线。", "下周", "按计划。")

    page = send(world, "correct", **there | {"day": f"{world.day:%Y/%m/%d}"})
    (row,) = page.context["changes"]
    assert not page.context["invalid_rows"]
    assert "下周" in sentences(page)
    accept(world.liaison, page)
    entry = Batch.objects.get().entries.get()
    assert (entry.task, entry.effective_on) == (world.on_track, world.day)
    assert "平台上线。" in entry.note
    assert row.corrected
    assert b"".join(signed_in(world.liaison).get(f"/fill-in/{only_upload().pk}/file/").streaming_content) == content


def test_a_correction_that_is_wrong_too_comes_back_as_it_was_typed(world):
    there = form_of(handed_in(world.liaison, filled(fetched(world.liaison), world.on_track, progress="甲", day="下周")))
    page = send(world, "correct", **there | {"day": "下下周", "progress": "乙"})
    assert form_of(page)["day"] == "下下周"
    assert form_of(page)["progress"] == "乙"
    (finding,) = page.context["invalid_rows"][0].findings
    assert finding.value == "下下周"


@pytest.mark.long
def test_a_correction_is_taken_back(world):
    there = form_of(handed_in(world.liaison, filled(fetched(world.liaison), world.on_track, progress="甲", day="下周")))
    send(world, "correct", **there | {"day": ""})
    page = send(world, "as_filed", there["place"])
    assert form_of(page) == there
    assert not only_upload().decisions


def test_saving_struck_text_as_it_stands_is_an_answer(world):

    def edit(workbook):
        cell = cell_of(workbook, world.on_track)
        cell.value, cell.font = "已完成。", Font(strike=True)

    page = handed_in(world.liaison, edited(fetched(world.liaison), edit))
    page = send(world, "correct", **form_of(page))
    (row,) = page.context["changes"]
    assert row.change.note == "已完成。"


@pytest.mark.long
def test_a_status_that_is_no_status_is_chosen_from_those_there_are(world):
    page = handed_in(world.liaison, filled(fetched(world.liaison), world.overdue, progress="甲", new_status="飞快推进"))
    there = form_of(page)
    assert there["new_status"] == ""
    ((_place, form),) = page.context["corrections"].items()
    assert [value for value, _label in form.fields["new_status"].choices] == ["", "未启动", "推进中", "申请办结"]
    page = send(world, "correct", **there | {"new_status": "申请办结"})
    accept(world.liaison, page)
    world.overdue.refresh_from_db()
    assert world.overdue.status == Status.CLOSURE_REQUESTED


@pytest.mark.parametrize("place", ["", "x", "-1", "99", "9" * 500])
def test_a_row_that_is_not_there_is_corrected_nowhere(world, place):
    handed_in(world.liaison, filled(fetched(world.liaison), world.on_track, progress="甲", day="下周"))
    assert send(world, "correct", place, progress="乙").status_code == 422
    assert not only_upload().decisions


def test_a_row_emptied_by_its_correction_changes_nothing(world):
    there = form_of(handed_in(world.liaison, filled(fetched(world.liaison), world.on_track, day="下周")))
    page = send(world, "correct", there["place"])
    assert {row.state for row in page.context["review"].rows} == {RowState.UNCHANGED}
