"""The page on which a task is corrected by hand, and what its own page shows of it: through the front door."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from lxml import html

from meetings.models import Department, DepartmentRole, EntryKind, Task
from meetings.tasks.services.corrections import edit_assignments, edit_texts
from meetings.tasks.services.extensions import grant_extension, parse_new_deadline
from meetings.ui.widgets import MAX_OPTIONS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world) -> Client:
    client = Client()
    client.force_login(world.secretariat)
    client.cookies["django_language"] = "en"
    return client


def address(task: Task) -> str:
    return f"/tasks/{task.pk}/edit/"


def filled(response) -> dict[str, list[str]]:
    """Return what a browser would send of the form as it came."""
    page = html.fromstring(response.content.decode())
    form = page.get_element_by_id("correct")
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        # A browser drops the line end that stands first in a box of text.
        values.setdefault(name, []).append(value.removeprefix("\n"))
    return values


def send(staff: Client, task: Task, opened: dict | None = None, **typed):
    values = opened or filled(staff.get(address(task)))
    return staff.post(address(task), {**values, "note": "录入有误", **typed})


def page_of(client: Client, task: Task):
    return html.fromstring(client.get(task.get_absolute_url()).content.decode())


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_typing_error_is_corrected_and_the_printed_text_stays_visible(staff, world):
    task, entries = world.overdue, world.overdue.log.count()
    response = send(staff, task, text="建立信息宣传工作小组。")
    assert response.status_code == 302
    assert response["Location"] == task.get_absolute_url()
    task.refresh_from_db()
    assert (task.text, task.log.count()) == ("建立信息宣传工作小组。", entries + 1)
    assert task.log.last().kind == EntryKind.TEXTS, "nothing else was touched"
    send(staff, task, text="建立宣传工作小组")
    page = page_of(staff, task)
    assert "As printed 建立信息宣传工作小组" in " ".join(page.xpath("string(//dl)").split())
    send(staff, task, text="建立信息宣传工作小组")
    assert "As printed" not in page_of(staff, task).xpath("string(//dl)"), "corrected back to what was printed"


@pytest.mark.same_on_both
def test_the_suggestions_text_is_that_of_all_its_tasks(staff, world):
    send(staff, world.overdue, suggestion_text="建议进一步提高认可的影响力。", lead_in="")
    for task in (world.overdue, world.review_missed):
        task.refresh_from_db()
        assert set(task.log.last().changes) == {"suggestion", "lead_in"}
        shown = page_of(staff, task).xpath("string(//section[@aria-labelledby='suggested'])")
        assert "建议进一步提高认可的影响力和认可度。" in shown
        assert "持续扩大认可的影响力。" in shown


def test_line_ends_of_a_browser_are_no_change(staff, world):
    task = factories.task(text="第一行\n第二行", remarks="备注\n两行")
    opened = filled(staff.get(address(task)))
    opened = {name: [value.replace("\n", "\r\n") for value in values] for name, values in opened.items()}
    response = send(staff, task, opened)
    assert response.status_code == 422
    assert "Nothing differs" in response.content.decode()
    assert task.log.count() == 1


@pytest.mark.same_on_both
def test_a_form_that_fails_comes_back_with_everything_typed(staff, world):
    response = send(staff, world.overdue, text="新的文字", remarks="新的备注", note=" ")
    assert response.status_code == 422
    values = filled(response)
    assert values["text"] == ["新的文字"]
    assert values["remarks"] == ["新的备注"]
    assert send(staff, world.overdue, text=" ").status_code == 422
    world.overdue.refresh_from_db()
    assert world.overdue.text == "建立信息宣传工作小组"


# --- departments and leaders ----------------------------------------------------------------------


def parts(task: Task) -> list[tuple[str, str]]:
    return [(part.department.name, part.role) for part in task.task_departments.order_by("position")]


@pytest.mark.long
def test_of_more_departments_than_the_page_holds_one_is_chosen_or_without_scripts_named(staff, world):
    Department.objects.bulk_create(Department(name=f"第{number:03}处") for number in range(MAX_OPTIONS))
    task, last = world.overdue, Department.objects.last()
    opened = filled(staff.get(address(task)))
    chosen, empty = opened["department"]
    assert opened["department-called"] == ["", ""]
    # Whoever asks for a row more by name keeps it through the button, which saves nothing.
    named = {"department-called": ["", f"{last.name} "], "role": ["responsible", "lead"]}
    opened = filled(send(staff, task, {**opened, **named}, do="add:departments"))
    assert opened["department"][:2] == [chosen, str(last.pk)]
    assert send(staff, task, opened).status_code == 302
    assert parts(task)[1:] == [(last.name, "lead")]
    assert send(staff, task, **{"department-called": ["没有这个处", "", ""]}).status_code == 422
    assert empty == ""


def test_departments_and_leaders_are_chosen_with_role_and_order(staff, world):
    task = world.overdue
    send(
        staff,
        task,
        department=[world.office.pk, world.technology.pk, ""],
        role=["lead", "supporting", "responsible"],
        leader=[factories.person("张朝华").pk, world.supervisor.pk, ""],
    )
    assert parts(task) == [("办公室", DepartmentRole.LEAD), ("技术部", DepartmentRole.SUPPORTING)]
    assert [part.person.name for part in task.task_leaders.all()] == ["张朝华", "肖良"]
    shown = " ".join(page_of(staff, task).xpath("string(//dl)").split())
    assert "As printed 技术部" in shown
    assert "As printed 肖良" in shown


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_buttons_of_a_row_move_it_and_save_nothing(staff, world):
    task, entries = world.undecided, world.undecided.log.count()
    own, international = str(world.technology.pk), str(world.international.pk)
    moved = send(staff, task, do="down:departments:0", text="还没有保存")
    assert moved.status_code == 200
    values = filled(moved)
    assert values["department"][:2] == [international, own]
    assert values["role"][:2] == ["supporting", "lead"]
    assert values["text"] == ["还没有保存"]
    removed = filled(send(staff, task, values, do="remove:departments:0"))
    assert [pk for pk in removed["department"] if pk] == [own]
    added = send(staff, task, removed, do="add:departments")
    assert filled(added)["department"] == [own, ""]
    assert html.fromstring(added.content).xpath("//select[@autofocus]/@name") == ["department"]
    for nonsense in (
        "up:departments:0",
        "down:departments:99",
        "sideways:leaders:0",
        "up",
        "add:tasks",
        "up:leaders:²",
    ):
        assert send(staff, task, do=nonsense).status_code == 200
    assert task.log.count() == entries
    assert send(staff, task, removed).status_code == 302
    assert parts(task) == [("技术部", DepartmentRole.LEAD)]


@pytest.mark.parametrize("kind", ["department", "leader"])
@pytest.mark.same_on_both
def test_one_named_twice_is_refused_with_a_sentence(staff, world, kind):
    pk = world.technology.pk if kind == "department" else world.supervisor.pk
    response = send(staff, world.overdue, **{kind: [pk, pk], "role": ["lead", "responsible"]})
    assert response.status_code == 422
    assert "is named twice" in response.content.decode()
    assert parts(world.overdue) == [("技术部", DepartmentRole.RESPONSIBLE)]


@pytest.mark.long
@pytest.mark.same_on_both
def test_one_no_longer_in_use_is_not_offered_but_stays_where_it_is(staff, world):
    world.technology.is_active = False
    world.technology.save()
    own, other = world.overdue, world.review_missed
    assert send(staff, own, remarks="备注").status_code == 302
    assert parts(own) == [("技术部", DepartmentRole.RESPONSIBLE)]
    response = send(staff, other, department=[world.technology.pk], role=["responsible"])
    assert response.status_code == 422
    assert parts(other) == [("办公室", DepartmentRole.RESPONSIBLE)]
    for wrong in ("999999", "x", "-1"):
        assert send(staff, other, department=[wrong], role=["responsible"]).status_code == 422
    assert send(staff, other, department=[world.office.pk], role=["boss"]).status_code == 422


# --- the deadline ---------------------------------------------------------------------------------


@pytest.mark.same_on_both
def test_a_reading_is_seen_before_it_counts(staff, world):
    task = world.on_track
    year = world.meeting.issued_on.year + 3
    first = send(staff, task, deadline_text=f"{year}年6月底前完成初稿，{year}年12月完成")
    assert first.status_code == 422, "it was not shown yet"
    task.refresh_from_db()
    assert task.log.filter(kind=EntryKind.DEADLINE).count() == 0
    assert f"due on its last day, 31 Dec {year}" in first.content.decode()
    assert send(staff, task, filled(first)).status_code == 302
    task.refresh_from_db()
    assert task.due_date == datetime.date(year, 12, 31)
    assert [each.due_date for each in task.milestones.all()] == [datetime.date(year, 6, 30)]
    shown = " ".join(page_of(staff, task).xpath("string(//dl)").split())
    assert "Corrected once" in shown
    assert f"As printed {task.original_deadline_text}" in shown


def test_the_reading_is_told_as_it_is_typed_in_the_frame_of_the_meeting(staff):
    task = factories.task(deadline="持续跟踪")
    told = staff.get("/tasks/deadline-reading/", {"task": task.pk, "deadline_text": "12月底前"}).content.decode()
    assert "31 Dec 2023" in told, "not of this year: the minutes are of 2023"
    asked = {"task": task.pk, "of": f"task-{task.pk}", f"task-{task.pk}-deadline_text": "春节前"}
    told = staff.get("/tasks/deadline-reading/", asked).content.decode()
    assert "has no fixed day" in told
    assert f'name="task-{task.pk}-understood"' in told
    of_meeting = {"meeting": task.suggestion.meeting_id, "deadline_text": "12月底前"}
    assert "31 Dec 2023" in staff.get("/tasks/deadline-reading/", of_meeting).content.decode()
    for nonsense in ({"task": "x"}, {"meeting": "999999"}, {"task": "9" * 30}):
        assert staff.get("/tasks/deadline-reading/", nonsense).status_code == 404


def test_a_later_deadline_is_read_as_of_the_day_it_is_asked_for(staff, world):
    """The page and the verb have to read the same: a wish of last December for 一月 is one of this year's."""
    asked = {"deadline_text": "1月底前", "effective_on": "2024-12-20"}
    assert "31 Jan 2025" in staff.get("/tasks/deadline-reading/", asked).content.decode()
    task = world.due_soon
    day = world.day - datetime.timedelta(days=100)
    text = f"{(world.day - datetime.timedelta(days=40)).month}月底前"
    read = parse_new_deadline(text, day).deadline.due_date
    said = {"version": task.version, "deadline_text": text, "effective_on": day.isoformat(), "reason": "x"}
    answer = staff.post(f"/tasks/{task.pk}/ask-extension/", {**said, "progress": "y"})
    shown = answer.context["submitted_form"]
    if read > task.due_date:
        assert shown.data["understood"] == read.isoformat()
    else:
        assert "is not later" in str(shown.errors["deadline_text"])


@pytest.mark.same_on_both
def test_a_deadline_that_is_a_decision_is_shown_and_not_offered(staff, world):
    task = world.due_soon
    factories.extension_request(task)
    grant_extension(
        task_id=task.pk, version=task.version, actor=world.secretariat, reason="同意。", effective_on=world.day
    )
    page = staff.get(address(task)).content.decode()
    assert "no longer the printed one but a decision" in page
    assert 'name="deadline_text"' not in page
    assert send(staff, task, deadline_text="2030.12", remarks="备注").status_code == 302
    task.refresh_from_db()
    assert task.remarks == "备注"
    assert task.log.last().kind == EntryKind.TEXTS


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_was_read_wrongly_is_refused_beside_its_field(staff, world):
    response = send(staff, world.on_track, deadline_text="尽快")
    assert response.status_code == 422
    page = html.fromstring(response.content.decode())
    assert "names no day that can be read" in page.xpath("string(//*[@id='edit-deadline_text_error'])")
    response = send(staff, world.on_track, milestones="尽快")
    page = html.fromstring(response.content.decode())
    assert "names no day" in page.xpath("string(//*[@id='edit-milestones_error'])")


# --- two at once ----------------------------------------------------------------------------------


def test_a_late_save_does_not_put_back_what_another_has_corrected(staff, world):
    task = world.overdue
    opened = filled(staff.get(address(task)))
    edit_texts(
        task_id=task.pk,
        version=task.version,
        actor=world.secretariat,
        reason="别人更正",
        text="别人的文字",
        remarks="别人的备注",
    )
    late = send(staff, task, opened, remarks="我的备注")
    assert late.status_code == 409
    page = late.content.decode()
    assert "别人更正" in page
    assert "我的备注" in page
    values = filled(late)
    assert values["text"] == ["别人的文字"], "I had not touched it"
    assert values["remarks"] == ["我的备注"]
    assert "It now says:" in page
    assert "别人的备注" in page
    assert send(staff, task, values).status_code == 302
    task.refresh_from_db()
    assert (task.text, task.remarks) == ("别人的文字", "我的备注")


def test_a_late_save_keeps_the_departments_of_another(staff, world):
    task = world.overdue
    opened = filled(staff.get(address(task)))
    edit_assignments(
        task_id=task.pk,
        version=task.version,
        actor=world.secretariat,
        reason="职责调整",
        departments=[(world.office, DepartmentRole.LEAD)],
        leaders=[world.supervisor],
    )
    late = send(staff, task, opened, text="我的文字")
    assert late.status_code == 409
    assert send(staff, task, filled(late)).status_code == 302
    assert parts(task) == [("办公室", DepartmentRole.LEAD)]


@pytest.mark.same_on_both
@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_changes_nothing(staff, world, version):
    entries = world.overdue.log.count()
    assert send(staff, world.overdue, text="新", version=version).status_code in (409, 422)
    assert world.overdue.log.count() == entries


# --- milestones on the task's page ----------------------------------------------------------------


def test_a_milestone_is_met_and_taken_back_on_the_tasks_page(staff, world):
    task = factories.task(deadline="2030-12-31", milestones=["2030-01-31", "2030-06-30"])
    first = task.milestones.first()
    said = {"version": task.version, "milestone": first.pk, "effective_on": world.day.isoformat()}
    assert staff.post(f"/tasks/{task.pk}/meet-milestone/", {**said, "note": "初稿已成。"}).status_code == 302
    task.refresh_from_db()
    first.refresh_from_db()
    assert first.met_on == world.day
    assert task.status == "in_progress"
    said |= {"version": task.version}
    assert staff.post(f"/tasks/{task.pk}/meet-milestone/", said).status_code == 422, "it is met already"
    assert staff.post(f"/tasks/{task.pk}/reopen-milestone/", said).status_code == 422, "say why"
    assert staff.post(f"/tasks/{task.pk}/reopen-milestone/", {**said, "note": "未验收。"}).status_code == 302
    first.refresh_from_db()
    assert first.met_on is None
    other = factories.task(deadline="2030-12-31", milestones=["2030-01-31"]).milestones.get()
    said = {**said, "version": task.log.count(), "milestone": other.pk}
    assert staff.post(f"/tasks/{task.pk}/meet-milestone/", said).status_code == 422, "another task's"


def test_files_that_came_with_a_refused_form_are_asked_for_again(staff, world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    said = {"version": world.overdue.version, "effective_on": "soon", "files": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    answer = staff.post(f"/tasks/{world.overdue.pk}/add-evidence/", said)
    assert answer.status_code == 422
    assert "The files were not kept" in answer.content.decode()
    assert "The files were not kept" not in staff.get(world.overdue.get_absolute_url()).content.decode()
