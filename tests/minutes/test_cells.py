"""Departments with roles, leaders, suggesters, numbered tasks and heads: one printed form a line."""

from __future__ import annotations

import pytest

from meetings.minutes.parser.cells import (
    is_run_together,
    parse_departments,
    parse_leaders,
    parse_sources,
    separate_people,
)
from meetings.minutes.parser.column_headers import Column, Role, parse_header
from meetings.minutes.parser.ordinals import parse_integer, split_numbered_parts
from meetings.minutes.parser.printed_names import is_doubtful_leader, is_doubtful_office

LEAD, DUTY, SUPPORT = Role.LEAD, Role.RESPONSIBLE, Role.SUPPORTING


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("技术部", [("技术部", DUTY)]),
        ("技术部 体系部 产品部", [("技术部", DUTY), ("体系部", DUTY), ("产品部", DUTY)]),
        ("技术部\n评审员部", [("技术部", DUTY), ("评审员部", DUTY)]),
        ("办公室/财务部，人事部；工会", [("办公室", DUTY), ("财务部", DUTY), ("人事部", DUTY), ("工会", DUTY)]),
        ("中心领导 班子", [("中心领导班子", DUTY)]),
        ("党群工作部(纪委办公室)", [("党群工作部(纪委办公室)", DUTY)]),
        ("党群工作部 (纪委办公室)", [("党群工作部(纪委办公室)", DUTY)]),
        ("专项组（办公室、财务部）", [("专项组（办公室、财务部）", DUTY)]),
        ("各县（市、区）人民政府、济南海关", [("各县（市、区）人民政府", DUTY), ("济南海关", DUTY)]),
        ("省科技厅、工业和信息化厅", [("省科技厅", DUTY), ("省工业和信息化厅", DUTY)]),
        ("市委办公室、市财政局、东城区教育局", [("市委办公室", DUTY), ("市财政局", DUTY), ("东城区教育局", DUTY)]),
        ("牵头单位：办公室；配合单位：财务部、人事部", [("办公室", LEAD), ("财务部", SUPPORT), ("人事部", SUPPORT)]),
        ("牵头：甲局 配合：乙局、丙局", [("甲局", LEAD), ("乙局", SUPPORT), ("丙局", SUPPORT)]),
        ("办公室牵头，财务部、人事部配合", [("办公室", LEAD), ("财务部", SUPPORT), ("人事部", SUPPORT)]),
        ("办公室（牵头）、财务部（配合）", [("办公室", LEAD), ("财务部", SUPPORT)]),
        ("由办公室会同财务部办理", [("办公室", DUTY), ("财务部", SUPPORT)]),
        ("主办：甲局\n协办：乙局", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("市自然资源局，市\v财政局", [("市自然资源局", DUTY), ("市财政局", DUTY)]),
        ("各街道\v办事处、XX 县人\v民政府", [("各街道办事处", DUTY), ("XX县人民政府", DUTY)]),
        ("街道\n办事处、甲局", [("街道办事处", DUTY), ("甲局", DUTY)]),
        ("县综合执法局\v县生态环境分\v局", [("县综合执法局", DUTY), ("县生态环境分局", DUTY)]),
        (
            "甲局牵头，乙局、丙局配合，各县区政府落实",
            [("甲局", LEAD), ("乙局", SUPPORT), ("丙局", SUPPORT), ("各县区政府", DUTY)],
        ),
        ("甲局（牵头）、乙局按职责分工负责", [("甲局", LEAD), ("乙局", DUTY)]),
        ("自然资源和规划局会\v同工信局", [("自然资源和规划局", DUTY), ("工信局", SUPPORT)]),
        ("市直各部门、单位，各县政府", [("市直各部门、单位", DUTY), ("各县政府", DUTY)]),
        ("/", []),
        ("无", []),
        ("——", []),
        ("教育局、财政局等有关部门", [("教育局", DUTY), ("财政局", DUTY)]),
        ("技术部、技术部", [("技术部", DUTY)]),
        ("第一、第二检察部", [("第一检察部", DUTY), ("第二检察部", DUTY)]),
        ("第一、二检察部、办公室", [("第一检察部", DUTY), ("第二检察部", DUTY), ("办公室", DUTY)]),
        ("一、二、三车间", [("一车间", DUTY), ("二车间", DUTY), ("三车间", DUTY)]),
        ("1、2、3号车间", [("1号车间", DUTY), ("2号车间", DUTY), ("3号车间", DUTY)]),
        ("市场一、二部", [("市场一部", DUTY), ("市场二部", DUTY)]),
        ("市场一部、二部", [("市场一部", DUTY), ("市场二部", DUTY)]),
        ("刑事一庭\n二庭", [("刑事一庭", DUTY), ("刑事二庭", DUTY)]),
        ("市场一部、二科", [("市场一部", DUTY), ("二科", DUTY)]),
        ("质量部+技术部＋办公室", [("质量部", DUTY), ("技术部", DUTY), ("办公室", DUTY)]),
        ("A：质量部 B：技术部", [("质量部", DUTY), ("技术部", DUTY)]),
        ("质量部（主）、技术部（辅）", [("质量部", LEAD), ("技术部", SUPPORT)]),
        ("市教育局（市公安局、市城管局配合）", [("市教育局", DUTY), ("市公安局", SUPPORT), ("市城管局", SUPPORT)]),
        ("市教育局（配合单位：市公安局）、团市委", [("市教育局", DUTY), ("市公安局", SUPPORT), ("团市委", DUTY)]),
        ("市公安局、消防救援支队（按职责分工）", [("市公安局", DUTY), ("消防救援支队", DUTY)]),
        ("市教育局（会同市公安局）", [("市教育局", DUTY), ("市公安局", SUPPORT)]),
        ("甲局（牵头）乙局（协同）", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("甲局为主，乙局配合", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("牵头部门——质量部", [("质量部", LEAD)]),
        ("主办：甲局 会办：乙局", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("1、质量部；2、技术部", [("质量部", DUTY), ("技术部", DUTY)]),
        ("①质量部 ②技术部", [("质量部", DUTY), ("技术部", DUTY)]),
        ("质量部、技术部等5个部门", [("质量部", DUTY), ("技术部", DUTY)]),
        ("待定", []),
        ("待确定", []),
        ("另行指定", []),
    ],
)
def test_departments(printed, expected):
    read = parse_departments(printed, DUTY)
    assert [(department.name, department.role) for department in read.names] == expected


def test_the_role_of_the_column_holds_where_the_cell_says_none():
    assert [each.role for each in parse_departments("甲局、乙局", SUPPORT).names] == [SUPPORT, SUPPORT]
    assert [each.role for each in parse_departments("甲局、乙局", DUTY, is_first_lead=True).names] == [LEAD, DUTY]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("肖良", ("肖良",)),
        ("肖良 陈云华", ("肖良", "陈云华")),
        ("张 虹", ("张虹",)),
        ("张　虹 肖良", ("张虹", "肖良")),
        ("张朝华\n陈云华\n肖良", ("张朝华", "陈云华", "肖良")),
        ("张朝\v华", ("张朝华",)),
        ("张朝华\v肖良", ("张朝华", "肖良")),
        ("张三（副县长）", ("张三",)),
        ("副县长 张三", ("张三",)),
        ("李四副主任、王五", ("李四", "王五")),
        ("常务副县长", ("常务副县长",)),
        ("欧阳修、艾力·买买提", ("欧阳修", "艾力·买买提")),
        ("县委常委、副县长 仝 宇", ("仝宇",)),
        ("逄锦辉副县长", ("逄锦辉",)),
        ("组织委员 亖 昭", ("亖昭",)),
        ("欧阳志\n强", ("欧阳志强",)),
        ("亓 伟、阿依努尔·艾合买提", ("亓伟", "阿依努尔·艾合买提")),
        ("/", ()),
        ("赵六 13912345678", ("赵六",)),
        ("赵六（电话：0531-88776655）", ("赵六",)),
        ("A角：王五 B角：赵六", ("王五", "赵六")),
        ("A角王五B角赵六", ("王五", "赵六")),
        ("张三、李四等", ("张三", "李四")),
        ("待定", ()),
    ],
)
def test_leaders(printed, expected):
    assert parse_leaders(printed) == expected


@pytest.mark.parametrize(
    ("printed", "offices", "people"),
    [
        ("财务部（王芳 13800000000）", ["财务部"], ("王芳",)),
        ("设备部：赵六、后勤部：钱七", ["设备部", "后勤部"], ("赵六", "钱七")),
        ("质量部（联系人：张三，13800000000）、王芳（财务部）", ["质量部", "财务部"], ("张三", "王芳")),
        ("质量部张三、设备部李工", ["质量部", "设备部"], ("张三", "李工")),
        ("专项组（办公室、财务部）", ["专项组（办公室、财务部）"], ()),
        ("市委组织部、消防支队江北站、运输队安全组", ["市委组织部", "消防支队江北站", "运输队安全组"], ()),
    ],
)
def test_an_office_and_who_of_it_is_printed_with_it(printed, offices, people):
    read = separate_people(parse_departments(printed, DUTY), are_expected=False)
    assert ([each.name for each in read.names], read.people) == (offices, people)


@pytest.mark.parametrize(
    "name", ["除财务处外各处室", "一组：质量部", "质量部=技术部", "13912345678", "甲局等", "见附件", "甲局长"]
)
def test_what_no_office_is_called_is_doubted(name):
    assert is_doubtful_office(name)


@pytest.mark.parametrize("name", ["第一检察部", "党群工作部(纪委办公室)", "各县（市、区）政府", "IT部"])
def test_what_an_office_is_called_is_not_doubted(name):
    assert not is_doubtful_office(name)


def test_titles_without_a_name_are_doubted():
    assert all(map(is_doubtful_leader, ["总工程师", "班子成员", "分管副局长", "副主任", "1391234"]))
    assert not any(map(is_doubtful_leader, ["肖良", "欧阳修", "艾力·买买提", "亖昭", "Tom", "李主任"]))


def test_two_names_without_anything_between_are_noticed():
    assert is_run_together("肖良陈云华")
    assert not is_run_together("欧阳修")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("执委 刘仲书", [("刘仲书", "执委")]),
        ("信息技术专业委员会委员 易春", [("易春", "信息技术专业委员会委员")]),
        ("评定专门委员会副主任刘克", [("刘克", "评定专门委员会副主任")]),
        ("最终用户专门 委员会委员 孙广伟", [("孙广伟", "最终用户专门委员会委员")]),
        ("特邀嘉宾 顾绍平 执委 刘仲书", [("顾绍平", "特邀嘉宾"), ("刘仲书", "执委")]),
        ("评定专门委员会副\v主任 刘克\n执委 郎志正", [("刘克", "评定专门委员会副主任"), ("郎志正", "执委")]),
        ("执委 刘仲书、郎志正", [("刘仲书", "执委"), ("郎志正", "执委")]),
        ("执委：刘仲书、黄继先", [("刘仲书", "执委"), ("黄继先", "执委")]),
        ("刘仲书（执委）", [("刘仲书", "执委")]),
        ("刘仲书（执委）、郎志正", [("刘仲书", "执委"), ("郎志正", None)]),
        ("赵一曼副会\n长", [("赵一曼", "副会长")]),
        ("易春 信息技术专业委员会委员", [("易春", "信息技术专业委员会委员")]),
        ("最终用户专门委员会委员 曹\v高峰", [("曹高峰", "最终用户专门委员会委员")]),
        (
            "评定专门委员会副主任刘克\v信息技术专业委员会委员 易\v春",
            [("刘克", "评定专门委员会副主任"), ("易春", "信息技术专业委员会委员")],
        ),
        ("委员 李国\v秋", [("李国秋", "委员")]),
        ("刘 克", [("刘克", None)]),
        ("工会", [("工会", None)]),
        ("无", []),
    ],
)
def test_sources(printed, expected):
    assert [(person.name, person.capacity) for person in parse_sources(printed)] == expected


@pytest.mark.parametrize(
    ("text", "lead_in", "parts"),
    [
        ("只有一件事。", "", [(None, "只有一件事。")]),
        ("(1) 甲； (2) 乙; (3) 丙。", "", [(1, "甲"), (2, "乙"), (3, "丙。")]),
        ("总的要求。 (1) 甲；(2) 乙。", "总的要求。", [(1, "甲"), (2, "乙。")]),
        ("（一）甲。（二）乙。", "", [(1, "甲。"), (2, "乙。")]),
        ("1．甲；2．乙。", "", [(1, "甲"), (2, "乙。")]),
        ("①甲②乙", "", [(1, "甲"), (2, "乙")]),
        ("一是建甲；二是建乙；三是建丙。", "", [(1, "建甲"), (2, "建乙"), (3, "建丙。")]),
        ("1.甲：（1）子；（2）丑。2.乙", "", [(1, "甲：（1）子；（2）丑。"), (2, "乙")]),
        ("抓两头。一是行业，二是民生。", "", [(None, "抓两头。一是行业，二是民生。")]),
        ("修订3.1条、3.2条，投资1.5亿元。", "", [(None, "修订3.1条、3.2条，投资1.5亿元。")]),
        ("按照第1、2条办理", "", [(None, "按照第1、2条办理")]),
        ("对照标准（1）和（2）修订", "", [(None, "对照标准（1）和（2）修订")]),
    ],
)
def test_numbered_tasks(text, lead_in, parts):
    assert split_numbered_parts(text) == (lead_in, tuple(map(_part, parts)))


def _part(pair):
    from meetings.minutes.parser.ordinals import Part

    return Part(*pair)


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("1.", 1),
        ("１", 1),
        ("（一）", 1),
        ("十二、", 12),
        ("③", 3),
        ("第3项", 3),
        ("01", 1),
        ("1.0", 1),
        ("1-1", None),
        ("1.1", None),
        ("A1", None),
    ],
)
def test_numbers_of_rows(printed, number):
    assert parse_integer(printed) == number


HEADS = {
    Column.NUMBER: "序号 编号 项次 序",
    Column.ASPECT: "讲话要点 重点工作 方面 类别 工作板块 任务类别 议题 会议名称 项目名称",
    Column.SUGGESTION: "讲话内容(建议意见) 意见建议 建议内容 问题 存在问题 议定事项 领导批示 案由 建议标题",
    Column.TASKS: "工作任务 重点任务 具体措施 落实措施 任务内容 整改措施 重点工作任务 建设内容 督办内容 工作要点",
    Column.DEPARTMENTS: "责任部室/中心班子 责任部门 责任单位 牵头单位 主办 主办单位 配合单位 协办 中心班子 "
    "责任处室 会办单位 归口部门 责任科（室） 责任站所",
    Column.LEADERS: "分管领导 责任领导 牵头领导 责任人 联系人 分管县领导 牵头市领导 牵头人",
    Column.DEADLINE: "完成时限 时间节点 完成时间 办结时限 时间要求 整改期限 整改到位时间",
    Column.SOURCES: "建议来源 提出人 来源 领衔代表 委员姓名 批示领导",
    Column.REMARKS: "备注 进展情况 完成情况 实际完成时间 开始时间",
    None: "姓名 单位 职务 金额 2026年目标 任务分解表 时间 培训内容",
}


@pytest.mark.parametrize(
    ("head", "column"), [(head, column) for column, heads in HEADS.items() for head in heads.split()]
)
def test_heads_in_use(head, column):
    found = parse_header(head)
    assert (found.column if found else None) is column


@pytest.mark.parametrize(
    ("head", "role"),
    [("牵头单位", LEAD), ("主办", LEAD), ("责任单位", DUTY), ("配合单位", SUPPORT), ("会办单位", SUPPORT)],
)
def test_heads_name_the_role(head, role):
    assert parse_header(head).role is role
