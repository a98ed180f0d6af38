"""Tables of PDFs whose columns no rule parts, or not all of them."""

from __future__ import annotations

import pytest

from meetings.minutes.documents import read_content
from meetings.minutes.documents.model import SOFT_BREAK

from .document_builders import PdfTable, pdf_bytes

HEADS = ("序号", "工作任务", "责任单位", "完成时限")
WIDTHS = (40, 120, 70, 90)
ROWS = (
    ("1", "修订供水应急预案，明确\n分级响应流程，组织一次\n全要素演练。", "水务局、应急\n管理局", "2026年6月底前"),
    ("2", "对接需求。", "数据局（筹）", "持续推进"),
    ("3", "建立台账并按月更新，确\n保底数清、责任实。", "财政局", "2026年9月"),
    ("4", "举办培训班两期。", "市委组织部、\n人才办", "每季度"),
)
RULES = ("grid", "none", "rows", "three", "inner", "open")


def _tables(*pages: list) -> list[list[list[str]]]:
    document = read_content(pdf_bytes(pages))
    return [_joined([[cell.text for cell in row] for row in table.rows]) for table in document.tables]


def _joined(rows) -> list[list[str]]:
    """The cells without their breaks, which are tried in one test alone."""
    return [[cell.replace("\n", "") for cell in row] for row in rows]


@pytest.mark.parametrize("is_centred", [False, True])
@pytest.mark.parametrize("rules", RULES)
def test_columns_are_found_whatever_rules_there_are(rules, is_centred):
    page = ["重点任务分工表", PdfTable(WIDTHS, [HEADS, *ROWS], rules, is_centred), "注：每月底前报送完成情况。"]
    assert _tables(page) == [_joined([HEADS, *ROWS])]


@pytest.mark.parametrize("heads", [("项次", "暖心事", "谁来办", "何时"), ("项次", "暖心事", "", "何时")])
def test_heads_need_not_be_known_where_numbers_count_the_rows(heads):
    assert _tables([PdfTable(WIDTHS, [heads, *ROWS], "none")]) == [_joined([heads, *ROWS])]


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("rules", ["none", "rows", "three"])
def test_a_table_goes_on_over_pages_with_and_without_its_heads(rules, repeats):
    further = [(str(at), *ROWS[at % 4][1:]) for at in range(5, 9)]
    pages = (
        ["某市办公室文件选编", "重点任务分工表", PdfTable(WIDTHS, [HEADS, *ROWS], rules), "- 1 -"],
        ["某市办公室文件选编", PdfTable(WIDTHS, [*([HEADS] * repeats), *further], rules), "- 2 -"],
    )
    assert _tables(*pages) == [_joined([HEADS, *ROWS, *further])]


def test_a_row_that_a_page_cuts_is_one_row():
    rest = ("", "按月更新。", "计局", "")
    cut = ("2", "建立台账并", "财政局、审", "2026年9月")
    pages = ([PdfTable(WIDTHS, [HEADS, ROWS[0], cut], "none")], [PdfTable(WIDTHS, [rest, ("3", *ROWS[1][1:])], "none")])
    (table,) = _tables(*pages)
    assert [row[2] for row in table[1:]] == ["水务局、应急管理局", "财政局、审计局", "数据局（筹）"]


def test_rows_without_numbers_end_where_no_cell_goes_on():
    rows = [row[1:] for row in ROWS]
    assert _tables([PdfTable(WIDTHS[1:], [HEADS[1:], *rows], "none")]) == [_joined([HEADS[1:], *rows])]


def test_the_title_of_a_group_of_rows_is_a_row_over_all_columns():
    page = [PdfTable(WIDTHS, [HEADS, *ROWS[:2], ("一、强化城市供水保障能力", "", "", ""), *ROWS[2:]], "none")]
    (table,) = _tables(page)
    assert table[3] == ["一、强化城市供水保障能力"] * 4


def test_heads_of_two_lines_are_one_row():
    heads = ("序\n号", "工作任务", "责任单位\n（部门）", "完成时限")
    assert _tables([PdfTable(WIDTHS, [heads, *ROWS], "none")]) == [_joined([heads, *ROWS])]


def test_names_set_apart_by_blanks_are_no_table():
    page = ["出席：张三    李四    王五    赵六", "列席：钱七    孙八    周九    吴十", "各单位要高度重视。"]
    assert _tables(page) == []


def test_a_narrow_column_breaks_no_name_in_two():
    narrow = ("1", "编制计划。", "甲局、市委\n组织部人才\n办、乙局、\n东城区政府", "2026年6月")
    (table,) = read_content(pdf_bytes([[PdfTable((40, 120, 62, 90), [HEADS, narrow])]])).tables
    assert table.rows[1][2].raw_text == narrow[2].replace("\n", SOFT_BREAK)


def test_what_is_printed_twice_to_be_bold_is_read_once():
    assert _tables([PdfTable(WIDTHS, [HEADS, *ROWS], "none", is_bold=True)]) == [_joined([HEADS, *ROWS])]


def test_rows_that_count_themselves_within_numbered_groups_are_rows():
    heads = ("序号", "讲话要点", "讲话内容", "工作任务", "责任部室", "完成时限")
    rows = [
        ("", "", "1) 建议加大宣传力度，\n提高影响力。", "建立宣传小组。", "办公室", "2023.12"),
        ("1.", "加强宣传", "2) 希望办好会刊。", "改版会刊。", "宣传部", "持续跟踪"),
        ("", "", "3) 增加专栏，反映会员\n的诉求。", "增加专栏。", "宣传部", "2023.12"),
        ("2.", "完善服务", "4) 建立服务平台。", "开发平台。", "信息部", "2024.12"),
    ]
    (table,) = _tables([PdfTable((40, 70, 110, 100, 70, 70), [heads, *rows], "none", is_centred=True)])
    first, *others = _joined(rows)
    assert table[1:] == [["1.", "加强宣传", *first[2:]], ["", "", *others[0][2:]], *others[1:]]
