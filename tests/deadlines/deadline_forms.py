"""Every form of a deadline and what it means: the table the tests run and ``docs/deadlines.md`` is printed from.

``python -m tests.deadlines.deadline_forms`` prints the page anew; a test fails while it is not current.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

ISSUED_ON = datetime.date(2023, 11, 8)
HELD_ON = datetime.date(2023, 9, 27)
PAGE = Path(__file__).parent.parent.parent / "docs" / "deadlines.md"


@dataclass(frozen=True)
class Form:
    """A printed text and its expected reading; days as YYYY-MM-DD, milestones as (piece of the text, day or None)."""

    text: str
    kind: str
    due_date: str | None = None
    precision: str | None = None
    review_months: int | None = None
    milestones: tuple[tuple[str, str | None], ...] = ()
    problem: str | None = None
    offered: str | None = None


@dataclass(frozen=True)
class Group:
    """Forms that belong together under one heading of the page."""

    title: str
    forms: tuple[Form, ...]


GROUPS = (
    Group(
        "Days, months, quarters, half years, years",
        (
            Form("2023.12", "dated", "2023-12-31", "month"),
            Form("2024. 12", "dated", "2024-12-31", "month"),
            Form("2023-12", "dated", "2023-12-31", "month"),
            Form("2023/12", "dated", "2023-12-31", "month"),
            Form("2023年12月", "dated", "2023-12-31", "month"),
            Form("2023年12月份", "dated", "2023-12-31", "month"),
            Form("2023.12月底", "dated", "2023-12-31", "month"),
            Form("2024年12月底前", "dated", "2024-12-31", "month"),
            Form("2023年12月31日", "dated", "2023-12-31", "day"),
            Form("2023.12.31", "dated", "2023-12-31", "day"),
            Form("2023-12-31", "dated", "2023-12-31", "day"),
            Form("2023/12/31", "dated", "2023-12-31", "day"),
            Form("2024-12-31 00:00:00", "dated", "2024-12-31", "day"),
            Form("20241231", "dated", "2024-12-31", "day"),
            Form("202412", "dated", "2024-12-31", "month"),
            Form("2024年12.31前", "dated", "2024-12-31", "day"),
            Form("2024年12月31日（周二）前", "dated", "2024-12-31", "day"),
            Form("2024年6月30日24时前", "dated", "2024-06-30", "day"),
            Form("于2024年12月31日前完成", "dated", "2024-12-31", "day"),
            Form("2024年12月31日以前完成", "dated", "2024-12-31", "day"),
            Form("不晚于2024年6月30日", "dated", "2024-06-30", "day"),
            Form("截至2024年底", "dated", "2024-12-31", "year"),
            Form("力争2024年底前", "dated", "2024-12-31", "year"),
            Form("2024年12月下旬", "dated", "2024-12-31", "day"),
            Form("2024年6月上中旬", "dated", "2024-06-20", "day"),
            Form("2024年6月上旬至中旬", "dated", "2024-06-20", "day"),
            Form("2024年第二季度", "dated", "2024-06-30", "quarter"),
            Form("2024年一季度", "dated", "2024-03-31", "quarter"),
            Form("2024Q2", "dated", "2024-06-30", "quarter"),
            Form("2024年第三季度末", "dated", "2024-09-30", "quarter"),
            Form("2024年前三季度", "dated", "2024-09-30", "quarter"),
            Form("2024年上半年", "dated", "2024-06-30", "half_year"),
            Form("2024H1", "dated", "2024-06-30", "half_year"),
            Form("2024年", "dated", "2024-12-31", "year"),
            Form("2024", "dated", "2024-12-31", "year"),
            Form("2024年度", "dated", "2024-12-31", "year"),
            Form("2024年内", "dated", "2024-12-31", "year"),
            Form("2024年底", "dated", "2024-12-31", "year"),
            Form("2024年年底前", "dated", "2024-12-31", "year"),
            Form("2024年全年", "dated", "2024-12-31", "year"),
            Form("二〇二四年六月", "dated", "2024-06-30", "month"),
            Form("二○二四年十月底前", "dated", "2024-10-31", "month"),
            Form("２０２４．１２", "dated", "2024-12-31", "month"),
            Form("２０２４年１２月３１日", "dated", "2024-12-31", "day"),
            Form("2024年\n12月底前", "dated", "2024-12-31", "month"),
            Form("24年6月", "dated", "2024-06-30", "month"),
            Form("2026.1", "dated", "2026-01-31", "month"),
            Form("2020年", "dated", "2020-12-31", "year"),
        ),
    ),
    Group(
        "The year left out: the first such period that ends on or after the issue day",
        (
            Form("12月底前", "dated", "2023-12-31", "month"),
            Form("十二月底", "dated", "2023-12-31", "month"),
            Form("12月31日", "dated", "2023-12-31", "day"),
            Form("12.31", "dated", "2023-12-31", "day"),
            Form("12-31", "dated", "2023-12-31", "day"),
            Form("年底前", "dated", "2023-12-31", "year"),
            Form("年底", "dated", "2023-12-31", "year"),
            Form("年内", "dated", "2023-12-31", "year"),
            Form("全年", "dated", "2023-12-31", "year"),
            Form("第四季度", "dated", "2023-12-31", "quarter"),
            Form("Q4", "dated", "2023-12-31", "quarter"),
            Form("下半年", "dated", "2023-12-31", "half_year"),
            Form("12月上旬", "dated", "2023-12-10", "day"),
            Form("12月中旬", "dated", "2023-12-20", "day"),
            Form("12月下旬", "dated", "2023-12-31", "day"),
            Form("6月中旬", "dated", "2024-06-20", "day", problem="year_not_of_issue"),
            Form("6月30日前", "dated", "2024-06-30", "day", problem="year_not_of_issue"),
            Form("6.30前", "dated", "2024-06-30", "day", problem="year_not_of_issue"),
            Form("上半年", "dated", "2024-06-30", "half_year", problem="year_not_of_issue"),
            Form("第二季度", "dated", "2024-06-30", "quarter", problem="year_not_of_issue"),
            Form("二季度", "dated", "2024-06-30", "quarter", problem="year_not_of_issue"),
            Form("第三季度末", "dated", "2024-09-30", "quarter", problem="year_not_of_issue"),
            Form("一季度", "dated", "2024-03-31", "quarter", problem="year_not_of_issue"),
            Form("元月底前", "dated", "2024-01-31", "month", problem="year_not_of_issue"),
            Form("2月29日", "dated", "2024-02-29", "day", problem="year_not_of_issue"),
            Form("10月", "dated", "2024-10-31", "month", problem="year_not_of_issue"),
        ),
    ),
    Group(
        "Counted from the document's own year, month or week",
        (
            Form("今年底前", "dated", "2023-12-31", "year"),
            Form("今年年底前", "dated", "2023-12-31", "year"),
            Form("本年度", "dated", "2023-12-31", "year"),
            Form("明年上半年", "dated", "2024-06-30", "half_year"),
            Form("次年3月", "dated", "2024-03-31", "month"),
            Form("本月底前", "dated", "2023-11-30", "month"),
            Form("月底前", "dated", "2023-11-30", "month"),
            Form("当月", "dated", "2023-11-30", "month"),
            Form("下月10日前", "dated", "2023-12-10", "day"),
            Form("本季度末", "dated", "2023-12-31", "quarter"),
            Form("季度末", "dated", "2023-12-31", "quarter"),
            Form("本周内", "dated", "2023-11-12", "day"),
            Form("本周五前", "dated", "2023-11-10", "day"),
            Form("下周三前", "dated", "2023-11-15", "day"),
            Form("“十四五”期间", "dated", "2025-12-31", "year"),
            Form("十四五末", "dated", "2025-12-31", "year"),
        ),
    ),
    Group(
        "Ranges: the end counts",
        (
            Form("2023-2025年", "dated", "2025-12-31", "year"),
            Form("2024—2026年", "dated", "2026-12-31", "year"),
            Form("2024-2026", "dated", "2026-12-31", "year"),
            Form("2024年至2026年", "dated", "2026-12-31", "year"),
            Form("2024.06-2024.12", "dated", "2024-12-31", "month"),
            Form("2024年6月至12月", "dated", "2024-12-31", "month"),
            Form("2024年1-6月", "dated", "2024-06-30", "month"),
            Form("2024.6.1-6.30", "dated", "2024-06-30", "day"),
            Form("2024年6月1日至30日", "dated", "2024-06-30", "day"),
            Form("2024年1月1日—2024年12月31日", "dated", "2024-12-31", "day"),
            Form("6-12月", "dated", "2023-12-31", "month"),
            Form("10-12月", "dated", "2023-12-31", "month"),
            Form("2024年10月至次年3月", "dated", "2025-03-31", "month"),
            Form("2024年10月-3月", "dated", "2025-03-31", "month", problem="year_carried_over"),
            Form("即日起至2024年12月底", "dated", "2024-12-31", "month"),
            Form("2024年7月1日起至2025年6月30日", "dated", "2025-06-30", "day"),
            Form("2024年1-2季度", "dated", "2024-06-30", "quarter"),
        ),
    ),
    Group(
        "Several dates: the last is the deadline, the others are milestones",
        (
            Form("2024.12\n2026.12", "dated", "2026-12-31", "month", milestones=(("2024.12", "2024-12-31"),)),
            Form("2024.12；2026.12", "dated", "2026-12-31", "month", milestones=(("2024.12", "2024-12-31"),)),
            Form("2024年6月、12月", "dated", "2024-12-31", "month", milestones=(("2024年6月", "2024-06-30"),)),
            Form(
                "2024年3、6、9、12月底前",
                "dated",
                "2024-12-31",
                "month",
                milestones=(
                    ("2024年3、6、9、12月底前", "2024-03-31"),
                    ("2024年3、6、9、12月底前", "2024-06-30"),
                    ("2024年3、6、9、12月底前", "2024-09-30"),
                ),
            ),
            Form(
                "3、6、9、12月底前",
                "dated",
                "2024-12-31",
                "month",
                milestones=(
                    ("3、6、9、12月底前", "2024-03-31"),
                    ("3、6、9、12月底前", "2024-06-30"),
                    ("3、6、9、12月底前", "2024-09-30"),
                ),
                problem="year_not_of_issue",
            ),
            Form(
                "2024年第一、二季度",
                "dated",
                "2024-06-30",
                "quarter",
                milestones=(("2024年第一、二季度", "2024-03-31"),),
            ),
            Form("12月15日、30日", "dated", "2023-12-30", "day", milestones=(("12月15日", "2023-12-15"),)),
            Form(
                "分阶段：2024年6月底前完成初稿，9月底前定稿，12月底前印发",
                "dated",
                "2024-12-31",
                "month",
                milestones=(
                    ("分阶段：2024年6月底前完成初稿", "2024-06-30"),
                    ("9月底前定稿", "2024-09-30"),
                ),
            ),
            Form(
                "第一阶段：2024年3月；第二阶段：2024年9月",
                "dated",
                "2024-09-30",
                "month",
                milestones=(("第一阶段：2024年3月", "2024-03-31"),),
            ),
            Form(
                "1. 2024年6月\n2. 2024年12月",
                "dated",
                "2024-12-31",
                "month",
                milestones=(("1. 2024年6月", "2024-06-30"),),
            ),
            Form("①2024年6月②2024年12月", "dated", "2024-12-31", "month", milestones=(("①2024年6月", "2024-06-30"),)),
            Form(
                "2024年3月开工，2025年6月竣工",
                "dated",
                "2025-06-30",
                "month",
                milestones=(("2024年3月开工", "2024-03-31"),),
            ),
            Form(
                "2024年12月底前完工（2024年3月开工）",
                "dated",
                "2024-12-31",
                "month",
                milestones=(("（2024年3月开工）", "2024-03-31"),),
            ),
            Form(
                "2024年12月、6月",
                "dated",
                "2025-06-30",
                "month",
                milestones=(("2024年12月", "2024-12-31"),),
                problem="year_carried_over",
            ),
            Form(
                "2024.12，2024.6",
                "dated",
                "2024-12-31",
                "month",
                milestones=(("2024.6", "2024-06-30"),),
                problem="out_of_order",
            ),
            Form(
                "2024年10月底前，力争9月底前",
                "dated",
                "2024-10-31",
                "month",
                milestones=(("力争9月底前", "2024-09-30"),),
                problem="out_of_order",
            ),
            Form("2024年6月或12月", "undecided", problem="alternatives", offered="2024-12-31"),
        ),
    ),
    Group(
        "At once, and counted from a day",
        (
            Form("立即", "dated", "2023-11-08", "day"),
            Form("即知即改", "dated", "2023-11-08", "day"),
            Form("立行立改", "dated", "2023-11-08", "day"),
            Form("马上整改", "dated", "2023-11-08", "day"),
            Form("立即整改，2024年3月底前完成", "dated", "2024-03-31", "month"),
            Form("会后立即", "dated", "2023-09-27", "day"),
            Form("会后一周内", "dated", "2023-10-04", "day"),
            Form("会后两周", "dated", "2023-10-11", "day"),
            Form("会议结束后10日内", "dated", "2023-10-07", "day"),
            Form("会后3日内", "dated", "2023-09-30", "day"),
            Form("会后一个月内", "dated", "2023-10-27", "day"),
            Form("会后半个月内", "dated", "2023-10-12", "day"),
            Form("文件下发后一个月", "dated", "2023-12-08", "day"),
            Form("印发之日起30日内", "dated", "2023-12-08", "day"),
            Form("本通知印发后10日内", "dated", "2023-11-18", "day"),
            Form("自发文之日起三个月内", "dated", "2024-02-08", "day"),
            Form("会后5个工作日内", "undecided", problem="working_days", offered="2023-10-04"),
            Form("收到通知后10个工作日内", "undecided", problem="receipt_day", offered="2023-11-22"),
            Form("接到通知后立即", "undecided", problem="receipt_day"),
            Form("30日内", "undecided", problem="counted_from_unsaid", offered="2023-12-08"),
            Form("一周内", "undecided", problem="counted_from_unsaid", offered="2023-11-15"),
            Form("三个月内", "undecided", problem="counted_from_unsaid", offered="2024-02-08"),
            Form("1个月", "undecided", problem="counted_from_unsaid", offered="2023-12-08"),
            Form("半年内", "undecided", problem="counted_from_unsaid", offered="2024-05-08"),
            Form("条例出台后三个月内", "undecided", problem="event"),
        ),
    ),
    Group(
        "Ongoing",
        (
            Form("持续跟踪", "ongoing"),
            Form("持续追踪", "ongoing"),
            Form("持续推进", "ongoing"),
            Form("长期", "ongoing"),
            Form("长期坚持", "ongoing"),
            Form("常态化", "ongoing"),
            Form("常态化推进", "ongoing"),
            Form("按时间节点推进", "ongoing"),
            Form("按计划推进", "ongoing"),
            Form("按序时进度推进", "ongoing"),
            Form("稳步推进", "ongoing"),
            Form("有序推进", "ongoing"),
            Form("动态更新", "ongoing"),
            Form("经常性工作", "ongoing"),
            Form("贯穿全过程", "ongoing"),
            Form("加快认可制度研发速度，持续追踪", "ongoing"),
            Form("2024年5月底前启动，持续推进", "ongoing", milestones=(("2024年5月底前启动", "2024-05-31"),)),
            Form("2024年起持续推进", "ongoing"),
        ),
    ),
    Group(
        "Recurring",
        (
            Form("每月", "recurring", review_months=1),
            Form("每月25日前", "recurring", review_months=1),
            Form("每月底前", "recurring", review_months=1),
            Form("按月调度", "recurring", review_months=1),
            Form("一月一次", "recurring", review_months=1),
            Form("每季度", "recurring", review_months=3),
            Form("每季度末", "recurring", review_months=3),
            Form("每季度首月10日前", "recurring", review_months=3),
            Form("每季度最后一个月25日前", "recurring", review_months=3),
            Form("按季度推进", "recurring", review_months=3),
            Form("一季一调度", "recurring", review_months=3),
            Form("持续推进，每季度报告", "recurring", review_months=3),
            Form("每半年", "recurring", review_months=6),
            Form("半年一次", "recurring", review_months=6),
            Form("每年", "recurring", review_months=12),
            Form("每年12月底前", "recurring", review_months=12),
            Form("每年6月、12月", "recurring", review_months=12),
            Form("每年2次", "recurring", review_months=6),
            Form("每两年", "recurring", review_months=24),
            Form("每周", "recurring", review_months=1),
            Form("2024年每季度", "recurring", review_months=3),
            Form("2024年6月起每月", "recurring", review_months=1),
        ),
    ),
    Group(
        "The next meeting",
        (
            Form("下次会议前", "next_meeting"),
            Form("下次会议", "next_meeting"),
            Form("下一次执委会前", "next_meeting"),
            Form("下次全体会议", "next_meeting"),
            Form("提交下次会议审议", "next_meeting"),
            Form("下次会上报告", "next_meeting"),
            Form("下次会议前，2024年6月底前", "dated", "2024-06-30", "month", problem="several_kinds"),
        ),
    ),
    Group(
        "A date and an ongoing word",
        (
            Form("2025年底前完成，并长期坚持", "dated", "2025-12-31", "year"),
            Form("2025年底前，并长期坚持", "dated", "2025-12-31", "year"),
            Form("2025年底前并持续推进", "dated", "2025-12-31", "year"),
            Form("持续推进，2024年底前完成", "dated", "2024-12-31", "year"),
            Form("2025年底前建立长效机制", "dated", "2025-12-31", "year"),
            Form("2024年12月底前持续推进", "dated", "2024-12-31", "month", problem="several_kinds"),
            Form("2024年12月，持续推进", "dated", "2024-12-31", "month", problem="several_kinds"),
            Form("2024.12\n持续跟踪", "dated", "2024-12-31", "month", problem="several_kinds"),
            Form("全年持续推进", "dated", "2023-12-31", "year", problem="several_kinds"),
            Form("立行立改，长期坚持", "dated", "2023-11-08", "day", problem="several_kinds"),
            Form(
                "2024年底前取得阶段性成效，长期坚持",
                "ongoing",
                milestones=(("2024年底前取得阶段性成效", "2024-12-31"),),
                problem="stage_only",
            ),
        ),
    ),
    Group(
        "No fixed day",
        (
            Form("春节前", "undecided", problem="no_fixed_day", offered="2024-02-09"),
            Form("2024年春节前", "undecided", problem="no_fixed_day", offered="2024-02-09"),
            Form("端午节前", "undecided", problem="no_fixed_day", offered="2024-06-09"),
            Form("中秋节前", "undecided", problem="no_fixed_day", offered="2024-09-16"),
            Form("清明节前", "undecided", problem="no_fixed_day", offered="2024-04-03"),
            Form("国庆节前", "dated", "2024-09-30", "day", problem="year_not_of_issue"),
            Form("2024年国庆节前", "dated", "2024-09-30", "day"),
            Form("元旦前", "dated", "2023-12-31", "day"),
            Form("2024年“五一”前", "dated", "2024-04-30", "day"),
            Form("2024年国庆前后", "undecided", problem="no_fixed_day", offered="2024-10-01"),
            Form("汛期前", "undecided", problem="no_fixed_day"),
            Form("2024年供暖季前", "undecided", problem="no_fixed_day"),
            Form("2024年两会期间", "undecided", problem="no_fixed_day"),
            Form("2023-2024学年", "undecided", problem="no_fixed_day"),
            Form("农历年底前", "undecided", problem="no_fixed_day"),
            Form("月初", "undecided", problem="no_fixed_day", offered="2023-11-10"),
            Form("12月初", "undecided", problem="no_fixed_day", offered="2023-12-10"),
            Form("2024年年中", "undecided", problem="no_fixed_day", offered="2024-06-30"),
            Form("2024年中期", "undecided", problem="no_fixed_day", offered="2024-06-30"),
            Form("15日前", "undecided", problem="no_month", offered="2023-11-15"),
            Form("周五前", "undecided", problem="counted_from_unsaid", offered="2023-11-10"),
            Form("项目验收后", "undecided", problem="event"),
            Form("2024年工作会议前", "undecided", problem="event"),
            Form("第三次执委会前", "undecided", problem="event"),
            Form("下次检查前", "undecided", problem="event"),
        ),
    ),
    Group(
        "Starts, not-before, done, nothing said",
        (
            Form("5月底前动工", "undecided", problem="starts"),
            Form("2024年一季度启动", "undecided", problem="starts"),
            Form("立即启动", "undecided", problem="starts"),
            Form("2024年6月起", "undecided", problem="starts"),
            Form("自2024年1月起执行", "undecided", problem="starts"),
            Form("即日起", "undecided", problem="starts"),
            Form(
                "5月底前完成设计，10月底前开工",
                "undecided",
                milestones=(("5月底前完成设计", "2024-05-31"),),
                problem="starts",
            ),
            Form("7月15日以后", "undecided", problem="not_before"),
            Form("7月15日后启动", "undecided", problem="not_before"),
            Form("不早于2024年6月", "undecided", problem="not_before"),
            Form("7月15日以后，2024年9月底前", "dated", "2024-09-30", "month"),
            Form("已完成", "undecided", problem="already_done"),
            Form("已于2023年10月完成", "undecided", problem="already_done", offered="2023-10-31"),
            Form("2023年10月已完成", "undecided", problem="already_done", offered="2023-10-31"),
            Form("已完成，长期坚持", "undecided", problem="already_done"),
            Form("待定", "undecided", problem="no_day_named"),
            Form("尽快", "undecided", problem="no_day_named"),
            Form("适时", "undecided", problem="no_day_named"),
            Form("近期", "undecided", problem="no_day_named"),
            Form("按要求", "undecided", problem="no_day_named"),
            Form("按时间节点完成", "undecided", problem="no_day_named"),
            Form("无", "undecided", problem="empty"),
            Form("/", "undecided", problem="empty"),
            Form("—", "undecided", problem="empty"),
            Form("", "undecided", problem="empty"),
        ),
    ),
    Group(
        "Doubtful or impossible",
        (
            Form("2024年6月前", "dated", "2024-06-30", "month", problem="before_period", offered="2024-05-31"),
            Form("2024年6月之前", "dated", "2024-06-30", "month", problem="before_period", offered="2024-05-31"),
            Form("2024年前", "dated", "2024-12-31", "year", problem="before_period", offered="2023-12-31"),
            Form("第四季度前", "dated", "2023-12-31", "quarter", problem="before_period", offered="2023-09-30"),
            Form("12月上旬前", "dated", "2023-12-10", "day", problem="before_period", offered="2023-11-30"),
            Form("2024年6月左右", "dated", "2024-06-30", "month", problem="approximate"),
            Form("暂定2024年6月", "dated", "2024-06-30", "month", problem="approximate"),
            Form("2024年6月（暂定）", "dated", "2024-06-30", "month", problem="approximate"),
            Form("预计2024年6月", "dated", "2024-06-30", "month", problem="approximate"),
            Form("2024年适时", "dated", "2024-12-31", "year", problem="several_kinds"),
            Form("2024年底前（视情延长）", "dated", "2024-12-31", "year", problem="several_kinds"),
            Form("2024、6", "dated", "2024-12-31", "year", problem="partly_read"),
            Form("6-8", "undecided", problem="day_or_month", offered="2024-06-08"),
            Form("2024.6-12", "dated", "2024-12-31", "month", problem="day_or_month", offered="2024-06-12"),
            Form("23.12", "dated", "2023-12-31", "month", problem="short_year"),
            Form("24.12.31", "dated", "2024-12-31", "day", problem="short_year"),
            Form("45657", "dated", "2024-12-31", "day", problem="excel_serial", offered="2024-12-31"),
            Form("2023.2.30", "undecided", problem="impossible_day"),
            Form("2023年2月29日", "undecided", problem="impossible_day"),
            Form("13月", "undecided", problem="impossible_day"),
            Form("2024年13月", "undecided", problem="impossible_day"),
            Form("2024年第五季度", "undecided", problem="impossible_day"),
            Form("2024年12月32日", "undecided", problem="impossible_day"),
            Form("2.30", "undecided", problem="impossible_day"),
            Form("20224年6月", "undecided", problem="out_of_range"),
            Form("1948年12月", "undecided", problem="out_of_range"),
            Form("2101年", "undecided", problem="out_of_range"),
            Form("2024年12月31 日", "dated", "2024-12-31", "day"),
            Form("见附件", "undecided", problem="unreadable"),
            Form("同上", "undecided", problem="unreadable"),
        ),
    ),
)

FORMS = tuple(form for group in GROUPS for form in group.forms)

_INTRODUCTION = f"""# Deadlines as printed, and what they mean

This page is printed from the table that the tests run (`python -m tests.deadlines.deadline_forms`); do not edit it.
The readings are those of a document issued on {ISSUED_ON} about a meeting held on {HELD_ON}. A problem is what a
person is asked to confirm; the day after it is the one offered. The rules behind the table are in the docstring of
`meetings/deadlines/__init__.py`.
"""
_HEAD = "| printed | kind | due | precision | milestones | problem |\n| --- | --- | --- | --- | --- | --- |"


def page() -> str:
    """The whole of ``docs/deadlines.md``."""
    sections = [_INTRODUCTION]
    for group in GROUPS:
        rows = "\n".join(_row(form) for form in group.forms)
        sections.append(f"## {group.title}\n\n{_HEAD}\n{rows}\n")
    return "\n".join(sections)


def _row(form: Form) -> str:
    kind = f"{form.kind}, {form.review_months} months" if form.review_months else form.kind
    milestones = "; ".join(f"{_cell(text)} → {due or 'undecided'}" for text, due in form.milestones)
    problem = " → ".join(part for part in (form.problem, form.offered) if part)
    cells = (_cell(form.text), kind, form.due_date or "", form.precision or "", milestones, problem)
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ⏎ ") or "(nothing)"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
