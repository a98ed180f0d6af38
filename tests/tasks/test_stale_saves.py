"""Two people save the same task: what was changed meanwhile is shown, and what was typed stays."""

from __future__ import annotations

import pytest

from tests import factories

from .update_form import opened, parsed, save, send, signed_in, update_form

pytestmark = pytest.mark.django_db


@pytest.mark.same_on_both
def test_a_stale_save_changes_nothing_and_shows_both(world):
    first, second, task = signed_in(world.secretariat), signed_in(world.liaison), world.on_track
    form = opened(first, task)
    save(second, task, note="联络员写的进展。")
    entries = task.log.count()
    response = send(first, f"/tasks/{task.pk}/", form, note="秘书处写的进展。")
    assert response.status_code == 409
    assert task.log.count() == entries
    page = parsed(response)
    said = page.xpath("string(//*[@id='stale'])")
    assert "联络员写的进展。" in said
    assert str(world.liaison.display_name) in said
    again = update_form(page)
    assert again.inputs["note"].value.strip() == "秘书处写的进展。"
    assert page.xpath("count(//*[@id]) = count(//*[@id][not(@id = preceding::*/@id)])"), "no id twice"
    assert send(first, f"/tasks/{task.pk}/", again).status_code == 302
    assert [entry.note for entry in task.log.order_by("sequence")][-2:] == ["联络员写的进展。", "秘书处写的进展。"]


@pytest.mark.parametrize("other", ["closed", "terminated", "closure_requested"])
@pytest.mark.same_on_both
def test_a_status_left_alone_is_never_a_change_even_where_it_has_gone(world, other):
    """The form was opened on «in progress»; meanwhile somebody closes the task. Saving a note must not reopen it."""
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.move(task, other, on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, note="我的进展。")
    assert response.status_code == 409
    again = update_form(parsed(response))
    assert again.inputs["status"].value == again.inputs["status_was"].value == other
    assert again.inputs["note"].value.strip() == "我的进展。"
    send(client, f"/tasks/{task.pk}/", again)
    task.refresh_from_db()
    assert task.status == other


@pytest.mark.parametrize(("other", "mine"), [("closed", "terminated"), ("terminated", "closed"), ("closed", "closed")])
@pytest.mark.same_on_both
def test_a_status_that_is_no_longer_possible_is_not_sent_again(world, other, mine):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.move(task, other, on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, status=mine, note="我的理由。")
    assert response.status_code == 409
    again = update_form(parsed(response))
    assert again.inputs["status"].value == other
    assert again.inputs["note"].value.strip() == "我的理由。"


def test_a_status_that_is_still_possible_is_kept_for_saving_again(world):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.progress(task, "别人的进展。", on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, status="closed", note="已完成。")
    again = update_form(parsed(response))
    assert response.status_code == 409
    assert again.inputs["status"].value == "closed"
    assert send(client, f"/tasks/{task.pk}/", again).status_code == 302
    task.refresh_from_db()
    assert task.status == "closed"


@pytest.mark.parametrize("day", ["2999-01-01", "昨天"])
@pytest.mark.same_on_both
def test_a_stale_save_with_a_mistake_in_it_says_first_what_happened(world, day):
    client, task = signed_in(world.secretariat), world.on_track
    form = opened(client, task)
    factories.progress(task, "别人的进展。", on=world.day)
    response = send(client, f"/tasks/{task.pk}/", form, note="进展。", effective_on=day)
    assert response.status_code == 409
    assert "别人的进展。" in parsed(response).xpath("string(//*[@id='stale'])")


def test_a_stale_save_of_someone_who_lost_the_task_meanwhile_is_refused(world):
    client, task = signed_in(world.liaison), world.on_track
    form = opened(client, task)
    task.task_departments.update(department=world.office)
    assert send(client, f"/tasks/{task.pk}/", form, note="进展。").status_code == 403
