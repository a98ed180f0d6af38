"""A meeting typed by hand, and corrected later."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from meetings.models import Meeting, MinutesDocument, Task
from tests import factories
from tests.minutes.typed_rows import FACTS, ROW, begin_meeting, correct_meeting

pytestmark = pytest.mark.django_db


def enter(client, **typed: str):
    """Enter a meeting without rows; return what the page says where something is wrong."""
    draft = begin_meeting(client)
    draft.send_row("remove")
    saved = draft.type_facts(**{**FACTS, **typed})
    return draft.accept() if saved.status_code == 302 else saved


@pytest.mark.same_on_both
def test_a_meeting_is_entered_and_its_change_log_says_by_whom(client, staff):
    answer = enter(client, leads="肖良、张朝华", attendees="主任 肖建华\n刘仲书")
    meeting = Meeting.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    assert [lead.person.name for lead in meeting.meeting_leads.all()] == ["肖良", "张朝华"]
    assert [(each.person.name, each.capacity) for each in meeting.attendances.all()] == [
        ("肖建华", "主任"),
        ("刘仲书", ""),
    ]
    change = meeting.change_log.get()
    assert (change.kind, change.actor) == ("entered", staff)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Title: 第三次会议" in page


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": " "}, "The meeting has no title."),
        ({"issued_on": ""}, "Say on which day the minutes were issued."),
        ({"issued_on": "2023-13-01"}, "is not a day"),
        ({"issued_on": "2199-01-01"}, "which is still to come"),
        ({"held_on": "2024-03-02"}, "Minutes cannot be issued before the meeting was held."),
        ({"document_number": "甲〔2023〕1号"}, "A meeting with this document number is in the register already."),
        ({"title": "第一次会议", "issued_on": "2023-05-01", "held_on": ""}, "A meeting of this title and issue day"),
        ({"place": "北" * 201}, "longer than 200 characters"),
        ({"leads": "欧" * 60}, "longer than 50 characters"),
    ],
)
def test_what_cannot_be_a_meeting_comes_back_with_everything_typed(client, staff, typed, sentence):
    factories.meeting(datetime.date(2023, 5, 1), title="第一次会议", document_number="甲〔2023〕1号", held_on=None)
    answer = enter(client, host="技术部的会议室", **typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "技术部的会议室" in answer.content.decode()
    assert Meeting.objects.count() == 1


def test_a_meeting_ends_the_wait_of_what_was_due_at_the_next_one(client, staff):
    earlier = factories.meeting(datetime.date(2023, 11, 8), body="认可委员会")
    waiting = factories.task(factories.suggestion(earlier), deadline="下次会议")
    enter(client)
    waiting.refresh_from_db()
    assert waiting.due_date == datetime.date(2024, 2, 20)


def test_the_address_of_before_leads_to_where_a_meeting_is_entered_now(client, staff):
    answer = client.get(reverse("meeting_new"))
    assert answer["Location"] == f"{reverse('import_home')}#by-hand"
    assert 'id="by-hand"' in client.get(reverse("import_home")).content.decode()
    assert not MinutesDocument.objects.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_draft_without_a_file_goes_on_later_and_is_no_file(client, staff):
    draft = begin_meeting(client)
    draft.type_facts(**FACTS)
    draft.type_row(**ROW)
    home = client.get(reverse("import_home")).content.decode()
    assert draft.address in home
    assert "Entered by hand" in home
    assert client.get(f"{draft.address}file/").status_code == 404
    version_token = draft.page.version_token
    draft.accept()
    assert list(client.get(reverse("import_home")).context["recent"]) == []
    assert "Made of the file" not in client.get(Meeting.objects.get().get_absolute_url()).content.decode()
    again = client.post(draft.address, {"action": "accept", "seen": version_token}, follow=True)
    assert "has been accepted already" in again.content.decode()
    assert Meeting.objects.count() == 1


def test_a_draft_without_a_file_is_thrown_away(client, staff):
    draft = begin_meeting(client)
    assert draft.send("discard", sure="yes").status_code == 302
    assert not MinutesDocument.objects.exists()


def correct(client, meeting: Meeting, *, note="录入有误", **typed: str):
    draft = correct_meeting(client, meeting)
    saved = draft.type_facts(**typed)
    return draft.accept(note=note) if saved.status_code == 302 else saved


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_correction_of_a_meeting_is_an_entry_with_old_new_and_why(client, meeting):
    assert correct(client, meeting, place="上海", chair="肖建华").status_code == 302
    change = meeting.change_log.get()
    assert change.changes == {"place": {"old": "北京", "new": "上海"}, "chair": {"old": "", "new": "肖建华"}}
    assert change.note == "录入有误"
    assert "Place: 北京 → 上海" in client.get(meeting.get_absolute_url()).content.decode()
    assert correct(client, meeting).status_code == 422


def test_a_rule_for_the_meetings_tasks_is_in_its_change_log_once_it_differs(client, meeting):
    for agrees in ("yes", "yes", "no"):
        client.post(reverse("meeting_agreement", args=[meeting.pk]), {"agrees": agrees})
    assert [change.changes["leader_agrees"]["new"] for change in meeting.change_log.order_by("pk")] == [True, False]
    assert "before a task is closed: no → yes" in client.get(meeting.get_absolute_url()).content.decode()


def test_an_unchanged_namesake_is_not_asked_about_again(client, meeting):
    chair = factories.person("肖建华", "甲院")
    factories.person("肖建华", "乙院")
    meeting.chair = chair
    meeting.save()
    assert correct(client, meeting, place="上海").status_code == 302
    meeting.refresh_from_db()
    assert meeting.chair == chair


@pytest.mark.long
@pytest.mark.same_on_both
def test_two_who_correct_a_meeting_see_each_others_values(client, meeting, colleague):
    mine = correct_meeting(client, meeting)
    mine.type_facts(place="广州")
    seen = mine.page.version_token
    assert correct(colleague, meeting, place="上海").status_code == 302
    answer = mine.accept(seen=seen, note="确认")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "上海" in page
    assert "广州" in page
    meeting.refresh_from_db()
    assert meeting.place == "上海"
    assert mine.accept(note="确认").status_code == 302
    meeting.refresh_from_db()
    assert meeting.place == "广州"


@pytest.mark.long
@pytest.mark.same_on_both
def test_an_issue_day_moves_to_an_earlier_day_with_its_tasks_and_never_to_a_later_one(client, meeting):
    task = factories.task(factories.suggestion(meeting), deadline="持续跟踪")
    factories.progress(task, "已启动。", on=datetime.date(2023, 12, 1))
    later = correct(client, meeting, issued_on="2023-11-09")
    assert later.status_code == 422
    assert "so it cannot be issued later than that" in later.content.decode()
    assert correct(client, meeting, issued_on="2023-10-08").status_code == 302
    day = datetime.date(2023, 10, 20)
    assert Task.objects.on(day).get(pk=task.pk).day_next_review == datetime.date(2024, 1, 8)
    present = Task.objects.on(datetime.date(2024, 1, 1)).get(pk=task.pk)
    assert (present.day_status, present.day_next_review) == ("in_progress", datetime.date(2024, 3, 1))
    assert task.log.order_by("-sequence").first().changes["issued_on"] == {"old": "2023-11-08", "new": "2023-10-08"}


def test_the_issue_day_of_a_meeting_without_tasks_moves_either_way(client, meeting):
    assert correct(client, meeting, issued_on="2023-12-08").status_code == 302
    meeting.refresh_from_db()
    assert meeting.issued_on == datetime.date(2023, 12, 8)
