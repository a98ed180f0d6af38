"""Each entry of a log holds a hash of what it says and of the entry before it."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from hypothesis import given, strategies as st

from meetings.core.hash_chain import link_entry
from meetings.models import Task, TaskLog, calculate_hash
from tests import factories

ENTRY = {
    "sequence": 1,
    "kind": "progress",
    "effective_on": datetime.date(2024, 2, 29),
    "recorded_at": datetime.datetime(2024, 2, 29, 15, 59, 59, 999_999, tzinfo=datetime.UTC),
    "is_report": True,
    "note": "已启动。\n第二行",
    "changes": {"status": {"old": "not_started", "new": "in_progress"}},
    "actor": None,
}
BEFORE = "2d1ba0a3-5b0c-4f5e-9a2e-0d6a7c1b9f10"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def test_the_canonical_text_of_an_entry_never_changes():
    """Other values here would make every log that is kept look as if it had been tampered with."""
    assert link_entry(BEFORE, ENTRY) == "ff658312bc2128886bf6640af6e78af8bc9719f013d8f98c48ea2e103b4823d1"


def test_the_zone_a_moment_is_told_in_and_the_order_of_keys_say_nothing():
    in_china = ENTRY["recorded_at"].astimezone(ZoneInfo("Asia/Shanghai"))
    same = dict(reversed({**ENTRY, "recorded_at": in_china}.items()))
    assert link_entry(BEFORE, same) == link_entry(BEFORE, ENTRY)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("sequence", 2),
        ("kind", "status"),
        ("effective_on", datetime.date(2024, 3, 1)),
        ("recorded_at", ENTRY["recorded_at"] - datetime.timedelta(microseconds=1)),
        ("is_report", False),
        ("note", "已启动。"),
        ("changes", {"status": {"old": "not_started", "new": "closed"}}),
        ("actor", "5f2d"),
    ],
)
def test_whatever_an_entry_says_is_in_its_hash(name, other):
    assert link_entry(BEFORE, {**ENTRY, name: other}) != link_entry(BEFORE, ENTRY)


def test_what_stands_before_is_in_the_hash():
    assert link_entry(link_entry(BEFORE, ENTRY), ENTRY) != link_entry(BEFORE, ENTRY)


@pytest.mark.long
@pytest.mark.django_db
@given(changes=st.dictionaries(st.text(max_size=3), json_values, max_size=3))
def test_the_hash_of_what_is_written_is_that_of_what_is_read(changes):
    text = str(changes)
    if "\\x00" in text:
        return
    task = factories.task()
    entry = TaskLog.objects.create(
        task=task, sequence=2, kind="comment", effective_on=datetime.date(2024, 2, 29), note="说明", changes=changes
    )
    read = TaskLog.objects.get(pk=entry.pk)
    assert calculate_hash(read, task.log.get(sequence=1).hash) == entry.hash == read.hash


@pytest.mark.django_db
def test_names_that_are_corrected_leave_the_hashes_as_they_are():
    world = factories.small_world()
    task = world.on_track
    factories.progress(task, "已开会。", on=world.day, by=world.liaison)
    world.technology.name = "科技部"
    world.technology.save()
    world.liaison.username = world.liaison.display_name = "xinming"
    world.liaison.save()
    assert_whole(task)


@pytest.mark.long
@pytest.mark.django_db
def test_the_real_meeting_has_the_same_hashes_in_every_database():
    call_command("loaddata", "meeting_81", verbosity=0)
    hashes = list(TaskLog.objects.order_by("task__suggestion__position", "task__number").values_list("hash", flat=True))
    assert link_entry("", {"hashes": hashes}) == "d30577b6d3936740bb379876672cea85f6d5dcb686947c513f45179bd870f3fd"
    call_command("loaddata", "meeting_81", verbosity=0)
    assert list(TaskLog.objects.order_by("pk").values_list("hash", flat=True)) == hashes


@pytest.mark.django_db
def test_a_fixture_leaves_the_stable_ids_of_rows_that_are_there(tmp_path):
    """Hashes hold them: a department that another meeting brought is the same one."""
    world = factories.small_world()
    factories.progress(world.on_track, "已开会。", on=world.day, by=world.liaison)
    before = world.technology.stable_id
    fixture = tmp_path / "departments.json"
    fixture.write_text(
        f'[{{"model": "meetings.department", "fields": {{"name": "{world.technology.name}", "is_active": true}}}}]',
        encoding="utf-8",
    )
    call_command("loaddata", str(fixture), verbosity=0)
    world.technology.refresh_from_db()
    assert world.technology.stable_id == before


def assert_whole(task: Task) -> None:
    before = str(task.stable_id)
    for entry in task.log.order_by("sequence"):
        assert entry.hash == calculate_hash(entry, before)
        before = entry.hash
