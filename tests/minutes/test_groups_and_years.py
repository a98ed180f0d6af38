"""Rows that only name a group, cells that a group leaves blank, sheets of several years, and counts in the prose."""

from __future__ import annotations

import openpyxl
import pytest

from meetings.core.issue_codes import ProblemCode
from meetings.minutes.documents import read_content
from meetings.minutes.parser.column_evidence import NO_NAMES
from meetings.minutes.parser.minutes import parse_minutes
from meetings.minutes.parser.schema import LayoutChoice
from meetings.minutes.parser.table_candidates import find_candidates

from .document_builders import docx_bytes, p, saved, tbl
from .parsed import minutes, tasks

HEADS = ["序号", "任务", "责任部门", "时限"]


def _book(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


@pytest.mark.parametrize("numbers", [("1", "1.1", "1.2", "2", "2.1"), ("一", "1", "2", "二", "3")])
def test_a_row_that_only_names_a_group_is_no_task(numbers):
    rows = [
        [numbers[0], "提升服务质量", "", "", ""],
        [numbers[1], "", "设立一窗通办", "政务办", "2025年4月"],
        [numbers[2], "", "延时服务", "政务办", "2025年5月"],
        [numbers[3], "提升监管效能", "", "", ""],
        [numbers[4], "", "双随机检查", "监管局", "2025年10月"],
    ]
    read = minutes(docx_bytes(tbl([["编号", "任务", "措施", "责任单位", "时限"], *rows])))
    assert [(row.aspect, *tasks(row)) for row in read.rows] == [
        ("提升服务质量", "设立一窗通办"),
        ("提升服务质量", "延时服务"),
        ("提升监管效能", "双随机检查"),
    ]


def test_a_row_with_a_group_and_duties_is_a_task():
    rows = [["1", "提升服务质量", "", "政务办", "2025年4月"], ["2", "", "延时服务", "政务办", "2025年5月"]]
    read = minutes(docx_bytes(tbl([["编号", "任务", "措施", "责任单位", "时限"], *rows])))
    assert len(read.rows) == 2


def test_blank_cells_of_a_group_and_of_what_it_is_divided_into_are_those_above():
    read = minutes(
        "改革领域,改革任务,序号,工作举措,责任部门,完成时间\n"
        "公司治理,健全董事会制度,1,修订公司章程,董事会办公室,2025-06-30\n"
        ",,2,落实外部董事占多数,人力资源部,2025-09-30\n"
        "三项制度,推行任期制,3,签订聘任协议,人力资源部,2025-12-31\n"
        "数字转型,,4,建设数据平台,信息部,2025-12-31\n".encode()
    )
    assert [(row.aspect, row.suggestion) for row in read.rows] == [
        ("公司治理", "健全董事会制度"),
        ("公司治理", "健全董事会制度"),
        ("三项制度", "推行任期制"),
        ("数字转型", None),
    ]


YEARS = {
    "2024年": [HEADS, ["1", "上线办公系统", "信息部", "2024年6月"], ["2", "开展满意度调查", "客服部", "2024年9月"]],
    "2025年": [HEADS, ["1", "升级移动端系统", "信息部", "2025年6月"], ["2", "建设客服知识库", "客服部", "2025年9月"]],
}


def test_of_two_years_sheets_the_later_is_read_and_the_other_named():
    document = read_content(_book(YEARS))
    read = parse_minutes(document)
    assert [tasks(row)[0] for row in read.rows] == ["升级移动端系统", "建设客服知识库"]
    assert [problem.value for problem in read.problems if problem.code is ProblemCode.TABLE_LEFT_OUT] == ["2024年"]
    both = LayoutChoice({table.number: table.kinds for table in read.tables})
    assert len(parse_minutes(document, layout=both).rows) == 4


def test_sheets_of_one_year_are_read_all():
    sheets = {"信息部2025年": YEARS["2024年"], "客服部2025年": YEARS["2025年"]}
    assert len(parse_minutes(read_content(_book(sheets))).rows) == 4


@pytest.mark.parametrize(("count", "counts"), [(1, False), (2, False), (3, True), (4, True)])
def test_a_count_in_the_prose_speaks_for_a_table_from_three_rows_on(count, counts):
    rows = [[str(at), f"做第{at}件事情。", "信息部", "2025年6月"] for at in range(1, count + 1)]
    scores = [
        find_candidates(read_content(docx_bytes(p(f"现交办{claim}。"), tbl([HEADS, *rows]))), NO_NAMES)[0].score
        for claim in (f"{count}项", "若干项")
    ]
    assert (scores[0] > scores[1]) is counts
