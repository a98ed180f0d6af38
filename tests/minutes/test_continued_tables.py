"""Tables that go on over pages and paragraphs, and rows that a page cuts; nothing of them is lost without a word."""

from __future__ import annotations

import pytest

from meetings.core.issue_codes import ProblemCode
from meetings.minutes.documents import read_content
from meetings.minutes.parser.minutes import parse_minutes
from meetings.minutes.parser.schema import LayoutChoice

from .document_builders import C, PdfTable, docx_bytes, p, pdf_bytes, tbl
from .parsed import minutes, tasks

RECTIFICATION = ["序号", "存在问题", "整改措施", "责任领导", "责任部门", "完成时限"]
#: Problems whose words are those of heads.
PROBLEMS = [
    "整改措施不具体",
    "工作任务分解不细",
    "进展情况掌握不及时",
    "责任落实不到位",
    "督查督办不力",
    "完成时限不明确",
]
MEASURES = ["逐条细化措施，明确到人", "按月分解到科室", "建立月报制度", "签订责任书", "每季度开展督查", "修订年度目标"]
PROJECTS = ["包抓领导", "项目名称", "建设内容及规模", "总投资（万元）", "年度目标", "责任单位", "责任人"]
DIVISION = ("序号", "重点工作", "具体措施", "牵头处室", "完成时限")
WIDTHS = (40, 90, 180, 90, 90)


def _rectified(at: int) -> list[str]:
    leader, unit = ("张涛", "李萍", "王强")[at % 3], ("办公室", "财务科", "人事科")[at % 3]
    return [str(at), PROBLEMS[at % 6], MEASURES[at % 6], leader, unit, f"2025年{at % 12 + 1}月底"]


def _omitted(read) -> list[str]:
    return [problem.value for problem in read.problems if problem.code is ProblemCode.TABLE_LEFT_OUT]


@pytest.mark.parametrize(
    "between", ["", "第1页", "— 1 —", "（续表）", "续上表", "（下转第2页）", "整改任务清单（续）", "整改任务清单"]
)
@pytest.mark.parametrize("first", range(1, 7))
def test_a_further_part_goes_on_whatever_words_its_first_row_has(first, between):
    rows = [_rectified(at) for at in range(1, first + 4)]
    blocks = [p("整改任务清单"), tbl([RECTIFICATION, *rows[:first]]), p(between), tbl(rows[first:])]
    read = minutes(docx_bytes(*blocks))
    assert [row.number for row in read.rows] == list(range(1, first + 4))
    assert _omitted(read) == []


@pytest.mark.parametrize("further", [1, 2])
def test_a_further_part_without_numbers_and_days_goes_on(further):
    first = [
        ["县委书记\n高峰", "县城热源厂", "新建2台70MW锅炉", "18600", "完成主体", "县住建局", "石磊"],
        ["县长\n田甜", "工业园污水厂", "日处理1万吨", "9800", "投运", "县生态环境分局", "江河"],
    ]
    rest = [
        ["副县长\n万里", "高标准农田", "改造2万亩", "6000", "完工", "县农业农村局", "麦田"],
        ["副县长\n万里", "数字乡村", "平台一个", "1200", "验收", "县数据局", "云飞"],
    ]
    read = minutes(docx_bytes(p("县级领导包抓重点项目责任表"), tbl([PROJECTS, *first]), p(), tbl(rest[:further])))
    assert [tasks(row)[0] for row in read.rows] == [row[2] for row in [*first, *rest[:further]]]


def test_a_page_may_end_below_the_head():
    read = minutes(docx_bytes(tbl([RECTIFICATION]), p(), tbl([_rectified(at) for at in range(1, 4)])))
    assert [row.number for row in read.rows] == [1, 2, 3]


@pytest.mark.parametrize("width", [4, 5, 7])
def test_a_part_with_other_columns_is_no_part_and_named(width):
    rest = [[*_rectified(at), "张涛"][:width] for at in (4, 5)]
    read = minutes(docx_bytes(tbl([RECTIFICATION, *map(_rectified, (1, 2, 3))]), p(), tbl(rest)))
    assert [row.number for row in read.rows] == [1, 2, 3]
    assert _omitted(read) == ["、".join(rest[0])]


@pytest.mark.parametrize("spans", [(1, 1, 2, 1, 1, 1), (1, 2, 1, 1, 3, 1), (2, 2, 2, 2, 2, 2)])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_part_whose_cells_span_other_places_goes_on(spans, is_first):
    parts = [[RECTIFICATION, *map(_rectified, (1, 2, 3))], [_rectified(4), _rectified(5)]]
    at = 0 if is_first else 1
    parts[at] = [[C(text, span) for text, span in zip(row, spans, strict=True)] for row in parts[at]]
    read = minutes(docx_bytes(tbl(parts[0]), p(), tbl(parts[1])))
    assert [row.number for row in read.rows] == [1, 2, 3, 4, 5]
    assert [tasks(row)[0] for row in read.rows] == [_rectified(at)[2] for at in range(1, 6)]


def test_a_table_with_a_head_of_its_own_is_another_one():
    members = [["序号", "姓名", "性别", "职务", "工作单位", "电话"], ["1", "张涛", "男", "主任", "办公室", "8801"]]
    read = minutes(docx_bytes(tbl([RECTIFICATION, *map(_rectified, (1, 2, 3))]), p(), tbl(members)))
    assert [row.number for row in read.rows] == [1, 2, 3]
    assert _omitted(read) == ["序号、姓名、性别、职务、工作单位、电话"]


def test_what_a_person_chooses_has_all_its_rows():
    rows = [["3", *_rectified(at)[1:]] for at in range(1, 4)]
    document = read_content(docx_bytes(p("有关情况"), tbl(rows)))
    number = parse_minutes(document).tables[0].number
    kinds = ("number", "suggestion", "tasks", "leaders", "responsible", "deadline")
    read = parse_minutes(document, layout=LayoutChoice({number: kinds}))
    assert [task for row in read.rows for task in tasks(row)] == [row[2] for row in rows]


def _pages(*pages: list[tuple[str, ...]]) -> bytes:
    heads = [[DIVISION], *[[] for _ in pages[1:]]]
    return pdf_bytes([[PdfTable(WIDTHS, [*head, *page])] for head, page in zip(heads, pages, strict=True)])


REST = [
    ("15", "科技创新", "落实经费保障", "科技处", "2025年7月"),
    ("16", "生态保护", "加强宣传", "监管处", "2025年8月"),
]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (("", "基层治理提", "推进信息化", "法规处", "2025年3"), ("", "升", "平台建设", "", "月")),
        (("", "基层治理提升", "推进信息化", "法规处", "2025年"), ("", "", "平台建设", "", "3月")),
        (("", "基层治理提升", "推进信息化平台建设", "法规", "2025年3月"), ("", "", "", "处", "")),
        (("", "基层治理提升", "推进信息化平台", "法规处", "2025年3月"), ("", "", "建设", "", "")),
        (("", "基层治理提升", "推进信息化", "法规处", "2025年3月"), ("", "基层治理提升", "平台建设", "", "")),
    ],
)
def test_a_row_that_a_page_cuts_is_one(above, below):
    whole = [("13", "乡村振兴", "开展检查", "办公室", "2025年12月"), ("14", *above[1:])]
    read = minutes(_pages(whole, [below, *REST]))
    assert [row.number for row in read.rows] == [13, 14, 15, 16]
    cut = read.rows[1]
    assert (cut.aspect, tasks(cut)) == ("基层治理提升", ["推进信息化平台建设"])
    assert [each.name for each in cut.tasks[0].departments] == ["法规处"]
    assert str(cut.tasks[0].deadline.due_date) == "2025-03-31"


def test_a_row_cut_between_two_sentences_is_one():
    read = minutes(
        docx_bytes(
            tbl([DIVISION, ("1", "乡村振兴", "（1）开展检查。", "办公室", "2025年12月")]),
            tbl([("", "", "（2）加强宣传。", "", ""), ("2", "科技创新", "落实经费。", "科技处", "2025年7月")]),
        )
    )
    assert [tasks(row) for row in read.rows] == [["开展检查。", "加强宣传。"], ["落实经费。"]]


def test_a_whole_row_whose_number_is_left_out_stays_a_row():
    whole = [("1", "乡村振兴", "开展检查", "办公室", "2025年12月"), ("2", "治理", "推进平台", "法规处", "2025年3月")]
    read = minutes(_pages(whole, [("", "科技创新", "落实经费保障", "科技处", "2025年7月"), REST[1]]))
    assert [row.number for row in read.rows] == [1, 2, None, 16]


def test_the_group_cut_by_a_page_is_not_written_twice():
    rows = [("1", C("乡村振兴", merge="restart"), "开展检查。", "办公室", "2025年12月")]
    below = [("", "乡村振兴", "并通报。", "", ""), ("2", "科技创新", "落实经费。", "科技处", "2025年7月")]
    read = minutes(docx_bytes(tbl([DIVISION, *rows]), tbl(below)))
    assert [(row.number, row.aspect) for row in read.rows] == [(1, "乡村振兴"), (2, "科技创新")]
