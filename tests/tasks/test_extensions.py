"""Later deadlines: asked for, decided, counted; until they are decided the task is as late as it was."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import EntryKind, ExtensionRequest, ExtensionStatus, Status, Task
from meetings.tasks.filters import filter_tasks
from meetings.tasks.services.closure import request_closure
from meetings.tasks.services.extensions import (
    grant_extension,
    parse_later_deadline,
    parse_new_deadline,
    refuse_extension,
    request_extension,
    resolve_deadline,
)
from tests import factories
from tests.helpers import compact_html

from .helpers import act

pytestmark = pytest.mark.django_db


def later(world, days: int) -> str:
    return (world.due_soon.due_date + datetime.timedelta(days=days)).isoformat()


def ask(world, task=None, *, text: str | None = None, actor=None, **arguments):
    return act(
        request_extension,
        task or world.due_soon,
        actor=actor or world.liaison,
        **{
            "reason": "供应商更换。",
            "progress": "需求已冻结。",
            "deadline_text": later(world, 30) if text is None else text,
            "effective_on": world.day,
            **arguments,
        },
    )


def decide(world, verb=grant_extension, task=None, **arguments):
    return act(
        verb,
        task or world.due_soon,
        **{"actor": world.secretariat, "reason": "经研究同意。", "effective_on": world.day, **arguments},
    )


def test_asking_leaves_the_deadline_and_counts_as_a_report(world):
    task, due = world.overdue, world.overdue.due_date
    request = ask(world, task, text=(world.day + datetime.timedelta(days=60)).isoformat())
    assert (task.due_date, task.extension_count) == (due, 0)
    assert Task.objects.on(world.day).get(pk=task.pk).health == "overdue"
    assert task.status == Status.IN_PROGRESS
    report, asked = task.log.order_by("-sequence")[1], request.asked
    assert (report.is_report, report.note, report.department) == (True, "需求已冻结。", world.technology)
    assert (asked.kind, asked.is_report, asked.note) == (EntryKind.EXTENSION, False, "供应商更换。")
    assert asked.department == world.technology
    assert request.due_date_before == due


def test_granting_moves_the_deadline_and_counts(world):
    task, due = world.due_soon, world.due_soon.due_date
    ask(world)
    decide(world)
    assert task.due_date == due + datetime.timedelta(days=30)
    assert (task.extension_count, task.extension_days) == (1, 30)
    ask(world, text=(due + datetime.timedelta(days=37)).isoformat())
    decide(world)
    assert (task.extension_count, task.extension_days) == (2, 37)
    assert (task.original_due_date, task.original_deadline_text) == (due, due.isoformat())


def test_the_page_says_by_how_much_and_what_was_printed(world, client):
    ask(world)
    decide(world)
    client.force_login(world.reader)
    page = compact_html(client.get(world.due_soon.get_absolute_url()))
    assert f"延期 1 次，共延长 30 天；原期限 {world.due_soon.original_deadline_text}" in page


def test_as_of_shows_the_deadline_of_the_day(world):
    before = world.day - datetime.timedelta(days=3)
    due = world.due_soon.due_date
    ask(world, effective_on=before - datetime.timedelta(days=1))
    decide(world, effective_on=before)
    assert Task.objects.on(before - datetime.timedelta(days=1)).get(pk=world.due_soon.pk).day_due_date == due
    on = Task.objects.on(before).get(pk=world.due_soon.pk)
    assert (on.day_due_date, on.day_extension_count) == (due + datetime.timedelta(days=30), 1)


def test_refusing_leaves_everything_and_says_why(world):
    due = world.due_soon.due_date
    request = ask(world)
    entry = decide(world, refuse_extension, reason="不同意，按原期限完成。")
    request.refresh_from_db()
    assert (request.status, request.decided) == (ExtensionStatus.REFUSED, entry)
    assert (world.due_soon.due_date, world.due_soon.extension_count) == (due, 0)
    # Then it may be asked for again.
    ask(world)


def test_one_wish_at_a_time(world):
    ask(world)
    with pytest.raises(InvalidTransitionError):
        ask(world)
    decide(world)
    with pytest.raises(InvalidTransitionError):
        decide(world)


def test_a_wish_lapses_with_the_task(world):
    request = ask(world)
    entry = factories.move(world.due_soon, Status.CLOSED, on=world.day)
    request.refresh_from_db()
    assert (request.status, request.decided) == (ExtensionStatus.LAPSED, entry)
    with pytest.raises(InvalidTransitionError):
        decide(world)


@pytest.mark.parametrize("text", ["", "持续跟踪", "待定", "2024年6月底前，12月底前", "尽快", "2020-01-01"])
@pytest.mark.same_on_both
def test_what_names_no_later_day_is_refused_beside_the_field(world, text):
    with pytest.raises(InvalidInputError) as refused:
        ask(world, text=text)
    assert refused.value.field == "deadline_text"
    assert not ExtensionRequest.objects.exists()
    assert world.due_soon.log.count() == 1


def test_a_month_without_a_year_is_the_next_one_from_the_asking():
    """Not from the issue of the minutes, which may be years ago."""
    reading = parse_new_deadline("3月底前", datetime.date(2026, 2, 1))
    assert reading.deadline.due_date == datetime.date(2026, 3, 31)


def test_a_request_of_another_year_is_read_as_of_its_own_day(world):
    asked_on = datetime.date(world.overdue.due_date.year + 5, 3, 1)
    deadline = parse_later_deadline(world.overdue, "12月底前", asked_on)
    assert deadline.due_date == datetime.date(asked_on.year, 12, 31)


@pytest.mark.parametrize("missing", ["reason", "progress"])
def test_reason_and_progress_are_needed(world, missing):
    with pytest.raises(InvalidInputError) as refused:
        ask(world, **{missing: " "})
    assert refused.value.field == missing


def test_a_decision_has_a_reason_and_comes_after_the_asking(world):
    ask(world)
    with pytest.raises(InvalidInputError):
        decide(world, reason=" ")
    with pytest.raises(InvalidDateError):
        decide(world, refuse_extension, effective_on=world.day - datetime.timedelta(days=1))


def test_a_task_without_a_due_date_has_nothing_to_extend(world):
    with pytest.raises(InvalidTransitionError):
        ask(world, world.review_missed, actor=world.other_liaison)


def test_who_asks_and_who_decides(world):
    for actor in (world.other_liaison, world.supporting_liaison, world.leader, world.reader, world.administrator):
        with pytest.raises(PermissionDeniedError):
            ask(world, actor=actor)
    ask(world)
    for actor in (world.liaison, world.leader, world.reader, world.administrator):
        with pytest.raises(PermissionDeniedError):
            decide(world, actor=actor)


def test_the_list_can_be_asked_for_extended_ones(world):
    from django.http import QueryDict

    for _time in range(2):
        ask(world, text=(world.due_soon.due_date + datetime.timedelta(days=30)).isoformat())
        decide(world)
    ask(world, world.on_track, text=(world.on_track.due_date + datetime.timedelta(days=9)).isoformat())
    decide(world, task=world.on_track)

    def found(query: str) -> set[int]:
        return {task.pk for task in filter_tasks(QueryDict(query), Task.objects.on(world.day), world.day)}

    assert found("extended=1") == {world.due_soon.pk, world.on_track.pk}
    assert found("extended=2") == {world.due_soon.pk}
    assert found("extended=1&extended=2") == found("extended=1")


# --- settling -----------------------------------------------------------------------------------


def settle(world, task=None, **arguments):
    return act(
        resolve_deadline,
        task or world.undecided,
        **{
            "actor": world.secretariat,
            "meaning": "2030年6月底前",
            "reason": "经与责任部室确认。",
            "effective_on": world.day,
            **arguments,
        },
    )


def test_an_undecided_deadline_is_settled_without_an_extension(world):
    task = world.undecided
    settle(world)
    assert (task.deadline_kind, task.due_date) == ("dated", datetime.date(2030, 6, 30))
    # What was printed stays printed.
    assert task.deadline_text == task.original_deadline_text == "待定"
    assert (task.original_due_date, task.extension_count) == (None, 0)
    assert Task.objects.on(world.day).get(pk=task.pk).health == "on_track"


def test_a_rhythm_settles_it_too(world):
    settle(world, meaning="每月")
    task = world.undecided
    assert (task.deadline_kind, task.due_date, task.review_interval_months) == ("recurring", None, 1)


@pytest.mark.parametrize("meaning", ["", "尽快", "2030年6月底前，12月底前"])
def test_what_is_not_clear_settles_nothing(world, meaning):
    with pytest.raises(InvalidInputError):
        settle(world, meaning=meaning)


def test_only_the_secretariat_settles_and_only_what_is_undecided(world):
    with pytest.raises(PermissionDeniedError):
        settle(world, actor=world.liaison)
    with pytest.raises(InvalidTransitionError):
        settle(world, world.due_soon)


# --- the pages ----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def send(client, world, **said):
    address = reverse("task_action", args=[world.due_soon.pk, "ask-extension"])
    world.due_soon.refresh_from_db()
    data = {
        "version": world.due_soon.version,
        "deadline_text": later(world, 30),
        "reason": "供应商更换。",
        "progress": "需求已冻结。",
        "effective_on": world.day.isoformat(),
        **said,
    }
    return client.post(address, data)


def test_without_scripts_the_reading_is_shown_before_it_counts(client, world):
    client.force_login(world.liaison)
    answer = send(client, world)
    assert answer.status_code == 422
    assert not ExtensionRequest.objects.exists()
    understood = answer.context["submitted_form"].data["understood"]
    assert understood == later(world, 30)
    assert f'value="{understood}"' in answer.content.decode()
    assert send(client, world, understood=understood).status_code == 302
    assert ExtensionRequest.objects.get().deadline_text == understood


@pytest.mark.parametrize("days", [0, -1])
def test_a_day_that_is_not_later_is_refused_at_once(client, world, days):
    client.force_login(world.liaison)
    client.cookies["django_language"] = "en"
    answer = send(client, world, deadline_text=(world.due_soon.due_date + datetime.timedelta(days=days)).isoformat())
    (sentence,) = answer.context["submitted_form"].errors["deadline_text"]
    assert answer.status_code == 422
    assert "is not later than the present deadline" in sentence
    assert not answer.context["submitted_form"].data.get("understood")


def test_another_text_is_another_reading(client, world):
    client.force_login(world.liaison)
    assert send(client, world, understood=later(world, 31)).status_code == 422
    assert not ExtensionRequest.objects.exists()


def test_the_reading_is_told_while_one_types(client, world):
    client.force_login(world.liaison)
    told = client.get(reverse("deadline_reading"), {"deadline_text": "2030年6月底前"}).content.decode()
    assert "2030-06-30" in told
    unread = client.get(reverse("deadline_reading"), {"deadline_text": "尽快"}).content.decode()
    assert "understood" not in unread
    assert "ongoing" not in unread
    assert "持续推进" not in unread
    assert client.get(reverse("deadline_reading")).content.decode().strip() == ""


@pytest.mark.parametrize("decision", ["accept", "refuse"])
@pytest.mark.same_on_both
def test_either_decision_needs_a_reason_and_its_field_does_not_say_optional(client, world, decision):
    ask(world)
    client.force_login(world.secretariat)
    client.cookies["django_language"] = "en"
    world.due_soon.refresh_from_db()
    said = {"version": world.due_soon.version, "note": "", "effective_on": world.day.isoformat()}
    answer = client.post(
        reverse("task_action", args=[world.due_soon.pk, "decide-extension"]), {**said, "decision": decision}
    )
    assert answer.status_code == 422
    form = answer.context["submitted_form"]
    assert form.errors == {"note": ["Fill in “Reason”."]}
    assert "optional" not in form["note"].as_field_group()


def test_a_decision_that_needs_a_reason_only_to_send_back_says_so(world, client):
    act(request_closure, world.on_track, actor=world.liaison, summary="全部完成。", effective_on=world.day)
    client.force_login(world.secretariat)
    address = reverse("task_action", args=[world.on_track.pk, "decide-closure"])
    said = {"version": world.on_track.version, "note": "", "effective_on": world.day.isoformat(), "decision": "refuse"}
    form = client.post(address, said).context["submitted_form"]
    assert "note" in form.errors
    drawn = form["note"].as_field_group()
    assert "Needed only to send it back." in drawn
    assert "optional" not in drawn


def test_the_decider_sees_that_it_is_not_the_first_time(client, world):
    ask(world)
    decide(world)
    ask(world, text=later(world, 60))
    client.force_login(world.secretariat)
    client.cookies["django_language"] = "en"
    page = client.get(world.due_soon.get_absolute_url()).content.decode()
    assert "The deadline has been extended once already." in page
    address = reverse("task_action", args=[world.due_soon.pk, "decide-extension"])
    world.due_soon.refresh_from_db()
    said = {"version": world.due_soon.version, "note": "同意。", "effective_on": world.day.isoformat()}
    assert client.post(address, {**said, "decision": "accept"}).status_code == 302
    world.due_soon.refresh_from_db()
    assert world.due_soon.extension_count == 2


@pytest.mark.same_on_both
def test_only_what_was_printed_is_called_so_and_a_day_that_the_text_names_is_not_told_twice(client, world):
    client.force_login(world.reader)
    client.cookies["django_language"] = "en"

    def explained(task: Task) -> str:
        task.refresh_from_db()
        return client.get(task.get_absolute_url()).context["deadline_explanation"]

    task = factories.task(
        deadline=factories.dated(datetime.date(2026, 11, 11), text="2026年11月11日前"),
        departments=[(world.technology, "responsible")],
    )
    assert explained(task) == ""
    page = compact_html(client.get(task.get_absolute_url()))
    assert "11 Nov 2026" not in page.split('id="about"')[1].split('id="log"')[0]
    vague = factories.task(
        deadline=factories.dated(datetime.date(2026, 11, 30), text="2026年11月底前"),
        departments=[(world.technology, "responsible")],
    )
    assert explained(vague).startswith("Printed as “2026年11月底前”")
    ask(world, vague, text="2027年1月底前")
    decide(world, task=vague)
    assert explained(vague).startswith("Present deadline “2027年1月底前”")


def test_settling_is_looked_at_twice(client, world):
    client.force_login(world.secretariat)
    task = world.undecided
    address = reverse("task_action", args=[task.pk, "settle-deadline"])
    said = {"version": task.version, "meaning": "每季度", "note": "已确认。", "effective_on": world.day.isoformat()}
    answer = client.post(address, said)
    assert answer.status_code == 422
    understood = answer.context["submitted_form"].data["understood"]
    assert client.post(address, {**said, "understood": understood}).status_code == 302
    task.refresh_from_db()
    assert task.deadline_kind == "recurring"
