"""A comment or picture at an open cell of a workbook is taken over as a comment or as evidence by one click."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from openpyxl.drawing.image import Image
from PIL import Image as Picture

from meetings.models import Batch, EntryKind, Evidence, TaskLog
from tests import factories
from tests.tasks.previews import changes_of, shown_undoing

from .workbook_files import (
    accept,
    edited,
    fetched,
    fill,
    handed_in,
    opened,
    put_on,
    saved,
    sentences,
    signed_in,
    take_all,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both, pytest.mark.long]

WORDS = "张三：经费已落实，见附图。"


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def annotated(world, task=None, account=None, **values: object) -> bytes:
    """Return a workbook with a comment and a picture at a task's progress, and ``values`` in its open cells."""

    def edit(workbook):
        fill(workbook.worksheets[0], task or world.overdue, **values)
        put_on(workbook.worksheets[0], task or world.overdue, comment=WORDS, has_picture=True)

    return edited(fetched(account or world.liaison), edit)


@pytest.mark.parametrize("values", [{}, {"progress": "已成立小组。"}])
def test_a_click_makes_them_a_comment_and_evidence_of_the_task(world, folder, values):
    page = handed_in(world.liaison, annotated(world, **values))
    assert [offer.is_taken for _row, offer in page.context["review"].offers] == [False, False]
    assert WORDS in sentences(page)
    page = take_all(world.liaison, page)
    assert accept(world.liaison, page).status_code == 200
    *told, comment, evidence = Batch.objects.get().entries.order_by("sequence")
    assert [entry.note for entry in told] == list(values.values())
    assert (comment.kind, comment.note, comment.is_report) == (EntryKind.COMMENT, WORDS, False)
    assert (evidence.kind, evidence.task) == (EntryKind.EVIDENCE, world.overdue)
    assert {entry.actor for entry in (comment, evidence)} == {world.liaison}
    assert {entry.department for entry in (comment, evidence)} == {world.technology}
    file = evidence.evidence.get()
    assert (file.name[:4], file.name[-4:], file.content_type) == ("填报表 ", ".png", "image/png")
    with file.file.open("rb") as content:
        assert Picture.open(content).size == (2, 2)


def test_without_a_click_they_stay_in_the_file(world, folder):
    page = handed_in(world.liaison, annotated(world, progress="已成立小组。"))
    accept(world.liaison, page)
    assert [entry.note for entry in Batch.objects.get().entries.all()] == ["已成立小组。"]
    assert not Evidence.objects.exists()


def test_what_was_taken_is_left_again_and_a_page_of_before_does_not_count(world, folder):
    page = take_all(world.liaison, handed_in(world.liaison, annotated(world, progress="已成立小组。")))
    client, address = signed_in(world.liaison), f"/fill-in/{page.context['upload'].pk}/"
    [comment] = [offer for _row, offer in page.context["review"].offers if offer.file is None]
    client.post(address, {"action": "leave", "offer": comment.key})
    assert accept(world.liaison, page).status_code == 409
    accept(world.liaison, client.get(address))
    assert {entry.kind for entry in Batch.objects.get().entries.all()} == {EntryKind.PROGRESS, EntryKind.EVIDENCE}


def test_nothing_else_can_be_taken(world, folder):
    page = handed_in(world.liaison, annotated(world))
    address = f"/fill-in/{page.context['upload'].pk}/"
    for key in ("", "0:comment:99", "x"):
        assert signed_in(world.liaison).post(address, {"action": "take", "offer": key}).status_code == 422
    assert page.context["upload"].decisions == {}


def test_what_lies_at_a_wrong_row_or_another_departments_is_named(world, folder):
    page = handed_in(world.liaison, annotated(world, day="昨天", progress="甲"))
    assert page.context["review"].offers == []
    assert [finding.value for finding in page.context["review"].findings] == ["", WORDS]
    assert {finding.message for finding in page.context["review"].findings} == {
        "更正本行，或选用填报表的内容后，可在此采用。"
    }
    (row,) = page.context["invalid_rows"]
    address = f"/fill-in/{page.context['upload'].pk}/"
    sent = {"action": "correct", "place": row.place, "progress": "甲", "day": world.day.isoformat()}
    page = signed_in(world.liaison).post(address, sent, follow=True)
    assert len(page.context["review"].offers) == 2
    assert page.context["review"].findings == ()
    content = annotated(world, world.review_missed, world.other_liaison)
    page = handed_in(world.liaison, content)
    assert page.context["review"].offers == []


def test_only_a_picture_that_would_be_evidence_is_offered(world, folder, settings):
    settings.EVIDENCE_MAX_MEGABYTES = 1
    buffer = io.BytesIO()
    Picture.effect_noise((1200, 1200), 100).save(buffer, "PNG")

    def edit(workbook):
        workbook.worksheets[0].add_image(Image(buffer), put_on(workbook.worksheets[0], world.overdue))

    review = handed_in(world.liaison, edited(fetched(world.liaison), edit)).context["review"]
    assert review.offers == []
    assert len(review.findings) == 1


def test_a_picture_whose_workbook_is_gone_is_named(world, folder):
    page = handed_in(world.liaison, annotated(world))
    shutil.rmtree(folder)
    page = signed_in(world.liaison).get(f"/fill-in/{page.context['upload'].pk}/")
    assert [offer.text for _row, offer in page.context["review"].offers] == [WORDS]
    assert len(page.context["review"].findings) == 1


def test_undoing_the_batch_takes_them_away_by_an_entry_that_the_page_shows_before(world, folder):
    page = take_all(world.liaison, handed_in(world.liaison, annotated(world, progress="已成立小组。")))
    accept(world.liaison, page)
    batch, client = Batch.objects.get(), signed_in(world.liaison)
    says = shown_undoing(client.get(f"/batches/{batch.pk}/").content.decode())
    client.post(f"/batches/{batch.pk}/undo/")
    undone = TaskLog.objects.get(kind=EntryKind.UNDONE)
    assert says == changes_of([undone], world.liaison.language)
    assert undone.changes["evidence_deleted"]["new"][0]["name"].endswith(".png")
    file = Evidence.objects.get()
    assert file.removal == undone
    assert Path(file.file.path).exists(), "the administrators still have it"
    assert sorted(undone.undoes) == sorted(entry.sequence for entry in batch.entries.all())


def test_what_was_taken_over_is_not_offered_again_from_a_copy_of_the_file(world, folder):
    content = annotated(world)
    accept(world.liaison, take_all(world.liaison, handed_in(world.liaison, content)))
    again = handed_in(world.liaison, saved(opened(content)))
    assert again.context["review"].offers == []
    assert {finding.message for finding in again.context["review"].findings} == {"台账中已有此内容。"}


def test_a_comment_elsewhere_on_the_task_does_not_count_as_its_progress(world, folder):
    content = annotated(world)
    accept(world.liaison, take_all(world.liaison, handed_in(world.liaison, content)))
    workbook = opened(content)
    fill(workbook.worksheets[0], world.overdue, progress=WORDS)
    page = handed_in(world.liaison, saved(workbook))
    assert [row.task for row in page.context["conflicts"]] == [world.overdue]


def test_evidence_of_a_task_that_has_ended_since_is_refused_in_words(world, folder):
    content = annotated(world)
    factories.move(world.overdue, "closed", on=world.day)
    page = take_all(world.liaison, handed_in(world.liaison, content))
    refusals = {bool(offer.file): offer.refusal for _row, offer in page.context["review"].offers}
    assert refusals[False] == ""
    assert refusals[True]
    assert refusals[True] in sentences(page)


def test_a_comment_without_words_is_not_offered(world, folder):
    content = edited(fetched(world.liaison), lambda book: put_on(book.worksheets[0], world.overdue, comment=" "))
    assert handed_in(world.liaison, content).context["review"].offers == []
