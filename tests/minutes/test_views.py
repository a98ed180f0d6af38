"""The pages of the import, without a browser's scripts: every form posts, and every refusal says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.minutes.forms import MAX_PASTED_CHARACTERS
from meetings.models import Department, DraftRow, Meeting, MinutesDocument, Role, Task
from tests import factories
from tests.helpers import compact_html
from tests.minutes.uploads import BAD, DATA, NOTICE, a_draft, act, hand_in, said
from tests.register_dump import register

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def staff():
    return factories.account(Role.SECRETARIAT)


@pytest.fixture
def client(staff) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    client.force_login(staff)
    return client


@pytest.fixture
def document(staff) -> MinutesDocument:
    return a_draft(staff)


# --- handing in -----------------------------------------------------------------------------------


def test_the_limits_are_said_before_anything_is_uploaded(client):
    page = client.get("/import/").content.decode()
    assert "50 MB" in page
    assert "5,000 rows" in page
    assert ".docx" in page


@pytest.mark.long
def test_a_file_becomes_a_draft(client, staff):
    response = hand_in(client, NOTICE.read_bytes(), "../../认可委81号.docx")
    document = MinutesDocument.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/import/{document.pk}/"
    assert (document.uploaded_by, document.original_name, document.format) == (staff, "认可委81号.docx", "docx")
    assert document.rows.count() == 12
    assert not Meeting.objects.exists()
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "3 questions left" in page
    assert "最终用户专门委员会委员 孙广伟" in page


@pytest.mark.long
def test_pasted_text_becomes_a_draft(client):
    response = client.post("/import/", {"text": (DATA / "81号.txt").read_text(encoding="utf-8")})
    document = MinutesDocument.objects.get()
    assert response["Location"] == f"/import/{document.pk}/"
    assert document.format == "text"
    assert "Pasted text" in client.get("/import/").content.decode()


@pytest.mark.long
def test_the_same_file_again_leads_to_the_draft_of_before(client):
    hand_in(client, NOTICE.read_bytes())
    document = MinutesDocument.objects.get()
    act(client, document, "row", 1, do="save", remarks="请办公室先看")
    response = client.post("/import/", {"file": SimpleUploadedFile("x.docx", NOTICE.read_bytes())}, follow=True)
    assert MinutesDocument.objects.count() == 1
    assert "请办公室先看" in response.content.decode()


@pytest.mark.long
def test_several_peoples_drafts_do_not_meet(client, document):
    other = Client()
    other.force_login(factories.account(Role.SECRETARIAT))
    hand_in(other, NOTICE.read_bytes())
    assert MinutesDocument.objects.count() == 2
    assert other.get(f"/import/{document.pk}/").status_code == 404
    assert f"/import/{document.pk}/" not in other.get("/import/").content.decode()


@pytest.mark.long
def test_bad_input_is_refused_in_one_sentence_and_leaves_nothing(client, document, settings, subtests):
    kept = sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*"))
    for name, make in BAD.items():
        with subtests.test(name):
            assert said(hand_in(client, make())).endswith(".")
            assert list(MinutesDocument.objects.all()) == [document]
            assert DraftRow.objects.count() == 12
            assert sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*")) == kept


def test_a_refusal_names_the_file_and_offers_pasting_and_typing(client):
    response = hand_in(client, b"", "旧通知.docx")
    assert said(response) == "“旧通知.docx”: The file is empty."
    page = response.content.decode()
    assert all(f'<a href="{target}">' in page for target in ("#id_file", "#id_text", "#by-hand"))


def test_a_file_that_is_too_large_is_not_even_read(client, monkeypatch):
    monkeypatch.setattr("meetings.minutes.documents.detect.MAX_FILE_BYTES", 1024 * 1024)
    monkeypatch.setattr("meetings.minutes.layouts.parse_in_sandbox", None)
    response = hand_in(client, b"x" * (1024 * 1024 + 1))
    assert "2 MB" in said(response)
    assert response.status_code == 422


@pytest.mark.long
def test_pasted_text_is_not_lost(client):
    text = "序号 工作任务\n这里没有表格 <b>&"
    response = client.post("/import/", {"text": text})
    assert response.status_code == 422
    assert said(response)
    assert "这里没有表格 &lt;b&gt;&amp;" in response.content.decode()
    response = client.post("/import/", {"text": "字" * (MAX_PASTED_CHARACTERS + 1)})
    assert response.status_code == 422
    assert "字字" in response.content.decode()


@pytest.mark.separate_process
def test_what_the_reader_refuses_is_told_and_that_it_died(client, monkeypatch):
    assert "task" in said(hand_in(client, BAD["no table"]()))
    monkeypatch.setattr("meetings.minutes.sandbox.sys.executable", "/bin/false")
    response = hand_in(client, NOTICE.read_bytes())
    assert response.status_code == 422
    assert "could not be read to its end" in said(response)
    assert not MinutesDocument.objects.exists()


# --- the draft ------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_three_questions_are_answered_and_the_meeting_accepted(client, document):
    for action, shares in (
        ("dates", ["0", "1", "1"]),
        ("names", ["技术部", "评审员部", "技术部"]),
        ("names", ["肖良", "陈云华", "肖良"]),
    ):
        sent = {f"share-{at}": share for at, share in enumerate(shares)}
        response = act(client, document, action, 6, place=0, tasks=3, **sent)
        assert response.status_code == 302
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "No question is left" in page
    response = act(client, document, "accept")
    meeting = Meeting.objects.get()
    assert response["Location"] == meeting.get_absolute_url()
    second = Task.objects.get(suggestion__number=6, number=2)
    assert [d.name for d in second.departments.all()] == ["评审员部"]
    assert not second.import_issues.exists()


def test_a_row_goes_through_all_its_buttons(client, document):
    row = document.rows.get(position=6)
    act(client, document, "row", 6, do="add_task", suggestion="改过的建议")
    act(client, document, "row", 6, do="remove_task:3")
    assert document.rows.get(pk=row.pk).content["suggestion"] == "改过的建议"
    act(client, document, "row", 6, do="split:1")
    assert document.rows.count() == 13
    act(client, document, "row", 6, do="join")
    act(client, document, "row", 6, do="add_row:6")
    assert document.rows.get(position=7).content["suggestion"] is None
    act(client, document, "row", 7, do="remove")
    assert document.rows.count() == 12


def test_what_was_typed_comes_back_with_a_refusal(client, document):
    response = act(client, document, "row", 1, do="save", number="十二", suggestion="写了半天的话")
    page = response.content.decode()
    assert response.status_code == 422
    assert "写了半天的话" in page
    assert "is not the number of a row" in page
    response = act(client, document, "facts", version=1, issued_on="2023-02-30", place="上海")
    assert response.status_code == 422
    assert 'value="上海"' in response.content.decode()
    act(client, document, "row", 1, do="save", remarks="先")
    stale = client.post(
        f"/import/{document.pk}/",
        {
            "action": "row",
            "do": "save",
            "row": document.rows.get(position=1).pk,
            "version": 1,
            "number": "1",
            "remarks": "后写的备注",
        },
    )
    assert stale.status_code == 409
    assert "后写的备注" in stale.content.decode()
    assert document.rows.get(position=1).content["remarks"] == "先"


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "nonsense"},
        {"action": "dates", "row": "999999", "version": "1", "place": "0", "tasks": "3"},
        {"action": "dates", "row": "x", "version": "-1", "place": "9", "tasks": "99999999999999"},
        {"action": "confirm", "version": "1", "place": "77"},
        {"action": "choose", "key": "department:没有", "choice": "new"},
        {"action": "choose", "key": "department:技术部", "choice": "²"},
        {"action": "discard"},
        {"action": "facts", "version": "0"},
        {},
    ],
)
def test_forms_that_nobody_filled_in_change_nothing(client, document, sent):
    before = list(document.rows.values())
    response = client.post(f"/import/{document.pk}/", sent)
    assert response.status_code in (302, 409, 422)
    assert list(document.rows.values()) == before
    assert MinutesDocument.objects.get().version == 1


def test_a_row_of_another_draft_is_out_of_reach(client, document):
    other = a_draft(factories.account(Role.SECRETARIAT), DATA / "annex.docx")
    row = other.rows.get(position=1)
    response = client.post(
        f"/import/{document.pk}/", {"action": "row", "do": "remove", "row": row.pk, "version": row.version}
    )
    assert response.status_code == 409
    assert other.rows.count() == 12


@pytest.mark.long
def test_who_is_meant_is_asked_where_it_stands(client, staff):
    known = factories.department("技术处")
    document = a_draft(staff)
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "Only the ending of the name differs." in page
    assert "1, 2, 3, 6, 7" in page
    act(client, document, "choose", key="department:技术部", choice=str(known.pk))
    act(client, document, "accept")
    assert not Department.objects.filter(name="技术部").exists()
    assert known.tasks.count() == 7


@pytest.mark.long
def test_accepting_without_an_issue_day_says_so_and_keeps_the_draft(client, staff):
    document = a_draft(staff, DATA / "annex.xlsx")
    response = act(client, document, "accept")
    assert response.status_code == 422
    assert "on which day the minutes were issued" in said(response)
    assert not Meeting.objects.exists()
    act(client, document, "facts", version=document.version, issued_on="2023-11-08")
    assert act(client, document, "accept").status_code == 302
    assert Meeting.objects.count() == 1


@pytest.mark.long
def test_a_second_press_of_the_button_is_told(client, document):
    first = act(client, document, "accept")
    second = client.post(f"/import/{document.pk}/", {"action": "accept"}, follow=True)
    assert second.redirect_chain == [(first["Location"], 302)]
    assert "accepted already" in second.content.decode()
    assert client.get(f"/import/{document.pk}/").status_code == 302
    assert Meeting.objects.count() == 1
    assert Task.objects.count() == 18


@pytest.mark.long
def test_a_meeting_that_is_there_is_updated_and_its_difference_shown(client, staff):
    factories.real_meeting()
    before = register()
    document = a_draft(staff)
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "This meeting is in the register already" in page
    assert "says nothing else than the register" in page
    assert "There is nothing to be brought up to date." in page
    assert re.search(r'id="accept-button"[^>]*hidden disabled', page)
    same = a_draft(staff)
    seen = client.get(f"/import/{same.pk}/").context["page"].version_token
    answer = client.post(f"/import/{same.pk}/", {"action": "accept", "seen": seen}, follow=True)
    assert "no change" in compact_html(answer), "from a page that was open before"
    assert register() == before
    act(client, document, "row", 3, do="save", **{"task-0-text": "另一种说法的任务"})
    page = client.get(f"/import/{document.pk}/").content.decode()
    assert "is taken over" in page
    assert "1 addition or correction will be made" in page
    act(client, document, "accept")
    assert Meeting.objects.count() == 1
    assert Task.objects.get(suggestion__number=3).text == "另一种说法的任务"
    assert register() != before


@pytest.mark.long
def test_what_was_entered_meanwhile_is_not_rewritten_unseen(client, document):
    """Two people hand in the same minutes; one corrects their draft while the other one's is accepted."""
    act(client, document, "row", 3, do="save", **{"task-0-text": "另一种说法的任务"})
    seen = client.get(f"/import/{document.pk}/").context["page"].version_token
    other = factories.account(Role.SECRETARIAT)
    colleague = Client()
    colleague.force_login(other)
    assert act(colleague, a_draft(other), "accept").status_code == 302
    before = register()
    response = act(client, document, "accept", seen=seen)
    assert response.status_code == 409
    assert "has changed since you opened this page" in said(response)
    assert "is taken over" in response.content.decode()
    assert register() == before
    assert act(client, document, "accept").status_code == 302
    assert Task.objects.get(suggestion__number=3).text == "另一种说法的任务"


def test_an_edit_in_another_window_is_not_accepted_unseen(client, document):
    seen = client.get(f"/import/{document.pk}/").context["page"].version_token
    act(client, document, "row", 3, do="save", **{"task-0-text": "另一种说法的任务"})
    assert act(client, document, "accept", seen=seen).status_code == 409
    assert not Meeting.objects.exists()


def test_discarding_asks_first(client, document):
    assert act(client, document, "discard").status_code == 422
    assert act(client, document, "discard", sure="yes").status_code == 302
    assert not MinutesDocument.objects.exists()


def test_the_file_comes_back_as_it_was(client, document):
    act(client, document, "accept")
    reader = Client()
    reader.force_login(factories.account(Role.READER))
    response = reader.get(f"/import/{document.pk}/file/")
    assert b"".join(response.streaming_content) == NOTICE.read_bytes()
    assert "attachment" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.long
def test_a_task_shows_the_row_it_came_from(client, document):
    act(client, document, "accept")
    task = Task.objects.get(suggestion__number=6, number=1)
    page = client.get(task.get_absolute_url()).content.decode()
    assert "Show the row it came from" in page
    assert "2024.12<br>2026.12" in page
    meeting = client.get(task.suggestion.meeting.get_absolute_url()).content.decode()
    assert f"/import/{document.pk}/file/" in meeting
    assert document.sha256[:12] in meeting


# --- htmx -----------------------------------------------------------------------------------------


def test_a_change_of_a_field_answers_with_what_follows_from_it(client, document):
    row = document.rows.get(position=1)
    response = client.post(
        f"/import/{document.pk}/",
        {"action": "save", "row": row.pk, "version": 1, "number": "1", "task-0-deadline": "春节前"},
        headers={"HX-Request": "true"},
    )
    fragment = compact_html(response)
    assert "<html" not in fragment
    assert "<textarea" not in fragment
    assert f'value="2" class="version-of-{row.pk}"' in fragment
    assert "has no fixed day" in fragment
    assert "4 questions left" in fragment


def test_an_answer_brings_the_row_anew(client, document):
    row = document.rows.get(position=6)
    response = client.post(
        f"/import/{document.pk}/",
        {"action": "confirm", "row": row.pk, "version": 1, "place": 0},
        headers={"HX-Request": "true"},
    )
    fragment = response.content.decode()
    assert f'id="row-{row.pk}" open' in fragment
    assert "2 questions left" in fragment


# --- cost -----------------------------------------------------------------------------------------


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.long
def test_the_cost_of_a_draft_does_not_grow_with_its_rows(client, document):
    small = cost(client, f"/import/{document.pk}/")
    for position in range(13, 90):
        source = document.rows.get(position=1 + position % 12)
        DraftRow.objects.create(document=document, position=position, content=source.content)
    assert cost(client, f"/import/{document.pk}/") == small <= 13
    assert cost(client, "/import/") <= 7
