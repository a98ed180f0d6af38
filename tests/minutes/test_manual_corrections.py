"""The rows of a meeting corrected by hand, and tasks added to them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from meetings.models import EntryKind, MinutesDocument, Suggestion
from tests import factories
from tests.minutes.typed_rows import TypedDraft, correct_row

pytestmark = pytest.mark.django_db


def add_task(client, row: Suggestion) -> TypedDraft:
    return TypedDraft(client, client.post(reverse("task_new", args=[row.pk])))


@pytest.mark.long
def test_tasks_are_added_behind_those_a_row_has(client, meeting):
    row = factories.suggestion(meeting)
    factories.task(row)
    draft = add_task(client, row)
    draft.type_row(deadline="2024.6")
    assert draft.accept().status_code == 422
    draft.type_row(departments="办公室", **{"task-0-text": "（1）新的工作"})
    assert draft.accept()["Location"].endswith(f"#suggestion-{row.pk}")
    assert list(row.tasks.order_by("number").values_list("number", "text")) == [
        (1, "落实第1项建议的第1项工作。"),
        (2, "新的工作"),
    ]
    row.refresh_from_db()
    assert row.text == Suggestion.objects.get().text


@pytest.fixture
def row(meeting) -> Suggestion:
    row = factories.suggestion(meeting, sources=[(factories.person("刘仲书"), "执委")])
    factories.task(row)
    factories.task(row)
    return row


def correct(client, row: Suggestion, *, note="与纸质附件核对", **typed: str):
    draft = correct_row(client, row)
    draft.type_row(**typed)
    return draft.accept(note=note)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_corrected_text_is_an_entry_of_each_task_of_the_row(client, row):
    old = row.text
    assert correct(client, row, suggestion="改正后的建议").status_code == 302
    for task in row.tasks.all():
        entry = task.log.order_by("sequence").last()
        assert (entry.kind, entry.note) == (EntryKind.TEXTS, "与纸质附件核对")
        assert entry.changes == {"suggestion": {"old": old, "new": "改正后的建议"}}


@pytest.mark.long
@pytest.mark.same_on_both
def test_number_aspect_and_sources_are_corrected_too(client, row):
    correct(client, row, number="12", aspect="新的要点", sources="执委 刘仲书\n执委 黄继先")
    row.refresh_from_db()
    assert (row.number, row.aspect.title) == (12, "新的要点")
    entry = row.tasks.first().log.order_by("sequence").last()
    assert entry.kind == EntryKind.ARRANGED
    assert entry.changes["number"] == {"old": 1, "new": 12}
    assert entry.changes["sources"]["new"] == [
        {"name": "刘仲书", "capacity": "执委"},
        {"name": "黄继先", "capacity": "执委"},
    ]
    page = client.get(row.tasks.first().get_absolute_url()).content.decode()
    assert "执委 刘仲书 → 执委 刘仲书, 执委 黄继先" in page


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_row_is_not_corrected_without_a_reason_nor_where_nothing_differs(client, row):
    assert correct(client, row).status_code == 422
    assert correct(client, row, suggestion="改正", note=" ").status_code == 422
    row.refresh_from_db()
    assert row.text != "改正"


@pytest.mark.long
@pytest.mark.same_on_both
def test_two_who_correct_a_row_see_each_others_values(client, row, colleague):
    mine, theirs = correct_row(client, row), correct_row(colleague, row)
    mine.type_row(suggestion="乙的改正")
    seen = mine.page.version_token
    theirs.type_row(suggestion="甲的改正")
    assert theirs.accept(note="核对").status_code == 302
    answer = mine.accept(seen=seen, note="核对")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "甲的改正" in page
    assert "乙的改正" in page
    assert 'value="核对"' in page
    row.refresh_from_db()
    assert row.text == "甲的改正"
    assert mine.accept(note="核对").status_code == 302
    row.refresh_from_db()
    assert row.text == "乙的改正"


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_somebody_else_corrected_is_not_taken_back_by_a_draft_opened_before(client, row, colleague):
    mine = correct_row(client, row)
    mine.type_row(lead_in="围绕宣传：")
    assert correct(colleague, row, suggestion="甲的改正").status_code == 302
    assert mine.accept(note="核对").status_code == 302
    row.refresh_from_db()
    assert (row.text, row.lead_in) == ("甲的改正", "围绕宣传：")


@pytest.mark.long
def test_a_draft_in_which_nothing_was_changed_follows_the_register(client, row, colleague):
    correct_row(client, row)
    correct(colleague, row, suggestion="甲的改正")
    assert correct_row(client, row).row.fields["suggestion"] == "甲的改正"
    assert MinutesDocument.objects.filter(meeting=None).count() == 1


def test_a_row_that_is_joined_away_leaves_the_drafts_that_correct_it(client, row):
    other = factories.suggestion(row.meeting)
    draft = correct_row(client, other)
    correct_row(client, row)
    other.delete()
    assert [card.position for card in draft.page.rows] == [1]
    draft.add_row()
    assert [card.is_correction for card in draft.page.rows] == [True, False]


@pytest.mark.parametrize("do", ["split:1", "join"])
@pytest.mark.same_on_both
def test_a_row_of_the_register_is_split_and_joined_in_its_table_alone(client, row, do):
    draft = correct_row(client, row)
    correct_row(client, factories.suggestion(row.meeting))
    answer = draft.send_row(do)
    assert answer.status_code == 422
    assert "in its breakdown table" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "of", "leads_to"),
    [
        ("suggestion_edit", "row", "/meetings/{meeting}/arrange/#suggestion-{row}"),
        ("task_new", "row", "/meetings/{meeting}/arrange/#suggestion-{row}"),
        ("suggestion_new", "meeting", "/meetings/{meeting}/arrange/"),
        ("meeting_edit", "meeting", "/meetings/{meeting}/"),
    ],
)
@pytest.mark.same_on_both
def test_the_addresses_of_before_lead_to_where_it_is_done_now(client, row, name, of, leads_to):
    pk = {"row": row.pk, "meeting": row.meeting_id}
    answer = client.get(reverse(name, args=[pk[of]]))
    assert (answer.status_code, answer["Location"]) == (302, leads_to.format(**pk))
    assert not MinutesDocument.objects.exists()
