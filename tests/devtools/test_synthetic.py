"""The made-up register keeps the rules of the domain, for otherwise what is measured on it says nothing."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from meetings.core.lifecycle import ENDED_STATUSES, find_transition
from meetings.devtools.synthetic import generate, generator, rows
from meetings.models import Department, DepartmentRole, Health, Meeting, Person, Task, TaskLog, TaskState
from meetings.models.log import replay
from tests import factories
from tests.cached_world import filled_register
from tests.present_state import assert_repeats
from tests.text_indexes import assert_texts_are_indexed

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 6, 30)


@pytest.mark.long
def test_the_same_seed_makes_up_the_same():
    def texts() -> list:
        rows = Task.objects.order_by("pk").values_list("text", "status", "due_date", "version", "suggestion__text")
        return list(rows)

    generate(80, seed=5, today=TODAY)
    first = texts()
    generate(80, seed=5, today=TODAY)
    assert texts()[80:] == first
    generate(80, seed=6, today=TODAY)
    assert texts()[160:] != first


def schema():
    """All tables with their indexes, constraints and triggers, as the database describes them."""
    if connection.vendor == "sqlite":
        questions = ["SELECT type, name, tbl_name, sql FROM sqlite_master"]
    else:
        questions = [
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated, condeferred"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace",
            "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
        ]
    found = set()
    with connection.cursor() as cursor:
        for question in questions:
            cursor.execute(question)
            found.update(cursor.fetchall())
    return found


@pytest.fixture
def counted_as_large(monkeypatch):
    monkeypatch.setattr(generator, "LARGE", 1)
    monkeypatch.setattr(generator, "BATCH_SIZE", 50)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_large_register_is_indexed_as_if_each_row_had_been_saved(counted_as_large):
    generate(20, seed=5, today=TODAY)
    before = schema()
    generate(130, seed=6, today=TODAY)
    assert schema() == before
    assert_repeats()
    assert_texts_are_indexed()
    connection.check_constraints()
    # What is saved later gets keys of its own.
    factories.task()
    assert Task.objects.count() == 151


@pytest.mark.long
def test_a_large_register_that_fails_half_way_leaves_everything_as_it_was(counted_as_large, monkeypatch):
    generate(20, seed=5, today=TODAY)
    before = schema()
    flush = rows.RowWriter.flush

    def flush_and_fail(writer):
        flush(writer)
        raise OSError("No space left on device")

    monkeypatch.setattr(rows.RowWriter, "flush", flush_and_fail)
    with pytest.raises(OSError, match="No space"):
        generate(130, seed=6, today=TODAY)
    assert schema() == before
    assert Task.objects.count() == 20
    assert_repeats()
    assert_texts_are_indexed()


# --- of six hundred tasks ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def register(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with filled_register(django_db_blocker, lambda: generate(600, seed=3, today=TODAY)):
        yield


@pytest.mark.same_on_both
@pytest.mark.long
def test_it_has_the_size_and_the_cast_it_was_asked_for(register):
    assert Task.objects.count() == 600
    assert Meeting.objects.count() == 10
    years = {meeting.issued_on.year for meeting in Meeting.objects.all()}
    assert min(years) == 2019
    assert max(years) == 2026
    assert Department.objects.count() == 30
    assert Person.objects.filter(supervised_tasks__isnull=False).distinct().count() == 8


@pytest.mark.same_on_both
@pytest.mark.long
def test_every_health_and_role_occurs(register):
    healths = Task.objects.on(TODAY).order_by().values("health").annotate(count=Count("pk"))
    assert {row["health"] for row in healths} == set(Health.values)
    assert set(Task.objects.values_list("task_departments__role", flat=True)) == set(DepartmentRole.values)


@pytest.mark.same_on_both
@pytest.mark.long
def test_every_history_is_one_the_verbs_would_have_let_happen(register):
    for task in Task.objects.select_related("suggestion__meeting").prefetch_related("log"):
        log = sorted(task.log.all(), key=lambda entry: entry.sequence)
        issued_on = task.suggestion.meeting.issued_on
        assert [entry.sequence for entry in log] == list(range(1, task.version + 1))
        assert all(issued_on <= entry.effective_on <= TODAY for entry in log)
        assert all(before.recorded_at < after.recorded_at for before, after in zip(log, log[1:], strict=False))
        moves = [entry for entry in log if entry.is_state_change]
        assert all(a.effective_on <= b.effective_on for a, b in zip(moves, moves[1:], strict=False))
        in_force = {}
        for entry in log:
            for name, change in entry.changes.items():
                assert entry.sequence == 1 or change["old"] == in_force.get(name, change["old"])
                in_force[name] = change["new"]
                if name == "status" and entry.sequence > 1:
                    assert find_transition(change["old"], change["new"])
        status = None
        for entry in sorted(log, key=lambda entry: (entry.effective_on, entry.sequence)):
            if entry.is_report and "status" not in entry.changes:
                assert status not in ENDED_STATUSES
            status = entry.changes.get("status", {}).get("new", status)


@pytest.mark.long
def test_intervals_and_current_columns_are_what_the_log_says(register):
    names = {field.attname for field in TaskState._meta.concrete_fields} - {"id"}
    columns = names & {field.attname for field in Task._meta.concrete_fields}
    for task in Task.objects.prefetch_related("states"):
        replayed = list(replay(task.pk, list(TaskLog.objects.filter(task=task).chronological())))
        stored = sorted(task.states.all(), key=lambda state: state.since)
        assert [[getattr(state, name) for name in names] for state in stored] == [
            [getattr(state, name) for name in names] for state in replayed
        ]
        assert {name: getattr(task, name) for name in columns} == {name: getattr(stored[-1], name) for name in columns}
    with_milestones = Task.objects.filter(milestones__isnull=False)
    assert with_milestones
    for task in with_milestones.distinct():
        last = task.states.get(until__isnull=True)
        assert [(m["due_date"], m["met_on"]) for m in last.milestones] == [
            (m.due_date.isoformat(), m.met_on and m.met_on.isoformat()) for m in task.milestones.all()
        ]
