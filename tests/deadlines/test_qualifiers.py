"""What stands beside a date: no day is taken from a text of which a part is not understood."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, strategies as st

from meetings.deadlines import DeadlineKind, ProblemCode, read_deadline, read_row_deadlines

ISSUED_ON = datetime.date(2025, 1, 10)
DAYS = st.dates(datetime.date(2025, 1, 10), datetime.date(2027, 12, 31))
PRINTED = st.sampled_from(["{0}年{1}月{2}日", "{0}.{1}.{2}", "{0}年{1}月{2}日前", "于{0}年{1}月{2}日前完成"])
DOUBTS = (
    "取消",
    "暂缓",
    "作废",
    "或合同到期日",
    "（视专家意见）",
    "，以通知为准",
    "（待批）",
    "（不作要求）",
    "，条件具备时",
)
# Characters of no word that the grammar has.
UNKNOWN = st.text("荷塘月色朦胧花鸟鱼虫桌椅梁", min_size=1, max_size=6)


def dated(printed: str, day: datetime.date) -> str:
    return printed.format(day.year, day.month, day.day)


@given(DAYS, PRINTED, st.sampled_from(DOUBTS) | UNKNOWN.map("（{}）".format) | UNKNOWN.map("，{}".format))
def test_a_word_that_is_not_understood_leaves_the_day_to_a_person(day, printed, word):
    reading = read_deadline(dated(printed, day) + word, issued_on=ISSUED_ON)
    assert (reading.deadline.kind, reading.milestones) == (DeadlineKind.UNDECIDED, ())
    assert (reading.problem.code, reading.problem.offered) == (ProblemCode.PARTLY_READ, day)


@given(DAYS, DAYS, PRINTED, st.sampled_from(["调整为", "延期至", "，现改为", "，提前到", "（已延长至"]))
def test_of_a_day_and_the_one_it_was_moved_to_the_new_one_counts(before, day, printed, moved):
    text = f"{dated('{0}年{1}月{2}日', before)}{moved}{dated('{0}年{1}月{2}日', day)}" + "）" * moved.startswith("（")
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert (reading.deadline.due_date, reading.milestones, reading.problem) == (day, (), None)
    each = read_row_deadlines(text, ["一", "二"], issued_on=ISSUED_ON)
    assert [other.deadline.due_date for other in each] == [day, day]


def test_what_was_read_in_part_is_asked_of_each_task():
    text = "2025年6月底，取消2025年9月底的安排"
    for reading in read_row_deadlines(text, ["一", "二"], issued_on=ISSUED_ON):
        assert reading.deadline.kind is DeadlineKind.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "2025年6月30日前按时完成",
        "2025年6月30日前按要求完成并报送总结",
        "确保2025年6月30日前全面完成整改",
        "完成时限：2025年6月30日（含）",
        "2025年6月30日前召开经济分析会",
        "2025年6月30日前开展视频培训",
    ],
)
def test_words_for_work_beside_a_date_are_no_doubt(text):
    reading = read_deadline(text, issued_on=ISSUED_ON)
    assert (reading.deadline.due_date, reading.problem) == (datetime.date(2025, 6, 30), None)
