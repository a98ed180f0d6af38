"""Lists of tasks without a table: who does what is said of an item, or of all below a heading."""

from __future__ import annotations

import pytest

from meetings.minutes.documents import UnreadableReason

from .parsed import departments, minutes, refused, tasks

SECTIONS = (
    """镇2025年重点工作责任分解
2025年1月8日印发
一、乡村振兴{first}
{numbers[0]}完成高标准农田建设5000亩，9月底前完工。
{numbers[1]}新建冷链仓储3处，11月底前投用。
二、平安建设{second}
{numbers[0]}排查化解矛盾纠纷，持续推进。
{numbers[1]}安装技防探头200个，6月底前完成。
""",
    {
        "乡村振兴": ["完成高标准农田建设5000亩", "新建冷链仓储3处"],
        "平安建设": ["排查化解矛盾纠纷", "安装技防探头200个"],
    },
)


def _due(read) -> list[str]:
    return [str(row.tasks[0].deadline.due_date or row.tasks[0].deadline.kind) for row in read.rows]


@pytest.mark.parametrize("numbers", [("1.", "2."), ("（一）", "（二）"), ("1、", "2、"), ("（1）", "（2）")])
@pytest.mark.parametrize(
    "said",
    [
        "（责任领导：{0} 责任科室：{1}）",
        "（责任领导：{0}；责任科室：{1}）",
        "\n责任领导：{0}  责任科室：{1}",
        "\n责任领导：{0}\n责任科室：{1}",
    ],
)
def test_what_a_heading_says_holds_for_all_its_items(said, numbers):
    text, expected = SECTIONS
    both = [said.format("张勇", "农业农村办"), said.format("李敏", "综治办")]
    read = minutes(text.format(first=both[0], second=both[1], numbers=numbers))
    assert [(row.aspect or "")[2:] for row in read.rows] == [name for name, of in expected.items() for _ in of]
    assert [tasks(row)[0].partition("，")[0] for row in read.rows] == [task for of in expected.values() for task in of]
    assert [row.tasks[0].leaders for row in read.rows] == [("张勇",)] * 2 + [("李敏",)] * 2
    assert [list(departments(row)) for row in read.rows] == [["农业农村办"]] * 2 + [["综治办"]] * 2
    assert _due(read) == ["2025-09-30", "2025-11-30", "ongoing", "2025-06-30"]


def test_an_item_may_have_its_own_beside_those_of_its_heading():
    read = minutes(
        """一、乡村振兴（责任科室：农业农村办；完成时限：2025年12月）
1.完成高标准农田建设5000亩。（责任人：王五）
2.新建冷链仓储3处。（责任科室：经发办；完成时限：2025年6月）
二、平安建设（责任科室：综治办；完成时限：2025年10月）
1.排查化解矛盾纠纷。（责任人：赵六）
"""
    )
    assert [list(departments(row)) for row in read.rows] == [["农业农村办"], ["经发办"], ["综治办"]]
    assert [row.tasks[0].leaders for row in read.rows] == [("王五",), (), ("赵六",)]
    assert _due(read) == ["2025-12-31", "2025-06-30", "2025-10-31"]


def test_points_below_an_item_stay_its_tasks():
    read = minutes(
        """一、推进城市更新，改造老旧小区。（责任单位：住建局；完成时限：2025年6月）
1.改造小区12个。
2.新建停车位300个。
二、办好民生实事，新建幼儿园。（责任单位：教育局；完成时限：2025年8月）
1.新建幼儿园3所。
2.改造食堂5处。
三、优化营商环境，压缩办理时限。（责任单位：政务局；完成时限：2025年9月）
"""
    )
    assert [row.number for row in read.rows] == [1, 2, 3]
    texts = ["\n".join([row.lead_in, *tasks(row)]) for row in read.rows]
    assert all(word in texts[0] for word in ("推进城市更新", "改造小区12个", "新建停车位300个"))
    assert all(word in texts[1] for word in ("新建幼儿园3所", "改造食堂5处"))


DECISIONS = """江南市人民医院院长办公会会议纪要
2025年4月16日印发
会议议定事项如下：
一、关于门诊改造工程。由基建科牵头，后勤保障部配合，于2025年6月30日前完成。
二、关于设备采购。会议要求设备科会同财务科抓紧办理采购手续，5月底前完成招标。
三、关于人才引进。由人事科负责，年内引进博士10名。
"""


def test_decisions_say_who_and_by_when_in_their_sentences():
    read = minutes(DECISIONS)
    assert [departments(row) for row in read.rows] == [
        {"基建科": "lead", "后勤保障部": "supporting"},
        {"设备科": "responsible", "财务科": "supporting"},
        {"人事科": "responsible"},
    ]
    assert _due(read) == ["2025-06-30", "2025-05-31", "2025-12-31"]


def test_decisions_that_name_departments_only_are_read_too():
    read = minutes(
        """江南市人民政府常务会议纪要
2025年3月20日印发
一、研究加快推进城市更新工作
（一）由市住建局牵头，于4月底前完成方案修改。
（二）市财政局要落实资金保障，市自然资源局配合做好用地审批。
二、研究旅游旺季保障工作
会议要求：市文旅局5月1日前制定应急预案；市公安局加强疏导。
"""
    )
    assert [list(departments(row)) for row in read.rows] == [["市住建局"], ["市财政局", "市自然资源局"], ["市文旅局"]]
    assert [row.aspect for row in read.rows] == [*["一、研究加快推进城市更新工作"] * 2, "二、研究旅游旺季保障工作"]
    assert _due(read) == ["2025-04-30", "undecided", "2025-05-01"]


def test_a_message_that_calls_people_is_a_list():
    read = minutes("各位：\n1、@张三 整理会议材料，6月20日前反馈\n2、@李四 联系供应商，6月底\n谢谢！\n")
    assert [(tasks(row)[0].partition("，")[0], row.tasks[0].leaders) for row in read.rows] == [
        ("整理会议材料", ("张三",)),
        ("联系供应商", ("李四",)),
    ]
    assert [row.tasks[0].deadline.text for row in read.rows] == ["6月20日前反馈", "6月底"]


@pytest.mark.long
@pytest.mark.parametrize(("count", "number"), [(1200, "{}. "), (1200, "{}、")])
def test_a_list_may_have_more_than_a_thousand_items(count, number):
    items = (
        f"{number.format(at)}推进第{at}件事。（责任单位：市水务局；完成时限：2025年）" for at in range(1, count + 1)
    )
    assert [row.number for row in minutes("\n".join(items)).rows] == list(range(1, count + 1))


@pytest.mark.long
def test_a_list_of_too_many_items_is_refused():
    items = (f"{at}. 推进事项。（责任单位：市水务局；完成时限：2025年）" for at in range(1, 5_100))
    assert refused("\n".join(items)) is UnreadableReason.TOO_MANY_ROWS
