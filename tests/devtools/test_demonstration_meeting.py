"""The invented meeting beside the real one: alive, sent nowhere, and gone by one button."""

import datetime
from io import StringIO

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.devtools import demonstration as demonstration_module
from meetings.devtools.demonstration import make_demonstration_beside_real_meeting
from meetings.devtools.demonstration_meeting import PREFIX, UNIT, make_demonstration
from meetings.models import (
    Account,
    Acknowledgement,
    Batch,
    ChangeLog,
    Department,
    EntryKind,
    Evidence,
    Health,
    Instruction,
    Mailing,
    Meeting,
    Person,
    Robot,
    Role,
    Task,
    TaskLog,
    WorkbookHandout,
)
from meetings.notifications.calendar import build_calendar
from meetings.notifications.digest import compose_digests
from meetings.notifications.robot_services import set_robot
from meetings.tasks import statistics
from meetings.tasks.acknowledgements import find_unacknowledged
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.services.batch import build_task_changes, run_batch
from meetings.tasks.services.reminders import remind_departments
from tests import factories
from tests.cached_world import remembered_rows
from tests.register_dump import register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _load_the_real_meeting_once(monkeypatch) -> None:
    """That the command loads it is tried in tests/commands/test_demonstration.py."""
    monkeypatch.setattr(demonstration_module, "call_command", lambda *_name, **_options: factories.real_meeting())


def prepare() -> str:
    output = StringIO()
    call_command("prepare_demonstration", stdout=output)
    return output.getvalue()


prepare_once = remembered_rows(lambda: call_command("prepare_demonstration", stdout=StringIO()))


@pytest.fixture
def demonstration() -> Meeting:
    prepare_once()
    return Meeting.objects.get(is_demonstration=True)


@pytest.fixture
def overdue(demonstration) -> Task:
    """Return the demonstration's overdue task."""
    return Task.objects.on(timezone.localdate()).get(suggestion__meeting=demonstration, health=Health.OVERDUE)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def remove(meeting: Meeting, username: str = "secretariat", **fields: str) -> HttpResponse:
    address = reverse("remove_demonstration", args=[meeting.pk])
    return signed_in(username).post(address, fields, follow=True)


# What it says and to whom; that it is made and removed, and what then is refused, is tried on both.
@pytest.mark.long
@pytest.mark.same_on_both
def test_one_department_has_not_taken_over_and_its_liaison_is_asked(demonstration):
    (late,) = find_unacknowledged(timezone.localdate())
    assert (late.department_name, late.is_late) == (f"{PREFIX}技术部", True)
    assert f"{PREFIX}技术部" in signed_in("liaison").get("/inbox/").content.decode()
    page = signed_in("secretariat").get("/?whole=silent").content.decode()
    assert "逾期未签收" in page.split('id="silent"')[1].split("</section>")[0].split("</h2>")[1]


@pytest.mark.same_on_both
def test_the_real_meeting_beside_it_is_as_it_was_issued(demonstration):
    real = Meeting.objects.get(is_demonstration=False)
    assert real.document_number == "认可委（秘）〔2023〕81号"
    assert Task.objects.filter(suggestion__meeting=real).count() == 18
    assert not TaskLog.objects.filter(task__suggestion__meeting=real).exclude(kind=EntryKind.ENTERED).exists()
    for day, health, number in (
        (datetime.date(2023, 12, 31), Health.DUE_SOON, 7),
        (datetime.date(2024, 2, 9), Health.REVIEW_MISSED, 8),
        (datetime.date(2025, 1, 1), Health.OVERDUE, 8),
    ):
        assert statistics.count_by_health(Task.objects.on(day)).by_health[health] == number
    assert "演示" in demonstration.title
    tasks = Task.objects.filter(suggestion__meeting=demonstration)
    assert all(name.startswith(PREFIX) for name in tasks.values_list("departments__name", flat=True))
    assert set(tasks.values_list("leaders__unit", flat=True)) == {UNIT}


def test_it_has_something_of_everything(demonstration):
    tasks = Task.objects.on(timezone.localdate()).filter(suggestion__meeting=demonstration)
    assert all(statistics.count_by_health(tasks).by_health.values())
    closed = tasks.filter(day_closed_on__isnull=False)
    assert {task.day_closed_on <= task.day_due_date for task in closed} == {True, False}
    kinds = set(TaskLog.objects.values_list("kind", flat=True))
    assert {EntryKind.REMINDER, EntryKind.EVIDENCE, EntryKind.MILESTONE, EntryKind.OUTCOME} <= kinds
    assert tasks.filter(day_extension_count=1).exists()
    assert {answer is None for answer in Instruction.objects.values_list("answer", flat=True)} == {True, False}
    page = signed_in("secretariat").get("/inbox/").content.decode()
    assert "开设认可知识线上专栏" in page
    assert "策划世界认可日主题宣传活动" in page
    liaison = Account.objects.get(username="liaison")
    assert {department.name[:3] for department in liaison.departments.all()} == {"技术部", PREFIX}


@pytest.mark.same_on_both
def test_its_log_reads_as_if_it_had_been_kept_day_by_day(demonstration):
    for entry in TaskLog.objects.filter(task__suggestion__meeting=demonstration):
        assert timezone.localdate(entry.recorded_at) == entry.effective_on <= timezone.localdate()


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("day", [datetime.date(2024, 2, 29), datetime.date(2026, 1, 1), datetime.date(2025, 10, 8)])
def test_it_is_alive_on_whatever_day_it_is_made(day):
    staff, liaison = factories.account(Role.SECRETARIAT), factories.account(Role.LIAISON)
    meeting = make_demonstration(secretariat=staff, liaison=liaison, today=day)
    tasks = Task.objects.on(day).filter(suggestion__meeting=meeting)
    assert all(statistics.count_by_health(tasks).by_health.values())


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_environment_leaves_it_out(settings):
    settings.DEMONSTRATION = False
    prepare()
    assert (Meeting.objects.count(), Task.objects.count()) == (1, 18)
    assert not Department.objects.filter(name__startswith=PREFIX).exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_register_with_an_account_of_its_own_gets_none():
    factories.account(username="张三")
    prepare()
    assert Meeting.objects.get().is_demonstration is False


@pytest.mark.same_on_both
def test_the_second_run_makes_no_second_one(demonstration):
    prepare()
    assert Meeting.objects.count() == 2


# --- nothing is sent --------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_nothing_is_sent_from_it(demonstration, overdue):
    staff, liaison = (Account.objects.get(username=name) for name in ("secretariat", "liaison"))
    Account.objects.filter(pk__in=[staff.pk, liaison.pk]).update(email="a@example.org")
    leader = overdue.leaders.first()
    factories.account(Role.LEADER, username="演示领导", person=leader, email="b@example.org")
    remind_departments(task_id=overdue.pk, version=overdue.version, actor=staff, message="请报送进展。")
    assert not Mailing.objects.exists()
    told = {
        line.task.suggestion.meeting_id
        for digest in compose_digests(timezone.localdate())
        for section in digest.sections
        for line in [*section.lines, *section.new_lines]
    }
    assert told == {Meeting.objects.get(is_demonstration=False).pk}
    liaison.departments.set(Department.objects.filter(name__startswith=PREFIX))
    assert b"BEGIN:VEVENT" not in build_calendar(liaison, timezone.localdate())
    call_command("send_reminders", "--day", "2026-11-27", stdout=StringIO())
    assert PREFIX not in "".join(str(message.body) for message in mail.outbox)


@pytest.mark.same_on_both
def test_the_form_of_a_reminder_says_that_nothing_is_sent(overdue):
    client = signed_in("secretariat")
    assert "演示会议不对外发送任何信息" in client.get(f"{overdue.get_absolute_url()}?open=remind").content.decode()


# --- it goes ----------------------------------------------------------------------------------------


@pytest.mark.long
def test_one_button_removes_it_wholly(settings, django_capture_on_commit_callbacks):
    settings.DEMONSTRATION = False
    prepare()
    before = register()
    settings.DEMONSTRATION = True
    make_demonstration_beside_real_meeting()
    demonstration = Meeting.objects.get(is_demonstration=True)
    names = list(Evidence.objects.values_list("file", flat=True))
    page = signed_in("secretariat").get(demonstration.get_absolute_url()).content.decode()
    assert reverse("remove_demonstration", args=[demonstration.pk]) in page
    with django_capture_on_commit_callbacks(execute=True):
        page = remove(demonstration, sure="yes").content.decode()
    assert "演示会议及其全部记录已移除" in page
    assert register() == before
    assert not Evidence.objects.exists()
    assert names
    assert not any(default_storage.exists(name) for name in names)
    assert [department.name for department in Account.objects.get(username="liaison").departments.all()] == ["技术部"]
    removal = ChangeLog.objects.changes().get(account__isnull=False, kind="removed")
    assert (removal.part, removal.actor.username) == (demonstration.title, "secretariat")
    connection.check_constraints()


def test_the_dashboard_is_no_graveyard(demonstration):
    """The real meeting, of which nothing was ever reported, does not fill it."""
    first, *_others = signed_in("secretariat").get("/").context["red_tasks"]
    assert first.meeting.is_demonstration
    assert first.last_report_on


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_dashboard_leads_to_it_while_it_is_there(demonstration):
    assert demonstration.get_absolute_url() in signed_in("reader").get("/").content.decode()
    assert "虚构" not in remove(demonstration, sure="yes").content.decode()


@pytest.mark.long
def test_what_is_recorded_of_it_later_goes_with_it(demonstration):
    liaison, staff = (Account.objects.get(username=name) for name in ("liaison", "secretariat"))
    ask_to_acknowledge(demonstration)
    acknowledge(meeting_id=demonstration.pk, departments=liaison.department_ids, actor=liaison)
    set_leader_agrees(meeting_id=demonstration.pk, actor=staff, agrees=True)
    assert Acknowledgement.objects.exists()
    signed_in("secretariat").get("/fill-in/workbook/?form=zip")
    assert WorkbookHandout.objects.filter(department__in=liaison.department_ids).exists()
    remove(demonstration, sure="yes")
    assert not Acknowledgement.objects.exists()
    assert not Department.objects.filter(name__startswith=PREFIX).exists()
    assert Meeting.objects.count() == 1


@pytest.mark.same_on_both
def test_it_goes_only_where_that_was_said_once_more(demonstration):
    page = remove(demonstration).content.decode()
    assert Meeting.objects.filter(pk=demonstration.pk).exists()
    assert "未移除" in page


@pytest.mark.long
@pytest.mark.same_on_both
def test_of_two_clicks_the_second_says_that_it_is_gone(demonstration):
    remove(demonstration, sure="yes")
    page = remove(demonstration, sure="yes")
    assert page.status_code == 200
    assert "演示会议已不存在" in page.content.decode()
    assert Task.objects.count() == 18


@pytest.mark.same_on_both
def test_no_real_meeting_goes_that_way(demonstration):
    real = Meeting.objects.get(is_demonstration=False)
    assert remove(real, sure="yes").status_code == 404
    assert Task.objects.filter(suggestion__meeting=real).count() == 18


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("username", "status"), [("liaison", 403), ("leader", 403), ("reader", 403), ("administrator", 200)]
)
def test_who_removes_it(demonstration, username, status):
    assert remove(demonstration, username, sure="yes").status_code == status
    assert Meeting.objects.filter(pk=demonstration.pk).exists() == (status == 403)


@pytest.mark.long
def test_what_is_used_elsewhere_stays_and_is_named(demonstration):
    department = Department.objects.get(name=f"{PREFIX}评审部")
    elsewhere = factories.task(departments=[(department, "responsible")])
    of_it = Task.objects.filter(suggestion__meeting=demonstration, status="in_progress")[:2]
    staff = Account.objects.get(username="secretariat")
    for tasks in ([elsewhere, of_it[0]], [of_it[1]]):
        changes = build_task_changes(
            {task.pk: task.version for task in tasks}, effective_on=timezone.localdate(), note="已批量更新。"
        )
        run_batch(changes=changes, actor=staff, source="list")
    page = remove(demonstration, sure="yes").content.decode()
    assert department.name in page
    assert list(elsewhere.departments.all()) == [department]
    assert Batch.objects.get() == elsewhere.log.get(batch__isnull=False).batch
    assert not Department.objects.filter(name=f"{PREFIX}技术部").exists()
    assert not Person.objects.filter(unit=UNIT).exists()


@pytest.mark.long
def test_a_department_that_the_change_log_names_is_taken_out_of_use_and_that_is_said(demonstration):
    department = Department.objects.get(name=f"{PREFIX}技术部")
    administrator = Account.objects.get(username="administrator")
    set_robot(actor=administrator, department=department, secret_address="https://example.org/hook")
    signed_in("secretariat").get("/fill-in/workbook/")
    page = remove(demonstration, sure="yes").content.decode()
    assert f"已停用：{department.name}。" in page
    assert "在别处还有使用" not in page
    (left,) = Department.objects.filter(name__startswith=PREFIX)
    assert (left, left.is_active, left.liaisons.count(), left.workbook_handouts.count()) == (department, False, 0, 0)
    assert not Robot.objects.exists()
    assert [change.kind for change in left.change_log.all()] == ["retired", "corrected"]


# --- the database's own part ------------------------------------------------------------------------


def refused(words: str):
    """Expect the database's own refusal."""
    return pytest.raises(DatabaseError, match=words)


def test_the_log_of_a_real_meeting_is_refused_as_before(demonstration):
    real = QuerySet(TaskLog).filter(task__suggestion__meeting__is_demonstration=False)
    with refused("never changed or deleted"), transaction.atomic():
        QuerySet(TaskLog).filter(pk__in=list(real.values_list("pk", flat=True)))._raw_delete(using=connection.alias)
    with refused("never changed or deleted"), transaction.atomic():
        QuerySet(TaskLog).filter(task__suggestion__meeting=demonstration).update(note="另一说法")


@pytest.mark.parametrize("becomes", [True, False])
def test_no_meeting_becomes_a_demonstration_or_stops_being_one(demonstration, becomes):
    with refused("becomes no demonstration"), transaction.atomic():
        Meeting.objects.filter(is_demonstration=not becomes).update(is_demonstration=becomes)
    assert Meeting.objects.update(is_demonstration=F("is_demonstration")) == 2


@pytest.mark.sqlite
def test_no_meeting_is_replaced_by_a_demonstration():
    factories.real_meeting()
    table = Meeting._meta.db_table
    columns = [field.column for field in Meeting._meta.concrete_fields]
    values = ", ".join("1" if column == "is_demonstration" else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with refused("becomes no demonstration"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} ({names}) SELECT {values} FROM {table}")
