"""The queue of what imports left open: grouped, answered where it stands, each answer an entry."""

from __future__ import annotations

import pytest
from django.test import Client
from lxml import html

from meetings.deadlines import Deadline, DeadlineKind
from meetings.errors import ConflictError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import DepartmentRole, EntryKind, ImportIssue, Role, Task
from meetings.tasks import import_issues
from meetings.tasks.display import describe_changes
from meetings.tasks.services.deadline_corrections import DeadlineInput
from meetings.tasks.services.import_issues import Correction, resolve_issues
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def row_six() -> list[Task]:
    """Three tasks as those of the notice's row 6, with the same three open questions each."""
    suggestion = factories.suggestion(number=6)
    departments = [(factories.department(name), DepartmentRole.RESPONSIBLE) for name in ("技术部", "评审员部")]
    leaders = [factories.person(name) for name in ("肖良", "陈云华")]
    tasks = [
        factories.task(suggestion, deadline=deadline, departments=departments, leaders=leaders)
        for deadline in ("2024.12", "2026.12", "2026.12")
    ]
    asked = (
        ("departments", "departments_of_several_tasks", "技术部、评审员部"),
        ("leaders", "leaders_of_several_tasks", "肖良、陈云华"),
        ("deadline", "several_dates_several_tasks", "2024.12、2026.12"),
    )
    for task in tasks:
        for column, code, value in asked:
            parameters = {} if column == "deadline" else {"names": 2, "tasks": 3}
            ImportIssue.objects.create(task=task, column=column, code=code, value=value, parameters=parameters)
    return tasks


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(factories.secretariat())
    client.cookies["django_language"] = "en"
    return client


def issues_about(column: str) -> list[ImportIssue]:
    return list(ImportIssue.objects.filter(column=column).order_by("task__number"))


def answer(client: Client, issues: list[ImportIssue], decision: str, **said):
    versions = {f"version-{issue.task_id}": Task.objects.get(pk=issue.task_id).version for issue in issues}
    data = {"mark": [issue.pk for issue in issues], "decision": decision, **versions, **said}
    headers = data.pop("headers", {})
    return client.post("/confirmations/", data, headers=headers)


def open_number() -> int:
    return ImportIssue.objects.filter(answer__isnull=True).count()


# --- the queue ------------------------------------------------------------------------------------


def test_row_six_is_three_questions_of_three_tasks_each(row_six, staff):
    assert import_issues.count_open_issues() == 3
    assert open_number() == 9
    page = html.fromstring(staff.get("/confirmations/").content.decode())
    assert len(page.xpath("//*[@data-issue]")) == 3
    said = page.xpath("string(//main)")
    assert "3 questions are open" in said
    assert "All 3 are right as they stand" in said
    assert "2024.12、2026.12" in said
    assert "until 31 Dec 2026" in said
    assert "技术部" in said
    [nav] = {link.xpath("string(span)") for link in page.xpath("//nav//a[@href='/']")}
    assert nav == "3"
    [link] = html.fromstring(staff.get("/inbox/").content.decode()).xpath("//main//a[@href='/confirmations/']")
    assert link.text_content() == "Answer 3 questions"


def test_the_number_leads_to_the_tasks_it_is_about(row_six, staff):
    [link] = html.fromstring(staff.get("/confirmations/").content).xpath("//main//a[contains(@href, 'confirm=open')]")
    found = staff.get(link.get("href")).context["listing"].tasks
    assert {task.pk for task in found} == {task.pk for task in row_six}


@pytest.mark.same_on_both
def test_everybody_reads_the_queue_and_the_secretariat_answers(row_six):
    for role in (Role.READER, Role.LIAISON, Role.LEADER, Role.ADMINISTRATOR):
        client = Client()
        client.force_login(factories.account(role))
        page = html.fromstring(client.get("/confirmations/?wrong=1").content)
        assert page.xpath("//*[@data-issue]")
        assert not page.xpath("//*[@data-issue]//form")
        assert answer(client, issues_about("deadline"), "right").status_code == 403
    assert open_number() == 9


@pytest.mark.long
def test_a_long_queue_comes_in_pages(staff):
    for _number in range(25):
        issue = ImportIssue.objects.create(task=factories.task(), column="number", code="numbers_jump", value="7")
    assert len(html.fromstring(staff.get("/confirmations/").content).xpath("//*[@data-issue]")) == 20
    assert len(html.fromstring(staff.get("/confirmations/?page=2").content).xpath("//*[@data-issue]")) == 5
    assert staff.get("/confirmations/?page=nonsense").status_code == 200
    response = answer(staff, [issue], "right", page="2")
    assert response["Location"].startswith("/confirmations/?page=2")


def test_with_nothing_open_it_says_so(staff):
    assert "Nothing is left to confirm." in staff.get("/confirmations/").content.decode()


# --- yes ------------------------------------------------------------------------------------------


def test_what_is_right_is_confirmed_for_all_the_tasks_at_once(row_six, staff):
    response = answer(staff, issues_about("departments"), "right")
    assert response.status_code == 302
    following = response["Location"].partition("#")[2]
    page = html.fromstring(staff.get("/confirmations/").content.decode())
    assert page.get_element_by_id(following).get("data-issue") is not None, "one goes on with the next"
    assert import_issues.count_open_issues() == 2
    assert open_number() == 6
    for task in row_six:
        [entry] = task.log.filter(kind=EntryKind.CONFIRMATION)
        said = [(change.label, change.new) for change in describe_changes(entry)]
        assert len(said) == 2, "what was asked, and the answer"
        assert entry.changes["question"]["new"]["value"] == "技术部、评审员部"


def test_with_htmx_the_answer_takes_the_place_of_the_question(row_six, staff):
    answered = answer(staff, issues_about("leaders"), "right", headers={"HX-Request": "true"})
    piece = answered.content.decode()
    assert answered.status_code == 200
    assert "<html" not in piece
    assert "data-resolved" in piece
    assert "2 questions are open" in piece
    assert "hx-swap-oob" in piece
    [navigation] = html.fragment_fromstring(piece, "div").xpath(".//span[contains(@hx-swap-oob, 'data-place')]")
    assert navigation.text == "2"


# --- no -------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_another_deadline_is_read_seen_corrected_and_confirmed_in_one_go(row_six, staff):
    issues = issues_about("deadline")
    first, second, _third = row_six
    page = html.fromstring(staff.get(f"/confirmations/?wrong={issues[0].pk}").content.decode())
    [form] = page.xpath("//form[contains(@class, 'issue-correction')]")
    values = {name: value.removeprefix("\n") for name, value in form.form_values() if name != "mark"}
    values |= {f"task-{second.pk}-deadline_text": "2025.6", "note": "经与秘书处核对原件。"}
    del values[f"task-{second.pk}-understood"]
    seen = answer(staff, issues, "wrong", **values)
    assert seen.status_code == 422
    assert "30 Jun 2025" in seen.content.decode()
    assert open_number() == 9
    key = seen.context["form"].deadlines[1].data[f"task-{second.pk}-understood"]
    done = answer(staff, issues, "wrong", **values, **{f"task-{second.pk}-understood": key})
    assert done.status_code == 302
    assert open_number() == 6
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.due_date.isoformat() == "2025-06-30"
    assert first.due_date.isoformat() == "2024-12-31"
    assert [entry.kind for entry in second.log.order_by("sequence")][1:] == [EntryKind.DEADLINE, EntryKind.CONFIRMATION]
    assert "set_right" in second.log.last().changes
    assert "confirmed" in first.log.last().changes
    assert second.log.last().note == "经与秘书处核对原件。"


@pytest.mark.long
@pytest.mark.same_on_both
def test_departments_and_leaders_are_given_to_the_tasks_they_belong_to(row_six, staff):
    issues = issues_about("departments")
    technology, assessors = (factories.department(name) for name in ("技术部", "评审员部"))
    first, second, third = (f"task-{task.pk}" for task in row_six)
    said = {first: [assessors.pk], second: [technology.pk], third: [technology.pk, assessors.pk]}
    without_reason = answer(staff, issues, "wrong", **said)
    assert without_reason.status_code == 422
    assert open_number() == 9
    page = html.fromstring(without_reason.content.decode())
    assert page.xpath(f"//input[@name='{first}' and @checked]/@value") == [str(assessors.pk)], "as it was typed"
    answer(staff, issues, "wrong", **said, **{f"{second}-other": factories.department("办公室").pk}, note="核对。")
    found = [[part.department.name for part in task.task_departments.order_by("position")] for task in row_six]
    assert found == [["评审员部"], ["技术部", "办公室"], ["技术部", "评审员部"]]
    leader = factories.person("肖良")
    answer(
        staff, issues_about("leaders"), "wrong", **{name: [leader.pk] for name in (first, second, third)}, note="核对。"
    )
    assert all([part.person for part in task.task_leaders.all()] == [leader] for task in row_six)
    assert import_issues.count_open_issues() == 1


def test_no_without_another_answer_is_no_answer(row_six, staff):
    issues = issues_about("leaders")
    same = {f"task-{issue.task_id}": [part.person_id for part in issue.task.task_leaders.all()] for issue in issues}
    refused = answer(staff, issues, "wrong", **same, note="不对。")
    assert refused.status_code == 422
    assert "If that is right, say so." in refused.content.decode()
    assert open_number() == 9


def test_the_day_that_is_offered_is_taken_and_what_is_printed_stays(staff):
    task = factories.task(deadline=Deadline("春节前", DeadlineKind.UNDECIDED))
    offered = {"offered": "2024-02-09"}
    issue = ImportIssue.objects.create(
        task=task, column="deadline", code="no_fixed_day", value="春节前", parameters=offered
    )
    page = staff.get("/confirmations/").content.decode()
    assert "Take 9 Feb 2024" in page
    assert "Accept 9 Feb 2024" in page
    assert answer(staff, [issue], "offered").status_code == 302
    task.refresh_from_db()
    assert (task.deadline_text, task.due_date.isoformat()) == ("春节前", "2024-02-09")
    assert not task.log.filter(changes__has_key="corrected").exists(), "what could not be read is settled"


def test_of_a_number_or_a_source_the_answer_is_written_down(staff):
    issue = ImportIssue.objects.create(task=factories.task(), column="number", code="numbers_jump", value="7")
    assert answer(staff, [issue], "wrong", note=" ").status_code == 422
    assert answer(staff, [issue], "wrong", note="原件即如此跳号。").status_code == 302
    entry = issue.task.log.last()
    assert entry.note == "原件即如此跳号。"
    assert "set_right" in entry.changes


# --- what cannot be -------------------------------------------------------------------------------


def test_an_extended_deadline_is_not_corrected_by_an_answer(staff):
    task = factories.task(deadline="2024.12")
    issue = ImportIssue.objects.create(task=task, column="deadline", code="day_or_month", value="2024.12")
    factories.extension_request(task)
    versions = {task.pk: task.version}
    with pytest.raises(InvalidTransitionError):
        resolve_issues(
            issue_ids=[issue.pk],
            versions=versions,
            actor=factories.secretariat(),
            note="核对。",
            corrections={task.pk: Correction(deadline=DeadlineInput("2025.12"))},
        )
    refused = answer(
        staff,
        [issue],
        "wrong",
        note="核对。",
        **{f"task-{task.pk}-deadline_text": "2025.12", f"task-{task.pk}-understood": "2025-12-31"},
    )
    assert refused.status_code == 422
    assert "Decide that first." in refused.content.decode()
    assert open_number() == 1


def test_a_late_answer_comes_back_with_what_another_did(row_six, staff):
    issues = issues_about("departments")
    versions = {f"version-{task.pk}": task.version for task in row_six}
    factories.progress(row_six[0], "别人写的进展。", on=row_six[0].suggestion.meeting.issued_on)
    for headers in ({}, {"HX-Request": "true"}):
        late = answer(staff, issues, "right", **versions, headers=headers)
        assert late.status_code == 409
        assert "别人写的进展。" in late.content.decode()
    assert open_number() == 9
    again = html.fromstring(late.content.decode()).xpath(f"//input[@name='version-{row_six[0].pk}']/@value")
    assert set(again) == {str(row_six[0].version)}, "answered again it counts"


@pytest.mark.long
def test_what_another_has_answered_is_not_answered_twice(row_six, staff):
    issues = issues_about("departments")
    versions = {f"version-{task.pk}": task.version for task in row_six}
    answer(staff, issues, "right")
    response = answer(staff, issues, "right", **versions)
    assert response.status_code == 302
    assert import_issues.count_open_issues() == 2
    assert answer(staff, issues, "right").status_code == 302
    assert row_six[0].log.filter(kind=EntryKind.CONFIRMATION).count() == 1


def test_only_the_marks_of_one_question_are_answered_together(row_six, staff):
    mixed = [issues_about("departments")[0], issues_about("leaders")[0]]
    assert answer(staff, mixed, "right").status_code == 404
    assert staff.post("/confirmations/", {"mark": ["999999"], "decision": "right"}).status_code == 404
    assert staff.post("/confirmations/", {"mark": ["x"], "decision": "right"}).status_code == 404
    assert staff.post("/confirmations/", {}).status_code == 404
    assert answer(staff, issues_about("leaders"), "perhaps").status_code == 302
    assert open_number() == 9


def test_the_verb_refuses_what_the_page_does(row_six):
    issues = [issue.pk for issue in issues_about("departments")]
    versions = {task.pk: task.version for task in row_six}
    with pytest.raises(PermissionDeniedError):
        resolve_issues(issue_ids=issues, versions=versions, actor=factories.account())
    with pytest.raises(ConflictError):
        resolve_issues(issue_ids=issues, versions={}, actor=factories.secretariat())
    correction = {row_six[0].pk: Correction(departments=[])}
    with pytest.raises(InvalidInputError):
        resolve_issues(
            issue_ids=issues, versions=versions, actor=factories.secretariat(), corrections=correction, note=" "
        )
    twice = {row_six[0].pk: Correction(departments=[(factories.department(), DepartmentRole.LEAD)] * 2)}
    with pytest.raises(InvalidInputError):
        resolve_issues(
            issue_ids=issues, versions=versions, actor=factories.secretariat(), corrections=twice, note="核对。"
        )
    assert open_number() == 9


# --- on the task's own page -----------------------------------------------------------------------


def test_on_the_tasks_page_each_question_is_answered_for_that_task(row_six, staff):
    task = row_six[1]
    issue = task.import_issues.get(column="departments")
    page = html.fromstring(staff.get(f"{task.get_absolute_url()}?wrong={issue.pk}").content.decode())
    assert len(page.xpath("//*[@data-issue]")) == 3
    [form] = page.xpath("//form[contains(@class, 'issue-correction')]")
    assert form.xpath(".//input[@name='mark']/@value") == [str(issue.pk)]
    refused = answer(staff, [issue], "wrong", on="task", note="")
    assert refused.status_code == 422
    assert html.fromstring(refused.content.decode()).xpath("//h2[@id='log']"), "the task's page comes back"
    technology = factories.department("技术部")
    done = answer(staff, [issue], "wrong", on="task", note="核对。", **{f"task-{task.pk}": [technology.pk]})
    assert done["Location"] == task.get_absolute_url()
    assert [part.department for part in task.task_departments.all()] == [technology]
    assert row_six[0].import_issues.get(column="departments").answer is None


@pytest.mark.long
def test_as_of_a_day_the_list_finds_what_was_open_then(row_six, staff):
    answer(staff, issues_about("departments"), "right")
    answer(staff, issues_about("leaders"), "right")
    answer(staff, issues_about("deadline"), "right")
    assert staff.get("/tasks/?confirm=open").context["listing"].row_count == 0
    assert staff.get("/tasks/?confirm=open&as_of=2024-01-01").context["listing"].row_count == 3


@pytest.mark.long
def test_the_next_page_begins_where_this_one_ended_although_its_rows_were_answered(client, staff):
    meeting = factories.meeting()
    for _row in range(45):
        task = factories.task(factories.suggestion(meeting))
        ImportIssue.objects.create(task=task, column="departments", code="several_departments", value="甲乙")
    seen: list[str] = []
    address = "/confirmations/"
    while address:
        page = html.fromstring(staff.get(address).content)
        issues = page.xpath("//*[@data-issue]//input[@name='mark']/@value")
        seen += dict.fromkeys(issues)
        for pk in dict.fromkeys(issues):
            issue = ImportIssue.objects.select_related("task").get(pk=pk)
            sent = {"mark": pk, "decision": "right", f"version-{issue.task_id}": issue.task.version}
            assert staff.post("/confirmations/", sent, headers={"HX-Request": "true"}).status_code == 200
        following = page.xpath("//a[@rel='next']/@href")
        address = f"/confirmations/{following[0]}" if following else ""
    assert len(seen) == len(set(seen)) == 45
    assert not ImportIssue.objects.open().exists()
