"""Departments and people: renamed, merged, retired, handed over; nothing is lost, and old names still lead to them."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st

from meetings.errors import (
    ConflictError,
    InvalidInputError,
    InvalidTransitionError,
    NoChangesError,
    PermissionDeniedError,
)
from meetings.minutes.matching import MatchReason, match_names
from meetings.minutes.parser.schema import ParsedMeeting as PrintedMeeting
from meetings.models import (
    Account,
    Attendance,
    ChangeLog,
    Department,
    FormerName,
    Instruction,
    Meeting,
    MeetingLead,
    Person,
    Robot,
    Role,
    Task,
    TaskLog,
)
from meetings.organisation.services.handover import hand_over_departments, hand_over_tasks
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import rename, restore, retire, set_head, version_of
from meetings.tasks.acknowledgements import find_unacknowledged
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.services.status import update_task
from meetings.workbooks.services import record_handouts
from tests import factories
from tests.depth import examples
from tests.minutes.printed_rows import row

pytestmark = pytest.mark.django_db

LEAD, RESPONSIBLE, SUPPORTING = "lead", "responsible", "supporting"
# What names a merged row for ever, because its tables are append-only; it is read as the living one's.
STAYS = {"TaskLog.department", "ChangeLog.department", "ChangeLog.person", "Acknowledgement.department"}


@pytest.fixture
def staff() -> Account:
    return factories.account(Role.SECRETARIAT)


def roles(task: Task) -> list[tuple[str, str]]:
    return list(task.task_departments.order_by("position").values_list("department__name", "role"))


# --- merging --------------------------------------------------------------------------------------


def relations_to(row: Department | Person) -> set[str]:
    """Return the relations (Model.field) by which something points to ``row``."""
    found = set()
    for relation in type(row)._meta.related_objects:
        if relation.many_to_many and not relation.through._meta.auto_created:
            continue  # its through model has a relation of its own
        rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
        if rows.exists():
            found.add(f"{relation.related_model.__name__}.{relation.field.name}")
    return found


def all_relations(model: type) -> set[str]:
    return {
        f"{relation.related_model.__name__}.{relation.field.name}"
        for relation in model._meta.related_objects
        if not (relation.many_to_many and not relation.through._meta.auto_created)
    }


def test_everything_that_points_to_a_merged_department_points_to_the_other(staff):
    gone, into = factories.department("评定部"), factories.department("技术部")
    older = factories.department("评审部")
    merge(subject=older, into=gone, actor=staff)
    rename(subject=gone, name="评定处", actor=staff)
    factories.account(Role.LIAISON, departments=[gone])
    set_head(subject=gone, head=factories.person("易春"), actor=staff)
    Robot.objects.create(department=gone, address="wecombot://0123456789abcdef/")
    task = factories.task(departments=[(gone, LEAD)])
    liaison = Account.objects.get(role=Role.LIAISON)
    factories.progress(task, on=datetime.date(2023, 12, 1), by=liaison)
    ask_to_acknowledge(task.suggestion.meeting)
    acknowledge(meeting_id=task.suggestion.meeting_id, departments=[gone.pk], actor=liaison)
    record_handouts([gone], liaison)
    gone.refresh_from_db()
    # A relation that this world does not fill is one that merging may have been written without.
    assert relations_to(gone) == all_relations(Department)
    merge(subject=gone, into=into, actor=staff)
    assert relations_to(gone) == STAYS & all_relations(Department)
    gone.refresh_from_db(), into.refresh_from_db(), older.refresh_from_db()
    assert (gone.merged_into, gone.is_active, older.merged_into, into.head.name) == (into, False, into, "易春")
    assert [name.name for name in into.former_names.all()] == ["评定部"]
    assert not find_unacknowledged(datetime.date(2030, 1, 1)), "what the merged one took over stays taken over"


def test_everything_that_points_to_a_merged_person_points_to_the_other(staff):
    gone, into, older = factories.person("刘仲书", "一处"), factories.person("刘仲书"), factories.person("刘忠书")
    merge(subject=older, into=gone, actor=staff)
    rename(subject=gone, name="刘钟书", unit="一处", actor=staff)
    gone.refresh_from_db()
    held = factories.meeting(chair=gone, overall_lead=gone)
    MeetingLead.objects.create(meeting=held, person=gone, position=1)
    Attendance.objects.create(meeting=held, person=gone, position=1, capacity="委员")
    Attendance.objects.create(meeting=held, person=into, position=2, capacity="主任")
    suggestion = factories.suggestion(held, sources=[(gone, "委员"), (into, "委员"), (gone, "主任")])
    task = factories.task(suggestion, leaders=[gone, into])
    factories.instruction(task, gone)
    factories.account(Role.LEADER, person=gone)
    factories.department("技术部", head=gone)
    Department.objects.filter(name="技术部").update(head=gone)
    assert relations_to(gone) == all_relations(Person)
    merge(subject=gone, into=into, actor=staff)
    assert relations_to(gone) == STAYS & all_relations(Person)
    assert [person.name for person in task.leaders.all()] == ["刘仲书"]
    assert [(one.person, one.capacity) for one in held.attendances.all()] == [(into, "主任、委员")]
    sources = sorted(suggestion.suggestion_sources.values_list("person", "capacity"))
    assert sources == [(into.pk, "主任"), (into.pk, "委员")]
    assert Instruction.objects.get().leader == into
    held.refresh_from_db()
    assert (held.chair, held.overall_lead) == (into, into)
    assert ChangeLog.objects.filter(meeting=held, kind="merged").count() == 1


def test_a_merge_is_one_entry_in_each_task_and_the_stronger_role_holds(staff):
    gone, into, other = map(factories.department, ("评定部", "技术部", "办公室"))
    both = factories.task(departments=[(into, SUPPORTING), (other, RESPONSIBLE), (gone, LEAD)])
    one = factories.task(departments=[(other, LEAD), (gone, SUPPORTING)])
    none = factories.task(departments=[(other, LEAD)])
    moves = merge(subject=gone, into=into, actor=staff)
    assert moves["tasks"] == 2
    assert roles(both) == [("技术部", LEAD), ("办公室", RESPONSIBLE)]
    assert roles(one) == [("办公室", LEAD), ("技术部", SUPPORTING)]
    entry = both.log.get(kind="assignments")
    assert [part["name"] for part in entry.changes["departments"]["old"]] == ["技术部", "办公室", "评定部"]
    assert (entry.actor, none.log.filter(kind="assignments").exists()) == (staff, False)
    both.refresh_from_db()
    assert both.version == entry.sequence


def test_a_task_that_was_open_before_one_saves_is_stale_after_a_merge(staff):
    gone, into = factories.department("评定部"), factories.department("技术部")
    task = factories.task(departments=[(gone, LEAD)])
    seen = task.version
    merge(subject=gone, into=into, actor=staff)
    with pytest.raises(ConflictError):
        update_task(
            task_id=task.pk, version=seen, actor=staff, effective_on=datetime.date(2023, 12, 1), note="已启动。"
        )


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    memberships=st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from([LEAD, RESPONSIBLE, SUPPORTING])), max_size=4),
        max_size=4,
    )
)
def test_whatever_is_merged_is_a_union_without_duplicates_and_nothing_is_lost(staff, memberships):
    with transaction.atomic():
        departments = [factories.department(name) for name in ("甲部", "乙部", "丙部", "丁部")]
        gone, into = departments[:2]
        strength = [LEAD, RESPONSIBLE, SUPPORTING]
        tasks = {}
        for members in memberships:
            parts = list({number: (departments[number], role) for number, role in members}.values())
            tasks[factories.task(departments=parts)] = parts
        merge(subject=gone, into=into, actor=staff)
        for task, parts in tasks.items():
            expected: dict[str, str] = {}
            for department, role in parts:
                name = into.name if department == gone else department.name
                expected[name] = min(role, expected.get(name, role), key=strength.index)
            assert dict(roles(task)) == expected
            assert len(roles(task)) == len(expected)
            positions = list(task.task_departments.values_list("position", flat=True))
            assert sorted(positions) == list(range(1, len(expected) + 1))
        transaction.set_rollback(True)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_merge_costs_no_more_for_many_tasks(staff):
    into = factories.department("技术部")
    costs = []
    for name, number in (("评定部", 2), ("评审部", 12)):
        gone = factories.department(name)
        for _ in range(number):
            factories.task(departments=[(gone, LEAD)])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            merge(subject=gone, into=into, actor=staff)
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("verb", ["itself", "merged before", "into a merged one", "into a retired one"])
def test_what_cannot_be_merged_is_refused_with_a_sentence(staff, verb):
    gone, into, other = map(factories.department, ("评定部", "技术部", "办公室"))
    if verb == "merged before":
        merge(subject=gone, into=other, actor=staff)
    if verb == "into a merged one":
        merge(subject=into, into=other, actor=staff)
    if verb == "into a retired one":
        retire(subject=into, actor=staff)
    target = gone if verb == "itself" else into
    with pytest.raises((InvalidInputError, InvalidTransitionError)):
        merge(subject=gone, into=target, actor=staff)


# --- old names ------------------------------------------------------------------------------------


def matched(department: str = "", person: str = "", choices=None):
    printed = row(departments=(department,) if department else (), sources=((person, None),) if person else ())
    matches = match_names(PrintedMeeting(), [printed], choices or {})
    return next(iter(matches.all()))


def test_an_old_document_finds_who_was_renamed_or_merged_and_says_why(staff):
    gone, into = factories.department("评定部"), factories.department("技术部")
    rename(subject=gone, name="评定处", actor=staff)
    assert (matched("评定部").existing, matched("评定部").likeness) == (gone, MatchReason.FORMER)
    merge(subject=gone, into=into, actor=staff)
    for old in ("评定部", "评定处"):
        match = matched(old)
        assert (match.existing, match.likeness, match.is_open) == (into, MatchReason.FORMER, False)
    # A draft that was answered before the merge means the living one, too.
    assert matched("评定司", choices={"department:评定司": str(gone.pk)}).existing == into
    factories.department("评定部")
    assert matched("评定部").existing.name == "评定部", "whoever bears the name now comes first"


def test_an_old_document_finds_a_person_by_the_former_name(staff):
    gone, into = factories.person("刘忠书"), factories.person("刘仲书")
    merge(subject=gone, into=into, actor=staff)
    match = matched(person="刘忠书")
    assert (match.existing, match.likeness) == (into, MatchReason.FORMER)


@pytest.mark.same_on_both
def test_the_list_is_asked_by_old_name_and_by_the_merged_number(client, staff):
    gone, into = factories.department("评定部"), factories.department("技术部")
    task = factories.task(departments=[(gone, LEAD)])
    rename(subject=gone, name="评定处", actor=staff)
    merge(subject=gone, into=into, actor=staff)
    client.force_login(staff)
    for asked in ("评定部", "评定处", gone.pk, "技术部"):
        page = client.get("/tasks/", {"department": asked})
        assert page.context["listing"].row_count == 1, asked
        assert page.context["listing"].table.rows[0].record == task


def test_the_register_is_exported_by_an_old_name(staff, tmp_path):
    gone, into = factories.department("评定部"), factories.department("技术部")
    factories.task(departments=[(gone, LEAD)])
    merge(subject=gone, into=into, actor=staff)
    file = tmp_path / "register.csv"
    call_command("export_register", str(file), "--query", "department=评定部")
    assert "技术部" in file.read_text(encoding="utf-8-sig")


def test_what_a_merged_department_reported_is_said_of_the_one_that_lives(client, staff):
    gone, into, other = map(factories.department, ("评定部", "技术部", "办公室"))
    task = factories.task(departments=[(gone, LEAD), (other, LEAD)])
    liaison = factories.account(Role.LIAISON, departments=[gone])
    factories.progress(task, "评定部已完成一半。", on=datetime.date(2023, 12, 1), by=liaison)
    merge(subject=gone, into=into, actor=staff)
    client.force_login(staff)
    page = client.get(task.get_absolute_url())
    told = {
        part.department.name: (own and own.note, silent) for part, own, silent in page.context["reports_by_department"]
    }
    assert told == {"技术部": ("评定部已完成一半。", False), "办公室": (None, True)}
    assert client.get("/tasks/", {"silent": into.pk}).context["listing"].row_count == 0
    assert client.get("/tasks/", {"silent": other.pk}).context["listing"].row_count == 1


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_fixture_is_loaded_again_after_a_rename(meeting_81, staff):
    rename(subject=Department.objects.first(), name="改名后的部", actor=staff)
    log = TaskLog.objects.count()
    call_command("loaddata", "meeting_81", verbosity=0)
    assert (Meeting.objects.count(), Task.objects.count(), TaskLog.objects.count()) == (1, 18, log)


@pytest.mark.long
@pytest.mark.same_on_both
def test_no_fixture_takes_a_merge_back(meeting_81, staff):
    """What has been worked on since is not loaded over: all of the fixture is refused, as after any progress."""
    gone, into = Department.objects.order_by("pk")[:2]
    merge(subject=gone, into=into, actor=staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        call_command("loaddata", "meeting_81", verbosity=0)
    gone.refresh_from_db()
    assert gone.merged_into == into
    assert not gone.task_departments.exists()


# --- renaming, retiring, handing over ---------------------------------------------------------------


def test_a_renamed_department_keeps_its_former_name_and_may_take_it_back(staff):
    department = factories.department("技术部")
    rename(subject=department, name="技术处", actor=staff)
    assert [name.name for name in department.former_names.all()] == ["技术部"]
    rename(subject=department, name=" 技术部 ", actor=staff)
    assert [name.name for name in department.former_names.all()] == ["技术处"]
    entry = department.change_log.first()
    assert entry.changes == {"name": {"old": "技术处", "new": "技术部"}}
    assert entry.actor == staff
    with pytest.raises(NoChangesError):
        rename(subject=department, name="技术部", actor=staff)


def test_a_name_that_is_anothers_is_refused_with_the_hint_to_merge(staff):
    department = factories.department("技术部")
    factories.department("办公室")
    with pytest.raises(InvalidInputError, match="merge|合并"):
        rename(subject=department, name="办公室", actor=staff)


def test_nobody_is_retired_who_answers_for_open_tasks(staff):
    technology, office, xiao = factories.department("技术部"), factories.department("办公室"), factories.person("肖良")
    tasks = [factories.task(departments=[(technology, LEAD)], leaders=[xiao]) for _ in range(2)]
    for verb in (
        lambda: retire(subject=technology, actor=staff),
        lambda: retire(subject=xiao, actor=staff),
    ):
        with pytest.raises(InvalidTransitionError, match="2"):
            verb()
    ids = [task.pk for task in tasks]
    hand_over_tasks(giver=technology, taker=office, task_ids=ids, actor=staff)
    hand_over_tasks(giver=xiao, taker=factories.person("易春"), task_ids=ids[:1], actor=staff)
    assert roles(tasks[0]) == [("办公室", LEAD)]
    assert [leader.name for task in tasks for leader in task.leaders.all()] == ["易春", "肖良"]
    retired = retire(subject=technology, actor=staff)
    assert not retired.is_active
    assert retired not in Department.objects.selectable()
    assert retired in Department.objects.selectable(include=[retired.pk])
    assert restore(subject=technology, actor=staff).is_active
    assert list(technology.change_log.values_list("kind", flat=True)) == ["restored", "retired", "handed_over"]


def test_a_liaisons_departments_go_to_another_some_or_all(staff):
    technology, office = factories.department("技术部"), factories.department("办公室")
    giver = factories.account(Role.LIAISON, departments=[technology, office])
    taker = factories.account(Role.LIAISON, departments=[office])
    given = {"giver": giver, "taker": taker, "actor": staff}
    hand_over_departments(**given, departments=[technology])
    assert set(giver.departments.all()) == {office}
    assert set(taker.departments.all()) == {technology, office}
    entry = taker.change_log.get()
    assert entry.changes["liaison_departments"] == {"old": ["办公室"], "new": ["技术部", "办公室"]}
    with pytest.raises(InvalidInputError):
        hand_over_departments(**given, departments=[technology])
    with pytest.raises(InvalidTransitionError):
        hand_over_departments(**{**given, "taker": staff}, departments=[office])


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER, Role.READER])
def test_only_the_secretariat_and_administrators_organise(role):
    department = factories.department("技术部")
    with pytest.raises(PermissionDeniedError):
        rename(subject=department, name="技术处", actor=factories.account(role))
    rename(subject=department, name="技术处", actor=factories.account("administrator"))
    assert FormerName.objects.count() == 1


def test_two_at_once_the_second_is_told_what_the_first_did(staff):
    department = factories.department("技术部")
    seen = version_of(department)
    rename(subject=department, name="技术处", actor=staff, version=seen)
    with pytest.raises(ConflictError) as stale:
        rename(subject=department, name="技术中心", actor=staff, version=seen)
    assert [entry.changes["name"]["new"] for entry in stale.value.newer_entries] == ["技术处"]
