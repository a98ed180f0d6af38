"""The inbox: what waits for whom, its number, and the next one at once."""

from __future__ import annotations

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from meetings.breakdown.services.meetings import set_leader_agrees
from meetings.models import DepartmentRole, Mailing, Role, Status
from meetings.tasks import inbox
from meetings.tasks.services import closure, extensions
from meetings.tasks.services.closure import accept_closure, agree_to_closure, send_back
from meetings.tasks.services.comments import add_comment
from meetings.tasks.services.extensions import grant_extension, refuse_extension
from meetings.tasks.services.instructions import give_instruction
from meetings.tasks.services.reminders import remind_departments
from tests import factories
from tests.helpers import compact_html

from .helpers import act

pytestmark = pytest.mark.django_db


def waiting(account, day) -> dict[str, set[int]]:
    """Return the ids of what waits, by group; holds the number against them."""
    found = {group.key: {task.pk for task in group.items(day)} for group in inbox.groups(account, day)}
    assert sum(inbox.count_waiting(account, day).values()) == sum(map(len, found.values()))
    return {key: ids for key, ids in found.items() if ids}


def request_closure(world, task=None, **arguments):
    said = {"actor": world.liaison, "summary": "已完成。", "effective_on": world.day}
    return act(closure.request_closure, task or world.on_track, **{**said, **arguments})


def ask_for_extension(world, task):
    return act(
        extensions.request_extension,
        task,
        actor=world.liaison,
        reason="供应商更换。",
        progress="过半。",
        deadline_text=(world.day + datetime.timedelta(days=400)).isoformat(),
        effective_on=world.day,
    )


def test_decisions_wait_for_the_secretariat_until_they_are_made(world):
    assert waiting(world.secretariat, world.day) == {}
    request_closure(world)
    ask_for_extension(world, world.due_soon)
    assert waiting(world.secretariat, world.day) == {"closure": {world.on_track.pk}, "extension": {world.due_soon.pk}}
    act(accept_closure, world.on_track, actor=world.secretariat, effective_on=world.day)
    act(grant_extension, world.due_soon, actor=world.secretariat, reason="同意。", effective_on=world.day)
    assert waiting(world.secretariat, world.day) == {}


def test_where_a_leader_agrees_first_the_closure_waits_for_the_leader(world):
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    assert waiting(world.leader, world.day) == {}
    request_closure(world)
    assert waiting(world.leader, world.day) == {"agree": {world.on_track.pk}}
    assert waiting(world.secretariat, world.day) == {}
    other = factories.account(Role.LEADER, person=factories.person("张朝华"))
    assert waiting(other, world.day) == {}
    act(agree_to_closure, world.on_track, actor=world.leader, effective_on=world.day)
    assert waiting(world.leader, world.day) == {}
    assert waiting(world.secretariat, world.day) == {"closure": {world.on_track.pk}}


def test_what_was_sent_back_waits_for_the_liaison_until_there_is_a_report(world):
    request_closure(world)
    assert "sent_back" not in waiting(world.liaison, world.day)
    act(send_back, world.on_track, actor=world.secretariat, reason="缺报告。", effective_on=world.day)
    assert waiting(world.liaison, world.day)["sent_back"] == {world.on_track.pk}
    assert "sent_back" not in waiting(world.other_liaison, world.day)
    factories.progress(world.on_track, "已补。", on=world.day, by=world.liaison)
    assert "sent_back" not in waiting(world.liaison, world.day)


def test_a_refused_extension_is_sent_back_too(world):
    ask_for_extension(world, world.due_soon)
    act(refuse_extension, world.due_soon, actor=world.secretariat, reason="不同意。", effective_on=world.day)
    assert waiting(world.liaison, world.day)["sent_back"] == {world.due_soon.pk}


def test_overdue_and_review_missed_wait_for_a_report(world):
    assert waiting(world.liaison, world.day) == {"report": {world.overdue.pk}}
    assert waiting(world.other_liaison, world.day) == {"report": {world.review_missed.pk}}
    # Who supports answers for nothing.
    assert waiting(world.supporting_liaison, world.day) == {}
    factories.progress(world.overdue, on=world.day, by=world.liaison)
    factories.progress(world.review_missed, on=world.day, by=world.other_liaison)
    assert waiting(world.liaison, world.day) == waiting(world.other_liaison, world.day) == {}


def test_an_old_report_on_an_overdue_task_does_not_last(world, settings):
    factories.progress(world.overdue, on=world.day, by=world.liaison)
    days = settings.DUE_SOON_DAYS
    just_enough = waiting(world.liaison, world.day + datetime.timedelta(days=days))
    assert world.overdue.pk not in just_enough.get("report", set())
    later = waiting(world.liaison, world.day + datetime.timedelta(days=days + 1))
    assert world.overdue.pk in later["report"]


def test_a_report_of_the_due_day_is_none_of_what_became_of_it(world):
    task = factories.task(deadline="2025-03-03", departments=[(world.technology, DepartmentRole.RESPONSIBLE)])
    factories.progress(task, on=datetime.date(2025, 3, 3), by=world.liaison)
    assert task.pk in waiting(world.liaison, datetime.date(2025, 3, 4))["report"]
    factories.progress(task, on=datetime.date(2025, 3, 4), by=world.liaison)
    assert task.pk not in waiting(world.liaison, datetime.date(2025, 3, 4)).get("report", set())


def test_instructions_wait_for_every_department_of_the_task(world):
    act(
        give_instruction,
        world.undecided,
        actor=world.leader,
        text="请提出方案。",
        effective_on=world.day,
    )
    for account in (world.liaison, world.supporting_liaison):
        assert waiting(account, world.day)["answer"] == {world.undecided.pk}
    assert "answer" not in waiting(world.other_liaison, world.day)


def test_a_reminder_waits_for_the_liaison_until_their_department_reports(world):
    remind(world.on_track)
    assert waiting(world.liaison, world.day)["reminded"] == {world.on_track.pk}
    assert "reminded" not in waiting(world.other_liaison, world.day)
    act(add_comment, world.on_track, actor=world.liaison, text="收到。")
    assert "reminded" in waiting(world.liaison, world.day), "a comment is no report"
    factories.progress(world.on_track, on=world.day, by=world.liaison)
    assert "reminded" not in waiting(world.liaison, world.day)
    remind(world.on_track)
    request_closure(world)
    assert "reminded" not in waiting(world.liaison, world.day), "a request tells of progress"
    assert not Mailing.objects.exists(), "nobody has an address, and it stands in the inbox all the same"


def test_each_department_is_reminded_for_itself_and_who_supports_is_not(world):
    both = factories.task(
        deadline="持续跟踪",
        departments=[
            (world.technology, DepartmentRole.LEAD),
            (world.office, DepartmentRole.RESPONSIBLE),
            (world.international, DepartmentRole.SUPPORTING),
        ],
    )
    remind(both)
    factories.progress(both, on=world.day, by=world.liaison)
    assert "reminded" not in waiting(world.liaison, world.day)
    assert waiting(world.other_liaison, world.day)["reminded"] == {both.pk}
    assert "reminded" not in waiting(world.supporting_liaison, world.day)
    factories.progress(both, on=world.day, by=world.secretariat)
    assert "reminded" in waiting(world.other_liaison, world.day), "told for no department"
    factories.move(both, Status.CLOSED, on=world.day)
    assert "reminded" not in waiting(world.other_liaison, world.day)


def test_what_a_reminder_asks_for_stands_there_once_with_its_words(world, client):
    remind(world.overdue, "请于本周内反馈。")
    assert waiting(world.liaison, world.day) == {"reminded": {world.overdue.pk}}
    client.force_login(world.liaison)
    page = client.get("/inbox/").content.decode()
    assert "请于本周内反馈。" in page.split('id="group-reminded"')[1].split("</section>")[0]
    assert '<span class="pick-count">1</span>' in page.split("</nav>")[0]


def remind(task, message="请尽快反馈进展。"):
    act(remind_departments, task, actor=factories.secretariat(), message=message)


def test_readers_and_administrators_have_no_inbox(world, client, django_assert_num_queries):
    for account in (world.reader, world.administrator):
        assert not inbox.has_inbox(account)
        with django_assert_num_queries(0):
            assert sum(inbox.count_waiting(account, world.day).values()) == 0
        client.force_login(account)
        page = client.get("/tasks/").content.decode()
        assert reverse("inbox") not in page
        assert client.get("/inbox/").status_code == 200


def test_the_number_costs_one_query(world, django_assert_num_queries):
    for account in (world.secretariat, world.liaison, world.leader):
        with django_assert_num_queries(1):
            inbox.count_waiting(account, world.day)


def test_the_number_stands_in_the_navigation(world, client):
    request_closure(world)
    ask_for_extension(world, world.due_soon)
    client.force_login(world.secretariat)
    page = client.get("/tasks/").content.decode()
    assert '<span class="pick-count">2</span>' in page.split("</nav>")[0]


def test_after_a_decision_the_next_one_opens(world, client):
    request_closure(world, world.on_track, effective_on=world.day - datetime.timedelta(days=1))
    ask_for_extension(world, world.due_soon)
    client.force_login(world.secretariat)
    begin = client.get("/inbox/?begin")
    assert begin["Location"].startswith(f"/tasks/{world.on_track.pk}/?next=")
    assert begin["Location"].endswith("#waiting")
    said = {"note": "", "effective_on": world.day.isoformat(), "decision": "accept", "next": "/inbox/"}
    world.on_track.refresh_from_db()
    address = reverse("task_action", args=[world.on_track.pk, "decide-closure"])
    decided = client.post(address, {**said, "version": world.on_track.version})
    assert decided["Location"].startswith(f"/tasks/{world.due_soon.pk}/?next=")
    world.due_soon.refresh_from_db()
    address = reverse("task_action", args=[world.due_soon.pk, "decide-extension"])
    decided = client.post(address, {**said, "version": world.due_soon.version, "note": "同意。"})
    assert decided["Location"] == "/inbox/"


def test_a_report_from_the_inbox_goes_on_to_the_next_as_well(world, client):
    second = factories.task(
        factories.suggestion(world.meeting), deadline=factories.dated(world.day - datetime.timedelta(days=2))
    )
    client.force_login(world.liaison)
    said = {"note": "推进中。", "effective_on": world.day.isoformat(), "next": "/inbox/", "status": ""}
    said |= {"department": world.technology.pk}
    answer = client.post(f"/tasks/{world.overdue.pk}/", {**said, "version": world.overdue.version})
    assert answer["Location"].startswith(f"/tasks/{second.pk}/?next=")


def test_a_stale_decision_shows_what_the_other_did_and_keeps_the_words(world, client):
    request_closure(world)
    version = world.on_track.version
    act(add_comment, world.on_track, actor=world.liaison, text="附件稍后补。")
    client.force_login(world.secretariat)
    address = reverse("task_action", args=[world.on_track.pk, "decide-closure"])
    said = {"version": version, "note": "材料不齐。", "effective_on": world.day.isoformat(), "decision": "refuse"}
    answer = client.post(address, said)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "附件稍后补。" in page
    assert "材料不齐。" in page
    world.on_track.refresh_from_db()
    assert world.on_track.status == Status.CLOSURE_REQUESTED
    assert client.post(address, {**said, "version": world.on_track.version}).status_code == 302


def test_a_refused_decision_says_why_beside_the_form(world, client):
    client.force_login(world.secretariat)
    address = reverse("task_action", args=[world.on_track.pk, "decide-closure"])
    said = {"version": world.on_track.version, "note": "x", "effective_on": world.day.isoformat(), "decision": "refuse"}
    answer = client.post(address, said)
    assert answer.status_code == 422
    assert answer.context["submitted_form"].non_field_errors() or answer.context["submitted_form"].errors


def test_what_nobody_knows_is_not_found_and_a_page_that_was_a_form_leads_back(world, client):
    client.force_login(world.secretariat)
    assert client.post(f"/tasks/{world.on_track.pk}/destroy/").status_code == 404
    back = client.get(reverse("task_action", args=[world.on_track.pk, "comment"]))
    assert back["Location"] == f"/tasks/{world.on_track.pk}/?open=comment#comment"


def decide(client, task, action, decision, **typed) -> str:
    """Send a decision from the inbox; return what the next page says was done, in Chinese."""
    task.refresh_from_db()
    said = {
        "note": "经研究。",
        "effective_on": timezone.localdate().isoformat(),
        "next": "/inbox/",
        "version": task.version,
    }
    with translation.override("zh-hans"):
        answer = client.post(
            reverse("task_action", args=[task.pk, action]), {**said, "decision": decision, **typed}, follow=True
        )
    return " ".join(map(str, answer.context["messages"]))


@pytest.mark.parametrize(
    ("action", "decision", "words"),
    [
        ("decide-closure", "accept", "已同意办结。"),
        ("decide-closure", "refuse", "已退回办结申请。"),
        ("decide-extension", "accept", "已批准延期。"),
        ("decide-extension", "refuse", "未批准延期，现期限不变。"),
    ],
)
def test_the_banner_says_what_was_decided_of_which_task(world, client, action, decision, words):
    client.force_login(world.secretariat)
    task = world.on_track if action == "decide-closure" else world.due_soon
    _ = request_closure(world, task) if action == "decide-closure" else ask_for_extension(world, task)
    said = decide(client, task, action, decision)
    number = task.suggestion.number or task.suggestion.position
    assert said.startswith(f"序号{number}")
    assert task.text[:20] in said
    assert words in said
    assert "裁定" not in said


def test_the_banner_of_a_leader_says_whose_move_it_is(world, client):
    set_leader_agrees(meeting_id=world.meeting.pk, actor=world.secretariat, agrees=True)
    request_closure(world)
    client.force_login(world.leader)
    assert "已同意办结，待秘书处审批。" in decide(client, world.on_track, "agree", "accept")


def test_a_card_shows_all_that_a_decision_needs(world, client):
    task = world.on_track
    factories.progress(task, "完成七成。", on=world.day, by=world.liaison)
    factories.evidence(task)
    request_closure(world, task)
    client.force_login(world.secretariat)
    page = client.get(client.get("/inbox/?begin")["Location"].split("#")[0])
    card = compact_html(page).split('id="waiting"')[1].split("</section>")[0]
    for shown in (
        task.original_deadline_text,
        "已完成。",
        "完成七成。",
        world.technology.name,
        "验收报告.pdf",
        'value="accept"',
        'value="refuse"',
    ):
        assert shown in card, shown
    head = compact_html(page).split('id="waiting"')[0]
    assert task.text in head
    assert world.meeting.document_number in head


def listed_tasks(client) -> list[int]:
    return [int(pk) for pk in re.findall(r'<tr id="task-(\d+)"', client.get("/inbox/").content.decode())]


def number_in_navigation(client) -> int:
    found = re.search(r'class="pick-count">(\d+)<', client.get("/tasks/").content.decode().split("</nav>")[0])
    return int(found[1]) if found else 0


@pytest.mark.long
def test_a_task_that_waits_for_two_things_is_listed_and_counted_once(world, client):
    """One answer is the report that is wanted as well; a closure ends the wish for a later deadline."""
    task = world.overdue
    act(give_instruction, task, actor=world.leader, text="请说明原因。", effective_on=world.day)
    client.force_login(world.liaison)
    assert listed_tasks(client).count(task.pk) == 1
    assert number_in_navigation(client) == len(listed_tasks(client))
    ask_for_extension(world, world.on_track)
    request_closure(world)
    client.force_login(world.secretariat)
    assert listed_tasks(client) == [world.on_track.pk]
    assert number_in_navigation(client) == 1
    act(send_back, world.on_track, actor=world.secretariat, reason="缺报告。", effective_on=world.day)
    assert waiting(world.secretariat, world.day) == {"extension": {world.on_track.pk}}


def test_the_columns_of_the_inbox_say_what_their_day_is(world, client):
    request_closure(world)
    act(give_instruction, world.undecided, actor=world.leader, text="请提出方案。", effective_on=world.day)
    for account, heads in ((world.secretariat, ["申请日期"]), (world.liaison, ["批示日期", "到期日"])):
        client.force_login(account)
        with translation.override("zh-hans"):
            page = compact_html(client.get("/inbox/"))
        for head in heads:
            assert f'<th scope="col">{head}</th>' in page
        assert "起始日" not in page


def test_each_row_says_which_of_which_table_it_is_and_that_it_was_reminded_of_as_well(world, client):
    act(remind_departments, world.overdue, actor=world.secretariat, message="请尽快填报。")
    act(give_instruction, world.overdue, actor=world.leader, text="请抓紧。", effective_on=world.day)
    client.force_login(world.liaison)
    client.cookies["django_language"] = "en"
    rows = compact_html(client.get("/inbox/")).split('id="task-')
    instructed = next(row for row in rows if row.startswith(f'{world.overdue.pk}"'))
    assert "reminded as well" in instructed
    assert "No. 1 (1)" in instructed
    assert sum("reminded as well" in row for row in rows) == 1


def test_the_rows_of_several_meetings_name_theirs(world, client):
    factories.task(factories.suggestion(factories.meeting(document_number="认可委〔2022〕1号")), deadline="2023.12")
    client.force_login(world.secretariat)
    page = compact_html(client.get("/"))
    assert "认可委〔2022〕1号" in page.split('id="red"')[1].split("</section>")[0]
    client.force_login(world.liaison)
    assert "认可委〔2022〕1号" in compact_html(client.get("/inbox/"))


def test_a_liaison_reads_on_top_of_the_task_that_they_are_chased_until_they_report(world, client):
    act(remind_departments, world.overdue, actor=world.secretariat, message="请说明逾期原因。")
    for account, is_told in ((world.liaison, True), (world.reader, False), (world.secretariat, False)):
        client.force_login(account)
        page = client.get(world.overdue.get_absolute_url()).content.decode()
        assert ('id="reminded"' in page) == is_told, account
    client.force_login(world.liaison)
    factories.progress(world.overdue, on=world.day, department=world.technology)
    assert 'id="reminded"' not in client.get(world.overdue.get_absolute_url()).content.decode()
