"""Where a rule of meetings and their people begins to hold: each at its boundary."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from django.utils import timezone

from meetings.breakdown.services.aspects import MAX_ASPECT_LENGTH, add_aspect
from meetings.breakdown.services.meetings import MeetingMetadata, create_meeting, edit_meeting, get_metadata
from meetings.errors import InvalidInputError, ServiceError
from meetings.models import Attendance, Department
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import rename
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

ONE_DAY = datetime.timedelta(days=1)


def test_an_aspect_may_be_as_long_as_it_is_kept():
    meeting, staff = factories.meeting(), factories.secretariat()
    with pytest.raises(InvalidInputError):
        add_aspect(meeting_id=meeting.pk, title="长" * (MAX_ASPECT_LENGTH + 1), actor=staff)
    assert add_aspect(meeting_id=meeting.pk, title="长" * MAX_ASPECT_LENGTH, actor=staff).pk


def test_minutes_may_be_issued_today_and_on_the_day_of_the_meeting():
    today, staff = timezone.localdate(), factories.secretariat()
    metadata = MeetingMetadata(title="当日会议", issued_on=today, held_on=today)
    for wrong in (
        replace(metadata, issued_on=today + ONE_DAY, held_on=today),
        replace(metadata, issued_on=today - ONE_DAY),
    ):
        with pytest.raises(ServiceError):
            create_meeting(metadata=wrong, actor=staff)
    assert create_meeting(metadata=metadata, actor=staff).issued_on == today


def test_a_corrected_title_leaves_the_logs_of_the_tasks_alone():
    task, staff = factories.task(), factories.secretariat()
    meeting = task.suggestion.meeting
    edit_meeting(
        meeting_id=meeting.pk,
        metadata=replace(get_metadata(meeting), title="更正后的名称"),
        reason="笔误。",
        actor=staff,
    )
    assert task.log.count() == 1
    earlier = meeting.issued_on - ONE_DAY
    meeting.refresh_from_db()
    metadata = replace(get_metadata(meeting), issued_on=earlier)
    edit_meeting(meeting_id=meeting.pk, metadata=metadata, reason="印发日有误。", actor=staff)
    assert [entry.effective_on for entry in task.log.order_by("sequence")] == [meeting.issued_on, earlier]


def test_a_name_may_be_as_long_as_it_is_kept():
    department, staff = factories.department("技术部"), factories.secretariat()
    longest = Department._meta.get_field("name").max_length
    with pytest.raises(InvalidInputError):
        rename(subject=department, name="长" * (longest + 1), actor=staff)
    rename(subject=department, name="长" * longest, actor=staff)
    department.refresh_from_db()
    assert len(department.name) == longest


def test_two_capacities_that_just_fit_are_both_kept():
    meeting, staff = factories.meeting(), factories.secretariat()
    longest = Attendance._meta.get_field("capacity").max_length
    gone, living = factories.person("刘钟书"), factories.person("刘仲书")
    for position, (person, capacity) in enumerate(((living, "主任"), (gone, "委" * (longest - 3))), start=1):
        Attendance.objects.create(meeting=meeting, person=person, capacity=capacity, position=position)
    merge(subject=gone, into=living, actor=staff)
    assert [row.capacity for row in meeting.attendances.all()] == ["主任、" + "委" * (longest - 3)]
