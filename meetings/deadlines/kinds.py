"""Kinds, precisions, problems and readings of deadlines (docs/domain.md)."""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class DeadlineKind(StrEnum):
    """What a printed deadline asks for (docs/domain.md, Deadlines)."""

    DATED = "dated"
    ONGOING = "ongoing"
    RECURRING = "recurring"
    NEXT_MEETING = "next_meeting"
    UNDECIDED = "undecided"


class Precision(StrEnum):
    """How exactly a dated deadline was printed; due is the period's last day.

    What is finer than a month (a third of a month, a week) is a ``day``.
    """

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class ProblemCode(StrEnum):
    """Why a person has to confirm a reading; the sentences are in `display`."""

    UNREADABLE = "unreadable"  # nothing in the text is a form we know
    EMPTY = "empty"  # nothing is printed, or a dash
    PARTLY_READ = "partly_read"  # something that looks like another date was left over
    IMPOSSIBLE_DAY = "impossible_day"  # 2023.2.30, 13月
    OUT_OF_RANGE = "out_of_range"  # a year before 1949 or after 2100
    YEAR_NOT_OF_ISSUE = "year_not_of_issue"  # year left out, and the first such period is in another year
    YEAR_CARRIED_OVER = "year_carried_over"  # year left out after 2024年12月, and the month is an earlier one
    NO_ISSUE_DAY = "no_issue_day"  # the text counts from the issue day, which is not known
    NO_MEETING_DAY = "no_meeting_day"  # the text counts from the meeting's day, which is not known
    NO_MONTH = "no_month"  # 15日前
    NO_FIXED_DAY = "no_fixed_day"  # 春节前, 汛期前, 月初
    EVENT = "event"  # 项目验收后, 条例出台后三个月内: a day only the event gives
    RECEIPT_DAY = "receipt_day"  # 收到通知后10日内
    COUNTED_FROM_UNSAID = "counted_from_unsaid"  # 30日内, from no day that is said
    WORKING_DAYS = "working_days"  # the official holidays of the year are not announced
    STARTS = "starts"  # 5月底前动工
    NOT_BEFORE = "not_before"  # 7月15日以后
    ALREADY_DONE = "already_done"  # 已完成
    NO_DAY_NAMED = "no_day_named"  # 待定, 尽快, 适时
    LOST_NOUGHT = "lost_nought"  # the number 2026.1 may be 2026.10, the number 12.3 12.30
    DAY_OR_MONTH = "day_or_month"  # 6-8, 2024.6-12, an Excel date on the first of a month
    SHORT_YEAR = "short_year"  # 23.12
    EXCEL_SERIAL = "excel_serial"  # 45657 as text
    BEFORE_PERIOD = "before_period"  # 2024年6月前: before June begins, or by its end
    APPROXIMATE = "approximate"  # 6月左右, 暂定6月
    ALTERNATIVES = "alternatives"  # 2024年6月或12月
    OUT_OF_ORDER = "out_of_order"  # several dates, the last printed is not the latest
    SEVERAL_KINDS = "several_kinds"  # a date and 持续推进, with nothing to say which is meant
    STAGE_ONLY = "stage_only"  # 2024年底前取得阶段性成效，长期坚持
    SEVERAL_DATES_SEVERAL_TASKS = "several_dates_several_tasks"  # which date is whose


@dataclass(frozen=True, slots=True)
class DeadlineProblem:
    """A doubt about one reading.

    ``value`` is the piece of the text it is about; ``offered`` a day a person may take instead
    (Asia/Shanghai calendar day), where one is known.
    """

    code: ProblemCode
    value: str
    offered: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline: the printed ``text`` beside what it was understood to mean.

    ``due_date`` (a calendar day in Asia/Shanghai) and ``precision`` are set exactly when ``kind`` is
    ``dated``. The printed rhythm of a recurring deadline is in ``review_months``, calendar months, or, where it is
    printed in weeks, half months or shorter, in ``review_days``; one of the two is set exactly when ``kind`` is
    ``recurring``.
    """

    text: str
    kind: DeadlineKind
    due_date: datetime.date | None = None
    precision: Precision | None = None
    review_months: int | None = None
    review_days: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell means for one task: deadline, milestones, at most one problem."""

    deadline: Deadline
    milestones: tuple[Deadline, ...] = ()
    problem: DeadlineProblem | None = None
