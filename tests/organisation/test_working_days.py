"""The page of the working calendar, and what counts by the days entered there."""

import datetime

import pytest
from django.utils import timezone

from meetings.core import workdays
from meetings.minutes.known_names import load_known_names
from meetings.minutes.sandbox import parse_in_sandbox
from meetings.models import CalendarDay, ChangeLog, Role
from meetings.organisation.services.working_days import find_unknown_year, forget_entered_days
from tests import factories

pytestmark = pytest.mark.django_db

NOTICE = "一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月9日（周六）上班。"


@pytest.fixture(autouse=True)
def in_the_last_december_that_is_published(monkeypatch):
    """Make it 20 December 2026, of whose next year chinesecalendar knows nothing, whichever is installed."""
    monkeypatch.setattr(workdays.chinese_calendar.constants, "holidays", {datetime.date(2026, 10, 1): "国庆节"})
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.datetime(2026, 12, 20, 4, tzinfo=datetime.UTC))
    workdays.is_published.cache_clear()
    forget_entered_days()
    yield
    workdays.is_published.cache_clear()
    forget_entered_days()


def enter(client, notice: str, year: int = 2027):
    return client.post("/working-days/", {f"{year}-year": str(year), f"{year}-notice": notice})


@pytest.fixture
def administrator(client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    return client


def test_the_days_of_a_notice_count_at_once(administrator, django_capture_on_commit_callbacks):
    assert workdays.is_working_day(datetime.date(2027, 1, 1))
    assert not workdays.is_announced(2027)
    with django_capture_on_commit_callbacks(execute=True):
        assert enter(administrator, NOTICE).status_code == 302
    assert workdays.is_announced(2027)
    assert not workdays.is_working_day(datetime.date(2027, 1, 1))
    assert workdays.is_working_day(datetime.date(2027, 1, 9))
    assert workdays.is_working_day(datetime.date(2027, 1, 4))
    assert workdays.announced_working_days(datetime.date(2026, 12, 31), 5) == datetime.date(2027, 1, 8)
    assert workdays.last_working_day(datetime.date(2027, 1, 3)) == datetime.date(2026, 12, 31)


def test_the_page_shows_what_was_entered_and_replaces_it(administrator):
    enter(administrator, NOTICE)
    page = administrator.get("/working-days/").content.decode()
    assert "1月1日至3日放假\n1月9日上班" in page
    assert "放假3天，周末上班1天" in page
    enter(administrator, "1月1日放假")
    assert list(CalendarDay.objects.values_list("day", "is_working")) == [(datetime.date(2027, 1, 1), False)]
    enter(administrator, "")
    assert not CalendarDay.objects.exists()


def test_an_empty_field_removes_what_was_entered(administrator):
    enter(administrator, NOTICE)
    enter(administrator, " ")
    assert not CalendarDay.objects.exists()
    assert "已清除2027年的节假日安排" in administrator.get("/working-days/").content.decode()


def test_who_entered_what_is_in_the_change_log(administrator):
    enter(administrator, NOTICE)
    change = ChangeLog.objects.get(part__contains="2027")
    assert change.actor.role == Role.ADMINISTRATOR
    assert change.changes == {"working_calendar": {"old": None, "new": "1月1日至3日放假\n1月9日上班"}}
    # It is recorded by the real clock.
    day = timezone.localdate(change.recorded_at)
    assert "节假日安排" in administrator.get("/accounts/changes/", {"from": day, "to": day}).content.decode()


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        ("1月1日（周四）放假", "不是这个星期几"),
        ("1月1日至3日，共3天", "既没有“放假”也没有“上班”"),
        ("2月30日放假", "没有“2月30日”这一天"),
        ("明年元旦放三天", "没有写明哪天放假、哪天上班"),
    ],
)
def test_a_notice_without_a_meaning_is_refused_in_a_sentence(administrator, notice, words):
    enter(administrator, "1月1日放假")
    answer = enter(administrator, notice)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert notice in page
    assert CalendarDay.objects.get().day == datetime.date(2027, 1, 1)


def test_the_same_again_changes_nothing(administrator):
    enter(administrator, NOTICE)
    assert enter(administrator, NOTICE).status_code == 422
    assert CalendarDay.objects.count() == 4
    assert ChangeLog.objects.filter(part__contains="2027").count() == 1


def test_a_year_that_is_known_cannot_be_entered(administrator):
    assert enter(administrator, "10月1日放假", year=2026).status_code == 200
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.ADMINISTRATOR, "请在“工作日历”中录入"), (Role.SECRETARIAT, "可由管理员录入"), (Role.READER, None)],
)
def test_the_dashboard_says_whose_holidays_are_missing(client, role, words):
    factories.small_world()
    client.force_login(factories.account(role))
    page = client.get("/").content.decode()
    assert ("尚无2027年的节假日安排" in page) is (words is not None)
    assert words is None or words in page
    notice = page[: page.find(words or "")].rpartition('role="status"')[2]
    assert ("/working-days/" in notice) is (role == Role.ADMINISTRATOR)


def test_what_is_months_away_is_not_told_yet(monkeypatch):
    assert find_unknown_year() == 2027
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.datetime(2026, 11, 30, 4, tzinfo=datetime.UTC))
    assert find_unknown_year() is None


@pytest.mark.long
@pytest.mark.separate_process
@pytest.mark.same_on_both
def test_a_file_is_read_by_the_days_entered(client, monkeypatch, django_capture_on_commit_callbacks):
    # The process that reads has chinesecalendar as it is installed.
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.datetime(2098, 12, 20, 4, tzinfo=datetime.UTC))
    client.force_login(factories.account(Role.ADMINISTRATOR))
    paper = (
        "中国合格评定国家认可委员会秘书处\n2098年12月31日\n附件 任务分解表\n"
        "序号\t工作任务\t责任部门\t完成时限\n1\t报送工作方案\t技术部\t印发后5个工作日内\n"
    )

    def read() -> datetime.date | None:
        return parse_in_sandbox(paper.encode(), known=load_known_names()).minutes.rows[0].tasks[0].deadline.due_date

    assert read() is None
    with django_capture_on_commit_callbacks(execute=True):
        enter(client, "1月1日至6日放假。1月10日上班。", year=2099)
    assert read() == datetime.date(2099, 1, 12)
