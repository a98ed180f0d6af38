"""What each role sees first: what waits for it, what is red and whose move it is, what is new."""

from __future__ import annotations

import datetime
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.models import Account, Department, DepartmentRole, Health, Status, Task
from meetings.models.choices import NOBODY
from meetings.tasks import chasing, dashboard_queries, statistics
from meetings.tasks.chasing import SLIP_COLOURS
from meetings.tasks.dashboard_queries import NextActor
from meetings.tasks.services.closure import agree_to_closure, request_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.status import update_task
from meetings.tasks.statistics import PRESSING
from tests import factories
from tests.helpers import compact_html

from .helpers import act

pytestmark = pytest.mark.django_db


def page(account: Account, **query) -> str:
    client = Client()
    client.force_login(account)
    response = client.get(reverse("dashboard"), query)
    assert response.status_code == 200
    return compact_html(response)


def moves(day) -> dict[int, str]:
    return {task.pk: task.next_actor for task in dashboard_queries.with_next_actor(Task.objects.on(day), day)}


def ask_for_closure(world, task):
    act(request_closure, task, actor=world.liaison, summary="已完成。", effective_on=world.day)


def test_an_open_task_is_the_departments_move_unless_somebody_else_has_to_decide(world):
    found = moves(world.day)
    assert found[world.overdue.pk] == NextActor.DEPARTMENTS_REPORT
    assert found[world.undecided.pk] == NextActor.SECRETARIAT_SETTLES
    assert found[world.closed.pk] == found[world.terminated.pk] == ""


def test_whose_move_it_is_follows_what_was_asked_last(world):
    factories.instruction(world.overdue, world.supervisor)
    assert moves(world.day)[world.overdue.pk] == NextActor.DEPARTMENTS_ANSWER
    factories.extension_request(world.due_soon)
    assert moves(world.day)[world.due_soon.pk] == NextActor.SECRETARIAT_EXTENDS
    ask_for_closure(world, world.on_track)
    assert moves(world.day)[world.on_track.pk] == NextActor.SECRETARIAT_CLOSES
    nobodys = factories.task(deadline="2030.6", text="尚无人负责", departments=[])
    assert moves(world.day)[nobodys.pk] == NextActor.SECRETARIAT_ASSIGNS


def test_a_closure_that_a_leader_has_to_agree_to_is_the_leaders_move_until_then(world):
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    ask_for_closure(world, world.on_track)
    assert moves(world.day)[world.on_track.pk] == NextActor.LEADER_AGREES
    act(agree_to_closure, world.on_track, actor=world.leader, effective_on=world.day)
    assert moves(world.day)[world.on_track.pk] == NextActor.SECRETARIAT_CLOSES
    # Asked for anew after it was sent back, the old agreement counts for nothing.
    act(send_back, world.on_track, actor=world.secretariat, reason="补充材料。", effective_on=world.day)
    ask_for_closure(world, world.on_track)
    assert moves(world.day)[world.on_track.pk] == NextActor.LEADER_AGREES


def test_a_past_day_knows_only_the_moves_of_that_day(world):
    ask_for_closure(world, world.on_track)
    yesterday = world.day - datetime.timedelta(days=1)
    assert moves(yesterday)[world.on_track.pk] == NextActor.DEPARTMENTS_REPORT


def test_what_waits_for_departments_is_what_is_their_move(world):
    late = world.day - datetime.timedelta(days=100)
    tasks = [
        factories.task(
            world.overdue.suggestion,
            deadline=factories.dated(late),
            departments=[(world.technology, DepartmentRole.RESPONSIBLE)],
        )
        for _number in range(4)
    ]
    factories.progress(tasks[0], on=world.day)
    ask_for_closure(world, tasks[0])
    factories.extension_request(tasks[1])
    factories.instruction(tasks[2], world.supervisor)
    nobodys = factories.task(world.overdue.suggestion, deadline=factories.dated(late), departments=[])
    for day in (world.day, world.day - datetime.timedelta(days=1)):
        shown = Task.objects.on(day)
        for healths in (PRESSING, SLIP_COLOURS, [Health.DUE_SOON], [Health.OVERDUE]):
            found = {task.pk for task in dashboard_queries.waiting_for_departments(shown, day, healths)}
            theirs = {
                task.pk
                for task in dashboard_queries.with_next_actor(shown.in_health(healths, day), day)
                if task.next_actor in (NextActor.DEPARTMENTS_ANSWER, NextActor.DEPARTMENTS_REPORT)
            }
            assert found == theirs
    assert {tasks[2].pk, tasks[3].pk} <= found
    assert found.isdisjoint({tasks[0].pk, tasks[1].pk, nobodys.pk}) == (day == world.day)


@pytest.mark.same_on_both
@pytest.mark.long
def test_every_number_leads_to_a_list_of_as_many_rows(world, subtests):
    # Everybody reads everything: what several lead to is looked at once.
    walked: dict[str, int] = {}
    for role in ("leader", "secretariat", "reader", "administrator"):
        client = Client()
        client.force_login(world.accounts[role])
        found = re.findall(r'href="([^"]+)" data-count="(\d+)"', page(world.accounts[role]).replace("&amp;", "&"))
        with subtests.test(role):
            assert len(found) >= 6
            for address, number in found:
                if address not in walked:
                    walked[address] = count_rows(client, address)
                assert walked[address] == int(number), address


def count_rows(client: Client, address: str) -> int:
    separator = "&" if "?" in address else "?"
    shown = client.get(f"{address}{separator}per_page=1", headers={"HX-Request": "true"}).context
    # The appraisal lists its tasks on its own page.
    return shown["listing"].row_count if "listing" in shown else len(shown["rows"])


def test_a_leader_sees_their_own_tasks(world):
    text = page(world.leader)
    assert world.overdue.text in text
    # Supervised by another leader alone.
    assert world.review_missed.text not in text
    assert world.review_missed.text in page(world.leader, scope="all")


def test_what_each_department_said_last_stands_beside_what_is_red(world):
    factories.progress(world.overdue, "方案已报批。", on=world.day, by=world.liaison, department=world.technology)
    item = page(world.leader).split(f'id="task-{world.overdue.pk}"')[1].split("</li>")[0]
    assert "方案已报批。" in item
    assert "技术部" in item


@pytest.mark.parametrize("typed", ["", "请附会议纪要。"])
def test_a_leader_instructs_from_the_dashboard_and_comes_back_to_it(world, typed):
    client = Client()
    client.force_login(world.leader)
    item = f"//*[@id='task-{world.overdue.pk}']"
    (address,) = html.fromstring(page(world.leader)).xpath(f"{item}//a[contains(@href, 'open=instruct')]/@href")
    (form,) = html.fromstring(client.get(address).content).xpath("//*[@id='instruct']//form")
    phrase = form.xpath(".//button[@name='text']/@value")[0]
    form.fields["text"] = typed
    address, sent = form.action, dict(form.form_values())
    asked = html.fromstring(client.post(address, {**sent, "text": [typed, phrase]}).content)
    (form,) = asked.xpath("//*[@id='instruct']//form")
    response = client.post(address, dict(form.form_values()))
    assert response["Location"] == f"{reverse('dashboard')}#task-{world.overdue.pk}"
    assert world.overdue.instructions.get().text.split() == list(filter(None, (typed, phrase)))
    assert str(NextActor.DEPARTMENTS_ANSWER.label) in page(world.leader)


def test_only_a_leader_is_offered_to_instruct_and_only_about_their_own(world):
    assert "open=instruct" in page(world.leader)
    for asked in ((world.reader, {}), (world.secretariat, {}), (world.leader, {"scope": "all"})):
        assert "open=instruct" not in page(asked[0], **asked[1])


def test_what_changed_is_new_until_the_next_look(world):
    first = page(world.leader)
    assert "平台建设方案已通过评审" in first
    assert "上次查看" not in first, "nobody has looked yet"
    assert "平台建设方案已通过评审" in page(world.leader), "still the same look"
    earlier = timezone.now() - datetime.timedelta(minutes=dashboard_queries.SAME_VISIT_MINUTES + 1)
    Account.objects.filter(pk=world.leader.pk).update(looked_at=timezone.now(), looked_before=timezone.now())
    world.leader.refresh_from_db()
    second = page(world.leader)
    assert "平台建设方案已通过评审" not in second
    assert "上次查看" in second
    Account.objects.filter(pk=world.leader.pk).update(looked_at=earlier, looked_before=None)
    world.leader.refresh_from_db()
    factories.progress(world.on_track, "平台已上线试运行。", on=world.day, by=world.liaison)
    assert "平台已上线试运行" in page(world.leader)
    world.leader.refresh_from_db()
    assert world.leader.looked_before == earlier


def test_what_somebody_did_themselves_is_no_news_to_them(world):
    act(add_comment, world.on_track, actor=world.leader, text="请加快上线。")
    assert "请加快上线。" not in page(world.leader)
    act(add_comment, world.on_track, actor=world.liaison, text="已安排。")
    assert "已安排。" in page(world.leader)


def test_who_has_not_reported_is_counted_by_department(world):
    silent = {
        row["label"]: row["number"]
        for row in dashboard_queries.find_unreported_departments.fetch(Task.objects.on(world.day), world.day)
    }
    assert silent == {"技术部": 1, "办公室": 1}
    factories.progress(world.overdue, "正在办理。", on=world.day, by=world.liaison, department=world.technology)
    silent = {
        row["label"]: row["number"]
        for row in dashboard_queries.find_unreported_departments.fetch(Task.objects.on(world.day), world.day)
    }
    assert silent == {"办公室": 1}


def test_departments_with_as_much_stand_as_they_were_entered():
    day = timezone.localdate()
    # Of these numbers the second one's digits would come first.
    first, second = (Department.objects.create(pk=pk, name=f"第{pk}处") for pk in (999_999, 1_000_000))
    for department in (second, first):
        factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    factories.task(departments=[])
    [counts] = statistics.count_by(Task.objects.on(day), "department")
    assert [count.key for count in counts] == [first.pk, second.pk, NOBODY]
    assert [asked.counts.key for asked in chasing.find_asked(Task.objects.on(day), day)] == [first.pk, second.pk]


def test_the_secretariat_sees_what_waits_for_a_decision(world):
    ask_for_closure(world, world.on_track)
    waits = page(world.secretariat).split('id="waits"')[1].split("</section>")[0]
    assert re.search(r"#group-closure.*?dashboard-number\">1<", waits, re.S)


def test_what_waits_is_what_the_navigation_counts_and_nothing_of_zero_stands_there(world):
    ask_for_closure(world, world.on_track)
    factories.extension_request(world.due_soon)
    text = page(world.secretariat)
    waits = text.split('id="waits"')[1].split("</section>")[0]
    queue = [
        int(number)
        for address, number in re.findall(r'href="([^"]+)".*?dashboard-number">(\d+)<', waits)
        if "/inbox/" in address
    ]
    assert queue == [1, 1]
    assert f'<span class="pick-count">{sum(queue)}</span>' in text
    assert 'dashboard-number">0<' not in text


def test_a_link_to_remind_opens_the_form_of_it(world):
    item = page(world.secretariat).split(f'id="task-{world.overdue.pk}"')[1].split("</li>")[0]
    address = re.search(r'href="([^"]+#remind)"', item)[1].replace("&amp;", "&")
    client = Client()
    client.force_login(world.secretariat)
    assert re.search(r'<details class="fold" id="remind"\s+open', compact_html(client.get(address)))


def test_an_ended_task_is_nothing_to_chase(world):
    act(
        update_task,
        world.overdue,
        actor=world.secretariat,
        status=Status.CLOSED,
        note="已完成。",
        effective_on=world.day,
    )
    assert Task.objects.get(pk=world.overdue.pk).status == Status.CLOSED
    assert world.overdue.text not in page(world.secretariat)


def test_a_liaison_begins_with_what_waits_for_the_own_departments(world):
    text = page(world.liaison)
    assert 'id="waits"' in text
    assert world.overdue.text in text
    assert 'id="by-department"' not in text, "one's own department alone says what the tiles say"


@pytest.mark.parametrize("query", ["", "?leader=1&as_of=2024-02-09"])
def test_the_address_of_the_former_overview_leads_to_the_dashboard(world, query):
    client = Client()
    client.force_login(world.leader)
    assert client.get(f"{reverse('overview')}{query}")["Location"] == f"{reverse('dashboard')}{query}"


def test_a_past_day_is_shown_and_counts_as_no_look(world):
    yesterday = (world.day - datetime.timedelta(days=1)).isoformat()
    text = page(world.leader, as_of=yesterday)
    address = re.search(r'href="([^"]+)" data-count', text.replace("&amp;", "&"))[1]
    assert parse_qs(urlsplit(address).query)["as_of"] == [yesterday]
    assert Account.objects.get(pk=world.leader.pk).looked_at is None


def test_the_dashboard_is_what_a_leader_signs_in_to(world):
    client = Client()
    world.leader.set_password("correct horse 7")
    world.leader.save()
    response = client.post(reverse("login"), {"username": world.leader.username, "password": "correct horse 7"})
    assert response["Location"] == reverse("dashboard")
