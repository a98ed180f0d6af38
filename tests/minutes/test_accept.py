"""Accepting: the whole meeting or nothing, once, and the same register from every file of the same notice."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation

from meetings.deadlines import Deadline, DeadlineKind
from meetings.minutes import accept, draft_services, issue_answers
from meetings.minutes.creation import AcceptBlockedError, create_meeting, find_blockers
from meetings.minutes.draft import build_draft
from meetings.models import (
    MAX_TEXT_LENGTH,
    Account,
    Department,
    ImportIssue,
    Meeting,
    MinutesDocument,
    Person,
    Suggestion,
    Task,
    TaskLog,
)
from tests import factories
from tests.minutes.uploads import parsed
from tests.register_dump import folded, register

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"
NOTICE = DATA / "minutes.docx"
ISSUED_ON = datetime.date(2023, 11, 8)


def in_fixture(**options) -> dict:
    """Return the register that the fixture gives, and leave it empty again."""
    with transaction.atomic():
        factories.real_meeting()
        found = register(**options)
        transaction.set_rollback(True)
    assert not Meeting.objects.exists()
    return found


def a_draft(path: Path = NOTICE, account: Account | None = None) -> MinutesDocument:
    return draft_services.create_draft(
        parsed=parsed(path),
        content=path.read_bytes(),
        name=path.name,
        account=account or factories.secretariat(),
    )


def everything_entered() -> list[int]:
    return [model.objects.count() for model in (Meeting, Suggestion, Task, TaskLog, Department, Person)]


# --- the same register ----------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_notice_gives_the_register_of_the_fixture_to_the_letter():
    expected = in_fixture()
    call_command("import_minutes", str(NOTICE), "--accept", stdout=StringIO())
    assert register() == expected


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("name", ["minutes.pdf", "81号.txt"])
def test_a_print_and_a_scan_give_it_but_for_blanks_and_the_width_of_commas(name):
    expected = in_fixture()
    call_command("import_minutes", str(DATA / name), "--accept", stdout=StringIO())
    assert folded(register()) == folded(expected)


@pytest.mark.long
@pytest.mark.parametrize("name", ["annex.docx", "annex.xlsx"])
@pytest.mark.same_on_both
def test_the_annex_alone_gives_its_table_once_somebody_says_the_day(name):
    expected = in_fixture(around=False)
    document = a_draft(DATA / name)
    draft_services.edit_metadata(
        document_id=document.pk, version=document.version, form_data={"issued_on": "2023-11-08"}
    )
    accept.accept_draft(document_id=document.pk, actor=factories.secretariat())
    assert register(around=False) == expected


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_a_person_saw_through_the_page_is_the_fixture_too():
    expected = in_fixture()
    accept.accept_draft(document_id=a_draft().pk, actor=factories.secretariat())
    assert register() == expected


# --- once, and all of it --------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_file_is_kept_with_the_meeting():
    document = a_draft()
    meeting = accept.accept_draft(document_id=document.pk, actor=factories.secretariat()).meeting
    document.refresh_from_db()
    assert document.meeting == meeting
    assert document.accepted_at is not None
    assert document.sha256 == hashlib.sha256(NOTICE.read_bytes()).hexdigest()
    assert document.file.read() == NOTICE.read_bytes()
    assert document.file.name.startswith("minutes/")
    assert "minutes.docx" not in document.file.name


@pytest.mark.long
@pytest.mark.same_on_both
def test_each_suggestion_knows_the_row_it_came_from():
    document = a_draft()
    meeting = accept.accept_draft(document_id=document.pk, actor=factories.secretariat()).meeting
    rows = list(document.rows.order_by("position"))
    assert [row.suggestion for row in rows] == list(meeting.suggestions.order_by("position"))
    assert "最终用户专门委员会委员 孙广伟" in rows[5].source
    assert "2024.12\n2026.12" in rows[5].source


@pytest.mark.long
@pytest.mark.same_on_both
def test_accepting_twice_does_nothing():
    document = a_draft()
    staff = factories.secretariat()
    meeting = accept.accept_draft(document_id=document.pk, actor=staff).meeting
    before = register()
    with pytest.raises(draft_services.AlreadyAcceptedError) as told:
        accept.accept_draft(document_id=document.pk, actor=staff)
    assert told.value.meeting == meeting
    assert register() == before


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_wins_and_one_is_told():
    document, staff = a_draft(), factories.secretariat()
    start, outcomes = Barrier(2), []

    def press_the_button() -> None:
        try:
            start.wait(10)
            outcomes.append(accept.accept_draft(document_id=document.pk, actor=staff).meeting.pk)
        except draft_services.AlreadyAcceptedError as told:
            outcomes.append(str(told))
        finally:
            connection.close()

    threads = [Thread(target=press_the_button) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {type(outcome) for outcome in outcomes} == {int, str}
    assert len(outcomes) == 2
    assert Meeting.objects.count() == 1
    assert Task.objects.count() == 18


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_was_due_at_the_next_meeting_gets_its_day():
    """By one entry, which is no extension (docs/domain.md, Deadlines)."""
    before = factories.meeting(
        title="第五届执行委员会第一次会议",
        body="中国合格评定国家认可委员会第五届执行委员会",
        held_on=datetime.date(2023, 3, 1),
        issued_on=datetime.date(2023, 3, 20),
    )
    waiting = factories.task(factories.suggestion(before), deadline=Deadline("下次会议前", DeadlineKind.NEXT_MEETING))
    create_meeting(build_draft(parsed(NOTICE)), actor=None)
    waiting.refresh_from_db()
    assert (waiting.due_date, waiting.extension_count, waiting.log.count()) == (datetime.date(2023, 9, 27), 0, 2)


def test_a_failure_half_way_leaves_nothing(monkeypatch):
    document, staff = a_draft(), factories.secretariat()
    before = everything_entered()
    entered = []

    def fail_at_the_tenth(**columns):
        entered.append(columns)
        if len(entered) == 10:
            raise RuntimeError("the power goes")

    monkeypatch.setattr("meetings.minutes.creation.create_task", fail_at_the_tenth)
    monkeypatch.setattr("meetings.minutes.creation.ImportIssue.objects.bulk_create", lambda issues: None)
    with pytest.raises(RuntimeError):
        accept.accept_draft(document_id=document.pk, actor=staff)
    assert everything_entered() == before
    document.refresh_from_db()
    assert document.meeting is None


# --- what is refused ------------------------------------------------------------------------------


def test_a_meeting_without_an_issue_day_is_refused():
    document = a_draft(DATA / "annex.docx")
    with translation.override("en"), pytest.raises(AcceptBlockedError) as refusal:
        accept.accept_draft(document_id=document.pk, actor=factories.secretariat())
    assert refusal.value.blockers == ("Say on which day the minutes were issued.",)
    assert not Meeting.objects.exists()


@pytest.mark.long
def test_the_command_refuses_it_with_one_line():
    with pytest.raises(CommandError) as refusal:
        call_command("import_minutes", str(DATA / "annex.xlsx"), "--accept", stdout=StringIO())
    assert "\n" not in str(refusal.value)
    assert "annex.xlsx" in str(refusal.value)
    assert not MinutesDocument.objects.exists()
    assert not Department.objects.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_command_does_nothing_the_second_time():
    call_command("import_minutes", str(NOTICE), "--accept", stdout=StringIO())
    before = register()
    said = StringIO()
    call_command("import_minutes", str(NOTICE), "--accept", stdout=StringIO(), stderr=said)
    assert register() == before
    assert MinutesDocument.objects.count() == 1
    assert len(said.getvalue().splitlines()) == 1


@pytest.mark.long
def test_the_command_makes_no_second_copy_of_a_meeting_from_elsewhere():
    factories.real_meeting()
    with pytest.raises(CommandError):
        call_command("import_minutes", str(NOTICE), "--accept", stdout=StringIO())
    assert Meeting.objects.count() == 1
    assert not MinutesDocument.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": None}, "The meeting has no title. "),
        ({"issued_on": datetime.date(2999, 1, 1)}, "The minutes are issued on "),
        ({"held_on": datetime.date(2024, 1, 1)}, "Minutes cannot be issued before the meeting was held. "),
        ({"place": "北" * 201}, f"“{'北' * 20}…” is longer than 200 characters. "),
    ],
)
@pytest.mark.same_on_both
def test_facts_that_cannot_be(change, message):
    draft = build_draft(parsed(NOTICE))
    with translation.override("en"):
        (blocker,) = find_blockers(replace(draft, facts=replace(draft.facts, **change)))
    assert blocker.startswith(message)


def with_row(draft, at: int, **values):
    rows = list(draft.rows)
    rows[at] = replace(rows[at], row=replace(rows[at].row, **values))
    return replace(draft, rows=tuple(rows))


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_row_that_says_nothing_is_named():
    draft = build_draft(parsed(NOTICE))
    task = replace(draft.rows[2].row.tasks[0], text="")
    with translation.override("en"):
        for values in ({"suggestion": None, "tasks": (task,)}, {"tasks": ()}):
            (blocker,) = find_blockers(with_row(draft, 2, **values))
            assert blocker.startswith("Row 3 has neither a task nor a suggestion.")
    # Where only the suggestion is printed, it is what is to be done.
    alone = with_row(draft, 2, tasks=(task,))
    assert not find_blockers(alone)
    entered = create_meeting(alone, actor=None)
    assert entered.suggestions[2].tasks.get().text == draft.rows[2].row.suggestion


def test_a_text_that_no_form_would_take_is_named_with_its_length():
    draft = build_draft(parsed(NOTICE))
    long = "长" * (MAX_TEXT_LENGTH + 1)
    task = draft.rows[2].row.tasks[0]
    in_task = with_row(draft, 2, tasks=(task, replace(task, text=long)))
    in_suggestion = with_row(draft, 2, suggestion=long)
    for changed, what in ((in_task, "task 2"), (in_suggestion, "suggestion")):
        with translation.override("en"):
            (blocker,) = find_blockers(changed)
        assert blocker.startswith("Row 3: ")
        assert what in blocker
        assert "20001" in blocker
        assert "20000" in blocker
    assert len(find_blockers(with_row(draft, 2, suggestion=long, tasks=(replace(task, text=""),)))) == 1
    assert not find_blockers(with_row(draft, 2, suggestion=long[1:]))


# --- people, departments, doubts ------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_known_people_and_departments_are_not_made_again():
    department, person = factories.department("技术部"), factories.person("刘克")
    accept.accept_draft(document_id=a_draft().pk, actor=factories.secretariat())
    assert Department.objects.get(name="技术部") == department
    assert Person.objects.get(name="刘克") == person


@pytest.mark.long
def test_a_question_nobody_answered_makes_a_new_name_and_an_issue():
    factories.department("技术处")
    accept.accept_draft(document_id=a_draft().pk, actor=factories.secretariat())
    assert Department.objects.filter(name="技术部").exists()
    issues = ImportIssue.objects.filter(code="department_like_known")
    rows = set(issues.values_list("task__suggestion__position", flat=True))
    assert rows == {1, 2, 3, 6, 7}
    assert set(issues.values_list("column", "value")) == {("departments", "技术部")}


@pytest.mark.long
def test_an_answered_question_leaves_no_issue():
    known = factories.department("技术处")
    document = a_draft()
    issue_answers.resolve_name(document_id=document.pk, key="department:技术部", choice=str(known.pk))
    accept.accept_draft(document_id=document.pk, actor=factories.secretariat())
    assert not Department.objects.filter(name="技术部").exists()
    assert known.tasks.filter(suggestion__position=1).exists()
    assert not ImportIssue.objects.filter(code="department_like_known").exists()


@pytest.mark.long
def test_two_printed_names_of_one_department_are_one_part_of_the_task():
    known = factories.department("技术处")
    document = a_draft()
    row = document.rows.get(position=6)
    draft_services.edit_row(row_id=row.pk, version=row.version, form_data={"task-0-departments": "技术部、技术处"})
    issue_answers.resolve_name(document_id=document.pk, key="department:技术部", choice=str(known.pk))
    meeting = accept.accept_draft(document_id=document.pk, actor=factories.secretariat()).meeting
    task = Task.objects.get(suggestion__meeting=meeting, suggestion__position=6, number=1)
    assert list(task.departments.all()) == [known]


# --- a meeting that is there ----------------------------------------------------------------------


@pytest.mark.long
def test_the_same_file_again_changes_nothing_and_is_linked():
    staff = factories.secretariat()
    first = accept.accept_draft(document_id=a_draft().pk, actor=staff).meeting
    before = register()
    document = a_draft()
    again = accept.accept_draft(document_id=document.pk, actor=staff).meeting
    assert again == first
    assert register() == before
    assert first.documents.count() == 2
