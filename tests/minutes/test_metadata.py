"""What stands around the table, in prose and in forms, and the minutes' own count."""

from __future__ import annotations

import pytest

from .document_builders import tabbed
from .parsed import minutes, whole_problems

TABLE = tabbed(
    ("序号", "类别", "工作任务", "责任单位", "完成时限"),
    ("1", "甲", "做甲。", "办公室", "6月底前"),
    ("2", "乙", "做乙。", "办公室", "12月底前"),
)


def read(*lines, after=""):
    return minutes("\n".join(lines) + "\n" + TABLE + after)


def _people(meeting):
    return [(person.name, person.capacity) for person in meeting.attendees]


def test_minutes_of_a_county_government():
    meeting = read(
        "XX县人民政府",
        "常务会议纪要",
        "〔2024〕3号",
        "XX县人民政府办公室              2024年3月10日",
        "2024年3月5日上午，县委副书记、县长王建国主持召开县政府第12次常务会议，研究部署重点工作。",
        "出席：王建国　李　明　张三",
        "列席：县发改局刘伟、县财政局陈静",
        "XX县人民政府第12次常务会议议定事项任务分解表",
    ).meeting
    assert (meeting.title, meeting.body, meeting.chair) == ("XX县人民政府常务会议", "XX县人民政府", "王建国")
    assert (meeting.document_number, str(meeting.held_on), str(meeting.issued_on)) == (
        "〔2024〕3号",
        "2024-03-05",
        "2024-03-10",
    )
    assert _people(meeting) == [
        ("王建国", "县委副书记、县长"),
        ("李明", None),
        ("张三", None),
        ("刘伟", "县发改局"),
        ("陈静", "县财政局"),
    ]


def test_minutes_of_a_university_as_a_form():
    meeting = read(
        "某某大学校长办公会议纪要",
        "2024年第5期",
        "时　间：2024年4月8日（星期一）上午9:00",
        "地　点：行政楼第一会议室",
        "主 持 人：校长 王建国",
        "参会人员：李明、张三、赵 六，",
        "教务处处长刘伟",
        "某某大学校长办公室    2024年4月10日印发",
    ).meeting
    assert (meeting.body, meeting.place, meeting.document_number) == (
        "某某大学校长办公会",
        "行政楼第一会议室",
        "2024年第5期",
    )
    assert (str(meeting.held_on), str(meeting.issued_on)) == ("2024-04-08", "2024-04-10")
    assert _people(meeting) == [
        ("王建国", "校长"),
        ("李明", None),
        ("张三", None),
        ("赵六", None),
        ("刘伟", "教务处处长"),
    ]


def test_minutes_of_an_association_in_prose():
    meeting = read(
        "关于印发某某协会第三届理事会第二次会议纪要的通知",
        "协字〔2024〕15号",
        "某某协会秘书处",
        "2024年5月20日",
        "某某协会第三届理事会第二次会议纪要",
        "某某协会第三届理事会第二次会议于2024年5月12日在上海市以现场与视频相结合的方式召开，由会员单位某某公司承办。"
        "会长王建国主持会议，副会长李明、张三，秘书长赵四出席会议。",
        "总负责人：王建国",
        "具体分工负责人：李明、张 三",
    ).meeting
    assert (meeting.title, meeting.body) == ("某某协会第三届理事会第二次会议", "某某协会第三届理事会")
    assert (meeting.document_number, meeting.place, meeting.host) == ("协字〔2024〕15号", "上海市", "某某公司")
    assert (str(meeting.held_on), str(meeting.issued_on)) == ("2024-05-12", "2024-05-20")
    assert (meeting.overall_lead, meeting.leads) == ("王建国", ("李明", "张三"))
    assert _people(meeting) == [("王建国", "会长"), ("李明", "副会长"), ("张三", "副会长"), ("赵四", "秘书长")]


def test_days_in_chinese_numerals():
    meeting = read("某局会议纪要", "二〇二四年三月五日，某局召开局务会议。", "某局办公室", "二〇二四年三月十日").meeting
    assert (str(meeting.held_on), str(meeting.issued_on)) == ("2024-03-05", "2024-03-10")


def test_a_meeting_day_without_a_year_is_that_of_the_issue_and_a_doubt():
    found = read("某中心专题会议纪要", "3月5日，某中心在三楼会议室召开专题会议。", "某中心办公室 2024年3月8日印发")
    assert str(found.meeting.held_on) == "2024-03-05"
    assert "year_of_meeting" in whole_problems(found)


def test_deadlines_without_a_year_are_read_against_the_issue_day():
    found = read("某局会议纪要", "某局办公室2024年3月8日印发")
    assert [str(row.tasks[0].deadline.due_date) for row in found.rows] == ["2024-06-30", "2024-12-31"]


def test_a_date_below_the_table_is_the_issue_day():
    assert str(read("任务清单", after="某局办公室\n2024年3月1日\n").meeting.issued_on) == "2024-03-01"


def test_nothing_said_is_none_and_two_doubts():
    found = read("说明")
    assert found.meeting.title is None
    assert {str(problem.code) for problem in found.problems} >= {"no_title", "no_issue_day"}


@pytest.mark.parametrize(
    ("claim", "doubts"),
    [
        ("会议形成2个方面2条意见建议。", set()),
        ("会议形成两个方面2条意见建议。", set()),
        ("会议形成3个方面2条意见建议。", {"aspects_differ"}),
        ("会议形成2个方面5条意见建议。", {"suggestions_differ"}),
        ("其中第一次会议提出的9个方面14条意见建议均已落实。会议形成2个方面2条意见建议。", set()),
    ],
)
def test_the_minutes_own_count_is_checked(claim, doubts):
    assert whole_problems(read("某局会议纪要", claim)) & {"aspects_differ", "suggestions_differ"} == doubts


def test_the_title_with_the_number_is_taken_and_not_the_masthead():
    meeting = read(
        "XX县人民政府",
        "常务会议纪要",
        "〔2024〕第4期",
        "县十八届人民政府第35次常务会议纪要",
        "2024年3月18日下午，县长李建国在县政府三楼会议室主持召开县十八届人民政府第35次常务会议。",
    ).meeting
    assert meeting.title == "县十八届人民政府第35次常务会议"
    assert (meeting.chair, meeting.place, meeting.document_number) == ("李建国", "县政府三楼会议室", "〔2024〕第4期")


def test_a_form_names_the_meeting_better_than_its_head():
    meeting = read("XX医院会议纪要", "会议名称：XX医院2024年第6次院周会", "时间：2024年6月11日").meeting
    assert meeting.title == "XX医院2024年第6次院周会"


@pytest.mark.parametrize(
    ("title", "meeting"),
    [
        ("XX市人民医院院长办公会督办事项清单", "XX市人民医院院长办公会"),
        ("XX市科协八届五次全委会委员建议办理任务分解表", "XX市科协八届五次全委会"),
        ("中共XX县委全面深化改革委员会第五次会议议定事项分工方案", "中共XX县委全面深化改革委员会第五次会议"),
        ("2024年重点任务分解表", None),
    ],
)
def test_the_table_names_the_meeting(title, meeting):
    assert read(title).meeting.title == meeting


def test_people_of_two_clauses_and_in_groups():
    prose = "2025年4月2日，局长沙瑞金主持会议。党组成员高育良、李达康出席会议，办公室主任侯亮平列席会议，季昌明请假。"
    assert _people(read("某局会议纪要", prose).meeting) == [
        ("沙瑞金", "局长"),
        ("高育良", "党组成员"),
        ("李达康", "党组成员"),
        ("侯亮平", "办公室主任"),
    ]
    listed = ("参会人员：", "党委委员：林涛、夏　晴", "列席人员：办公室主任段 誉、古 月（财务部）")
    assert _people(read("某局会议纪要", *listed).meeting) == [
        ("林涛", "党委委员"),
        ("夏晴", "党委委员"),
        ("段誉", "办公室主任"),
        ("古月", "财务部"),
    ]


def test_the_day_a_list_was_filled_in_is_its_own():
    assert str(read("填报单位：党委办公室    填报日期：2024年4月12日").meeting.issued_on) == "2024-04-12"


def test_a_chair_between_an_office_and_a_title():
    both = read("某公司会议纪要", "主 持 人：党委书记、董事长 郑国华", "出席：林涛、夏晴").meeting
    assert _people(both)[0] == ("郑国华", "党委书记、董事长")
    listed = ("主持：主任委员  钟 山  院士", "出席：钟山、江 河、佟湘玉（视频）")
    meeting = read("某研究院会议纪要", *listed).meeting
    assert meeting.chair == "钟山"
    assert _people(meeting) == [("钟山", "主任委员"), ("江河", None), ("佟湘玉", None)]


@pytest.mark.parametrize("line", ["单位：市某局机关党委        2024年2月28日", "某局办公室  2024年2月28日"])
def test_a_day_behind_the_office_that_wrote_the_list(line):
    assert str(read(line).meeting.issued_on) == "2024-02-28"


def test_a_chair_whose_sentence_goes_on():
    prose = "会议于2025年1月15日召开，公司总经理武松主持，安委会成员参加会议。"
    assert read("某公司会议纪要", prose).meeting.chair == "武松"


@pytest.mark.parametrize(
    "label", ["附件：", "附件1：", "附件 2 ", "附件", "附件一：", "附件：1.", "附 件：", "附件1：1、"]
)
@pytest.mark.parametrize("title", ["2025年重点任务分解表", "25项重点任务分工表", "重点任务分解表"])
def test_the_word_for_an_annex_is_no_part_of_its_title(label, title):
    if label == "附件" and title.startswith("25"):
        label = "附件："  # 附件25 could be the 25th
    assert read(label + title).meeting.breakdown_title == title
