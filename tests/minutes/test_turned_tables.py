"""Tables in other shapes than rows of cells: turned on their side, and written with bars."""

from __future__ import annotations

import pytest

from .document_builders import docx_bytes, p, tbl
from .parsed import departments, minutes, tasks

TURNED = [
    ["项目", "任务一", "任务二", "任务三"],
    ["工作内容", "修订质量手册全文", "组织内部审核", "开展能力验证"],
    ["责任部门", "质量部", "技术部", "检测部"],
    ["完成时限", "2025年5月", "2025年6月", "2025年7月"],
]


@pytest.mark.parametrize("rows", [TURNED, TURNED[1:], [["序号", "1", "2", "3"], *TURNED[1:]]])
def test_a_table_whose_heads_stand_at_its_left_is_read(rows):
    read = minutes(docx_bytes(p("重点任务表"), tbl(rows)))
    assert [tasks(row) for row in read.rows] == [["修订质量手册全文"], ["组织内部审核"], ["开展能力验证"]]
    assert [list(departments(row)) for row in read.rows] == [["质量部"], ["技术部"], ["检测部"]]
    assert [str(row.tasks[0].deadline.due_date)[:7] for row in read.rows] == ["2025-05", "2025-06", "2025-07"]


@pytest.mark.parametrize("rule", ["|------|:--------:|----------|---:|\n", ""])
def test_a_table_written_with_bars_is_read(rule):
    read = minutes(
        "2025年重点任务分解表\n\n| 序号 | 工作任务 | 责任部门 | 完成时限 |\n"
        + rule
        + "| 1 | 修订质量手册 | 质量部 | 6月底 |\n"
        "| 2 | 组织内部审核 |  | 2025年6月底 |\n\n注：按月报送。\n"
    )
    assert [(row.number, *tasks(row), *departments(row)) for row in read.rows] == [
        (1, "修订质量手册", "质量部"),
        (2, "组织内部审核"),
    ]


def test_a_rule_of_bars_does_not_take_long():
    assert minutes(
        "| 序号 | 工作任务 | 责任部门 |\n| 1 | 甲。 | 质量部 |\n| 2 | 乙。 | 质量部 |\n"
        + "-" * 100_000
        + "\n"
        + "|" * 90_000
    )
