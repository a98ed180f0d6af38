"""A file whose table nobody could tell is mapped by hand, and its rows are corrected as in Excel."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from meetings.models import DraftRow, Meeting, Role, Task
from tests.minutes.test_layouts import workbook

from .axe import assert_accessible
from .conftest import DESK
from .pages import assert_fits

#: No head is a word for what it holds, and no cell reads as a department or as a day.
UNKNOWN = [
    ["某某", "缘由", "事情", "谁", "何时"],
    ["甲", "来信", "把东楼的电梯换掉", "小明同志等", "看情况"],
    ["乙", "来访", "给西楼加两处车棚", "小红同志等", "看情况"],
    ["丙", "来电", "办一间职工的书屋", "小刚同志等", "看情况"],
]


def hand_in(page: Page, path: Path) -> None:
    page.set_input_files("#id_file", path)
    page.locator("form.import-form button[type=submit]").click()
    page.wait_for_url("**/import/*/**")


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "事项.xlsx"
    path.write_bytes(workbook(事项=UNKNOWN))
    return path


def take(page: Page, at: int, kind: str) -> None:
    """Say what a column holds; the file is read again at once."""
    before = page.locator("#tables [name=version]").input_value()
    page.locator("#tables select").nth(at).select_option(kind)
    expect(page.locator("#tables [name=version]")).not_to_have_value(before)
    page.wait_for_load_state()


def test_a_refused_file_is_mapped_by_hand_and_accepted(visit, width, picture, table):
    page = visit("/import/", as_=Role.SECRETARIAT, width=width)
    began = time.monotonic()
    hand_in(page, table)
    expect(page.locator("#tables")).to_have_attribute("open", "")
    if page.locator("#tables button[value='only:1']").count():
        page.locator("#tables button[value='only:1']").click()
        page.wait_for_load_state()
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"tables {width[0]}")
    for at, kind in enumerate(("remarks", "remarks", "tasks", "responsible", "deadline")):
        if page.locator("#tables select").nth(at).input_value() != kind:
            take(page, at, kind)
    for name, value in (("title", "职工事项办公会"), ("issued_on", "2026-01-10")):
        page.locator(f"#facts [name={name}]").fill(value)
        page.locator(f"#facts [name={name}]").blur()
    expect(page.locator("#draft-bar")).to_contain_text(":")
    page.locator("#accept .btn-success").click()
    page.wait_for_url("**/meetings/**")
    assert time.monotonic() - began < 60
    assert Meeting.objects.get().title == "职工事项办公会"
    assert [task.text for task in Task.objects.order_by("pk")] == [row[2] for row in UNKNOWN[1:]]


def cells(page: Page, field: str):
    return page.locator(f"td[data-field={field}]")


def as_a_table(page: Page, path: Path) -> None:
    hand_in(page, path)
    page.locator("a[href*='view=table']").click()
    expect(cells(page, "remarks")).to_have_count(3)


def saved(page: Page) -> None:
    expect(page.locator("[data-grid-status]")).to_have_text(
        page.locator("[data-grid-status]").get_attribute("data-saved")
    )


TASKS = [
    ["序号", "工作任务", "责任单位", "完成时限"],
    ["1", "修缮老旧小区供水管网二十公里", "城建局", "2026年6月底前"],
    ["2", "新增普惠性托育床位一千张以上", "卫健局", "2026年9月底前"],
    ["3", "改造提升农贸市场十五个并验收", "商务局", "2026年12月底前"],
]


@pytest.fixture
def known(tmp_path) -> Path:
    path = tmp_path / "任务.xlsx"
    path.write_bytes(workbook(任务=TASKS))
    return path


def test_cells_are_corrected_as_in_excel(visit, picture, known):
    page = visit("/import/", as_=Role.SECRETARIAT, width=DESK)
    as_a_table(page, known)
    assert_accessible(page)
    cells(page, "task-0-leaders").first.click()
    page.keyboard.type("张三")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.type("李四")
    page.keyboard.press("ArrowRight")  # as in Excel: the arrow ends what is typed
    expect(cells(page, "task-0-leaders")).to_have_text(["张三", "李四", ""])
    saved(page)
    # The deadline of the second row is current now: F2 goes on from what is there, and arrows stay in it.
    page.keyboard.press("F2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("End")
    page.keyboard.type("完成")
    page.keyboard.press("Escape")
    expect(cells(page, "task-0-deadline").nth(1)).to_have_text("2026年9月底前")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(cells(page, "task-0-leaders").nth(1)).to_have_text("")
    saved(page)
    page.keyboard.press("Control+z")
    expect(cells(page, "task-0-leaders").nth(1)).to_have_text("李四")
    saved(page)
    assert_accessible(page)
    picture(page, "draft table")
    assert DraftRow.objects.get(position=2).content["tasks"][0]["leaders"] == ["李四"]


PASTE = """(editor, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    editor.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_a_block_is_pasted_and_taken_back(visit, known):
    page = visit("/import/", as_=Role.SECRETARIAT, width=DESK)
    as_a_table(page, known)
    cells(page, "task-0-leaders").first.click()
    block = '张三\t2026年5月\n"李四\n王五"\t2026年7月\n赵六\t2026年8月\n多出来\t的一行\n'
    page.locator(".grid-editor").evaluate(PASTE, block)
    expect(cells(page, "task-0-deadline")).to_have_text(["2026年5月", "2026年7月", "2026年8月"])
    expect(cells(page, "task-0-leaders")).to_have_text(["张三", "李四、王五", "赵六"])
    expect(page.locator("[data-grid-status]")).to_have_text(
        page.locator("[data-grid-status]").get_attribute("data-over")
    )
    page.keyboard.press("Control+z")
    expect(cells(page, "task-0-leaders")).to_have_text(["", "", ""])
    expect(cells(page, "task-0-deadline")).to_have_text([row[3] for row in TASKS[1:]])
    saved(page)
    page.keyboard.press("Control+y")
    expect(cells(page, "task-0-leaders")).to_have_text(["张三", "李四、王五", "赵六"])
    saved(page)
    assert [row.content["tasks"][0]["leaders"] for row in DraftRow.objects.order_by("position")] == [
        ["张三"],
        ["李四", "王五"],
        ["赵六"],
    ]


@pytest.fixture
def long(tmp_path) -> Path:
    """A draft of two pages of forms; only the last row has a question of its own."""
    rows = [[str(at), f"修缮第{at}号小区供水管网并验收", "城建局", "2026年6月底前"] for at in range(1, 56)]
    rows[-1][-1] = "春节前"
    path = tmp_path / "长表.xlsx"
    path.write_bytes(workbook(任务=[TASKS[0], *rows]))
    return path


def as_rows(page: Page, path: Path) -> None:
    hand_in(page, path)
    page.locator("a[href$='view=rows#rows']").click()
    expect(page.locator(".draft-row")).to_have_count(50)


@pytest.mark.parametrize("size", [DESK, (1366, 768), (390, 844)])
def test_what_was_typed_is_saved_before_the_next_page(visit, picture, size, long):
    page = visit("/import/", as_=Role.SECRETARIAT, width=size)
    as_rows(page, long)
    assert_fits(page)
    assert_accessible(page)
    picture(page, f"draft in pages {size[0]}")
    row = page.locator(".draft-row").nth(49)
    row.locator("summary").first.click()
    row.locator("[name=remarks]").fill("先办")
    # The field is left by the click itself.
    page.locator(".pages [rel=next]").click()
    expect(page.locator(".draft-row")).to_have_count(5)
    assert DraftRow.objects.get(position=50).content["remarks"] == "先办"
    # A refused number keeps the reader where it was typed.
    row = page.locator(".draft-row").first
    row.locator("summary").first.click()
    row.locator("[name=number]").fill("五十一")
    page.locator(".pages [rel=prev]").click()
    expect(row.get_by_role("alert")).to_be_visible()
    expect(row.locator("[name=number]")).to_have_value("五十一")


def test_the_next_question_may_be_on_another_page(visit, long):
    page = visit("/import/", as_=Role.SECRETARIAT, width=DESK)
    as_rows(page, long)
    page.locator(".draft-row").nth(30).locator("summary").first.click()
    page.keyboard.press("n")
    question = page.locator(".draft-row [data-draft-issue]")
    expect(question).to_be_focused()
    expect(page.locator(".draft-position").first).to_have_text("51")


def test_a_cell_is_saved_before_the_rows_are_opened(visit, known):
    page = visit("/import/", as_=Role.SECRETARIAT, width=DESK)
    as_a_table(page, known)
    cells(page, "remarks").first.click()
    page.keyboard.type("先办")
    page.locator("a[href*='view=rows#rows']").click()
    expect(page.locator(".draft-row")).to_have_count(3)
    assert DraftRow.objects.get(position=1).content["remarks"] == "先办"
