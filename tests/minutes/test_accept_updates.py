"""Accepting a file of a meeting that is known: what is corrected, added, and left; and what the logs say of it."""

import pytest

from meetings.errors import PermissionDeniedError
from meetings.minutes import accept, draft_services
from meetings.models import DraftRow, Meeting, Suggestion, Task
from tests import factories

from .uploads import DATA, a_draft, act

pytestmark = pytest.mark.django_db
ANNEX = DATA / "annex.docx"


def test_an_update_corrects_through_the_verbs_and_removes_nothing():
    factories.real_meeting()
    staff = factories.secretariat()
    document = a_draft(staff)
    rows = {row.position: row for row in document.rows.all()}
    third = rows[3].content["tasks"][0]["text"] + "并作简单陈述。"
    draft_services.edit_row(
        row_id=rows[3].pk, version=1, form_data={"task-0-text": third, "task-0-departments": "办公室"}
    )
    draft_services.edit_row(row_id=rows[2].pk, version=1, form_data={"task-0-deadline": "2024.6"})
    draft_services.add_task(row_id=rows[5].pk, version=1)
    draft_services.edit_row(row_id=rows[5].pk, version=2, form_data={"task-1-text": "每季度通报试点进展"})
    draft_services.remove_row(row_id=rows[12].pk, version=1)
    entered = accept.accept_draft(document_id=document.pk, actor=staff)
    meeting = Meeting.objects.get()
    assert entered.meeting == meeting
    task = Task.objects.get(suggestion__position=3)
    assert task.text == third
    assert [d.name for d in task.departments.all()] == ["办公室"]
    kinds = [entry.kind for entry in task.log.order_by("sequence")]
    assert kinds == ["entered", "texts", "assignments"]
    assert all("minutes.docx" in entry.note for entry in task.log.filter(sequence__gt=1))
    added = Task.objects.get(suggestion__position=5, number=2)
    assert added.text == "每季度通报试点进展"
    assert added.log.get().actor == staff
    # Deadlines move by an extension only, and what the file lacks stays.
    assert Task.objects.get(suggestion__position=2).deadline_text == "2023.12"
    assert meeting.suggestions.count() == 12
    assert Task.objects.count() == 19


@pytest.mark.long
def test_the_annex_alone_is_of_the_meeting_that_has_its_suggestions_and_its_issue_day(client):
    factories.real_meeting()
    staff = factories.secretariat()
    client.force_login(staff)
    document = a_draft(staff, ANNEX)
    for day, page in (("2023-11-09", "整个会议确认入库"), ("2023-11-08", "这次会议已在台账中")):
        act(client, document, "facts", version=document.version, issued_on=day)
        document.refresh_from_db()
        assert page in client.get(f"/import/{document.pk}/").content.decode(), day
    accept.accept_draft(document_id=document.pk, actor=staff)
    meeting = Meeting.objects.get()
    assert (meeting.title, Task.objects.count()) == ("中国合格评定国家认可委员会第五届执行委员会第二次会议", 18)


def test_another_meeting_of_that_day_is_another(client):
    factories.real_meeting()
    Suggestion.objects.filter(position__gt=6).update(text="另一次会议上的意见。")
    staff = factories.secretariat()
    client.force_login(staff)
    document = a_draft(staff, ANNEX)
    act(client, document, "facts", version=document.version, issued_on="2023-11-08")
    accept.accept_draft(document_id=document.pk, actor=staff)
    assert Meeting.objects.count() == 2


@pytest.mark.long
def test_an_update_corrects_a_row_that_has_no_task_yet():
    document = a_draft(factories.secretariat())
    metadata = draft_services.load_metadata(document)
    meeting = factories.meeting(metadata.issued_on, title=metadata.title, held_on=metadata.held_on)
    printed = document.rows.get(position=3).content["suggestion"]
    empty = factories.suggestion(meeting, text=printed.replace("简单", "简要"), number=3)
    accept.accept_draft(document_id=document.pk, actor=factories.secretariat())
    empty.refresh_from_db()
    assert empty.text == printed
    assert empty.tasks.count() == 1
    corrected = meeting.change_log.get(part="3) " + printed)
    assert corrected.changes["suggestion"]["new"] == printed


def test_an_update_needs_the_secretariat():
    factories.real_meeting()
    document = a_draft(factories.secretariat())
    row = document.rows.get(position=3)
    draft_services.edit_row(row_id=row.pk, version=1, form_data={"task-0-departments": "办公室"})
    with pytest.raises(PermissionDeniedError):
        accept.accept_draft(document_id=document.pk, actor=factories.account("reader"))
    assert DraftRow.objects.filter(suggestion__isnull=False).count() == 0


@pytest.mark.long
@pytest.mark.same_on_both
def test_entering_a_meeting_from_a_file_is_in_its_change_log():
    staff = factories.secretariat()
    entered = accept.accept_draft(document_id=a_draft(staff).pk, actor=staff).meeting.change_log.get()
    assert (entered.kind, entered.actor) == ("entered", staff)
    assert entered.changes["issued_on"] == {"old": None, "new": "2023-11-08"}


@pytest.mark.long
def test_what_a_corrected_file_fills_in_of_a_meeting_is_in_its_change_log():
    factories.real_meeting()
    meeting = Meeting.objects.get()
    chair, place = meeting.chair, meeting.place
    Meeting.objects.filter(pk=meeting.pk).update(chair=None, place="")
    before, staff = meeting.change_log.count(), factories.secretariat()
    accept.accept_draft(document_id=a_draft(staff).pk, actor=staff)
    change = meeting.change_log.first()
    assert meeting.change_log.count() == before + 1
    assert (change.kind, change.actor) == ("corrected", staff)
    assert "minutes.docx" in change.note
    assert change.changes == {"place": {"old": "", "new": place}, "chair": {"old": "", "new": str(chair)}}
