"""The pages of departments and people, through the front door."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from meetings.models import Account, Department, DepartmentRole, Person, Role, Status, Task
from meetings.organisation.services.merge import merge
from meetings.organisation.services.organisation import open_tasks_of, rename, version_of
from meetings.organisation.tables import DepartmentTable, PersonTable
from tests import factories
from tests.helpers import compact_html

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def staff(client: Client, world) -> Client:
    client.force_login(world.secretariat)
    client.cookies["django_language"] = "en"
    return client


def version(subject) -> dict[str, int]:
    return {"version": version_of(subject)}


@pytest.mark.long
def test_every_number_leads_to_as_many_rows(staff, world):
    for address in ("/organisation/", "/organisation/people/", world.technology.get_absolute_url()):
        page = staff.get(address).content.decode()
        links = re.findall(r'href="(/tasks/\?[^"]+)"[^>]*data-count="(\d+)"', page)
        assert links, address
        for link, number in links:
            assert staff.get(link.replace("&amp;", "&")).context["listing"].row_count == int(number), link


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "table"), [("/organisation/", DepartmentTable), ("/organisation/people/", PersonTable)]
)
def test_the_tables_are_sorted_by_every_column_both_ways(staff, address, table):
    for column in table.sortable_names():
        up = [row.record.pk for row in staff.get(address, {"sort": column}).context["table"].rows]
        down = [row.record.pk for row in staff.get(address, {"sort": f"-{column}"}).context["table"].rows]
        assert sorted(up) == sorted(down), column
        assert len(up) > 2, column
    assert "purple" in staff.get(address, {"sort": "purple"}).context["errors"][0]


@pytest.mark.parametrize("words", ["技术", "jishu", "JSB", "评定部"])
def test_a_department_is_found_by_name_pinyin_initials_and_former_name(staff, world, words):
    gone = factories.department("评定部")
    merge(subject=gone, into=world.technology, actor=world.secretariat)
    rows = staff.get("/organisation/", {"q": words}).context["table"].rows
    assert [row.record for row in rows] == [world.technology]


def test_a_department_is_added_renamed_headed_and_its_page_says_so(staff, world):
    page = staff.post("/organisation/", {"name": "评定部"}, follow=True)
    made = Department.objects.get(name="评定部")
    assert page.redirect_chain[-1][0] == made.get_absolute_url()
    address = made.get_absolute_url()
    staff.post(f"{address}rename/", {"name": "评定处", "note": "机构改革。", **version(made)})
    page = staff.post(f"{address}head/", {"head": world.supervisor.pk, **version(made)}, follow=True)
    shown = page.content.decode()
    assert "评定处" in shown
    assert "机构改革。" in shown
    assert "评定部" in shown
    assert world.supervisor.name in shown


def test_what_is_refused_comes_back_with_what_was_typed(staff, world):
    page = staff.post("/organisation/", {"name": "办公室"})
    assert (page.status_code, page.context["form"]["name"].value()) == (422, "办公室")
    address = world.technology.get_absolute_url()
    page = staff.post(f"{address}rename/", {"name": "办公室", "note": "合署。", **version(world.technology)})
    assert page.status_code == 422
    assert "merge them instead" in page.content.decode()
    assert "合署。" in page.content.decode()
    page = staff.post(f"{address}retire/", version(world.technology))
    assert page.status_code == 422
    assert "Hand them over first" in page.content.decode()


def test_who_comes_second_sees_what_the_first_did(staff, world):
    opened = version(world.technology)
    rename(subject=world.technology, name="技术处", actor=world.administrator)
    page = staff.post(f"{world.technology.get_absolute_url()}rename/", {"name": "技术中心", **opened})
    assert page.status_code == 409
    assert "技术中心" in page.content.decode()
    assert "技术处" in page.content.decode()
    again = page.context["submitted_form"]["version"].value()
    staff.post(f"{world.technology.get_absolute_url()}rename/", {"name": "技术中心", "version": again})
    world.technology.refresh_from_db()
    assert world.technology.name == "技术中心"


def test_a_department_whose_work_was_handed_over_is_not_called_unused(staff, world):
    world.office.task_departments.all().delete()
    world.office.liaisons.clear()
    page = staff.get(f"{world.office.get_absolute_url()}merge/", {"into": world.technology.pk}).content.decode()
    assert "Nothing has to move: nothing uses this name now." in page


def test_a_merge_is_shown_before_it_is_done(staff, world):
    address = f"{world.office.get_absolute_url()}merge/"
    page = staff.get(address, {"into": world.technology.pk})
    assert page.context["moves"]["tasks"] == world.office.task_departments.count() > 0
    assert "cannot be undone" in page.content.decode()
    world.office.refresh_from_db()
    assert world.office.is_active, "looking changes nothing"
    page = staff.post(address, {"into": world.technology.pk, **version(world.office)}, follow=True)
    assert "merged" in page.content.decode()
    world.office.refresh_from_db()
    assert world.office.merged_into == world.technology
    assert staff.get(address).status_code == 302, "there is nothing to do with what was merged"


def test_open_tasks_are_handed_over_from_the_page(staff, world):
    address = f"{world.office.get_absolute_url()}hand-over/"
    tasks = [box.data["value"] for box in staff.get(address).context["form"]["tasks"]]
    assert staff.post(address, {"to": world.international.pk, **version(world.office)}).status_code == 422
    staff.post(address, {"to": world.international.pk, "tasks": tasks, **version(world.office)})
    assert not open_tasks_of(world.office).exists()
    page = staff.post(f"{world.office.get_absolute_url()}retire/", version(world.office), follow=True)
    assert "out of use" in page.content.decode()


def test_a_liaisons_departments_are_handed_over_from_the_page(staff, world):
    taker = factories.account(Role.LIAISON, departments=[world.office])
    address = f"/accounts/{world.liaison.pk}/hand-over/"
    departments = [department.pk for department in world.liaison.departments.all()]
    sent = {"to": taker.pk, "departments": departments, **version(world.liaison)}
    Client(REMOTE_ADDR="10.20.30.40").force_login(world.liaison)
    assert "10.20.30.40" not in staff.get(address).content.decode(), "sign-ins are for administrators"
    page = staff.post(address, sent, follow=True)
    assert page.status_code == 200
    assert set(departments) <= set(taker.departments.values_list("pk", flat=True))
    assert staff.post(address, sent).status_code == 422


def test_a_person_is_added_corrected_and_retired(staff, world):
    staff.post("/organisation/people/", {"name": "钱进", "unit": "一处"})
    person = Person.objects.get(name="钱进")
    address = person.get_absolute_url()
    staff.post(f"{address}rename/", {"name": "钱进", "unit": "二处", **version(person)})
    staff.post(f"{address}retire/", version(person))
    person.refresh_from_db()
    assert (person.unit, person.is_active, person in Person.objects.selectable()) == ("二处", False, False)


def test_readers_read_and_see_nothing_to_change(client, world):
    client.force_login(world.reader)
    for address in ("/organisation/", world.technology.get_absolute_url(), world.supervisor.get_absolute_url()):
        main = client.get(address).content.decode().split("<main")[1].split("</main>")[0]
        assert 'method="post"' not in main, address


def test_what_somebody_suggested_stands_first_with_its_tasks_and_their_standing(client, world):
    client.force_login(world.reader)
    person = Person.objects.get(name="刘仲书")
    page = compact_html(client.get(person.get_absolute_url()))
    shown = page.split('id="suggestions"')[1].split("</section>")[0]
    assert page.index('id="suggestions"') < page.index('id="about-heading"')
    for task in (world.overdue, world.review_missed, world.undecided):
        assert f'<a href="{task.get_absolute_url()}">{task.text}</a>' in shown
    assert "health-overdue" in shown
    assert '<span class="status-badge">' in shown
    assert world.due_soon.text not in shown


@pytest.mark.long
def test_of_many_open_tasks_the_first_are_offered_one_by_one_and_the_others_together(staff, world):
    of = factories.suggestion(world.meeting)
    for _number in range(55):
        factories.task(of, departments=[(world.office, DepartmentRole.RESPONSIBLE)])
    number = open_tasks_of(world.office).count()
    address = f"{world.office.get_absolute_url()}hand-over/"
    offered = [box.data["value"] for box in staff.get(address).context["form"]["tasks"]]
    assert len(offered) == 51
    closed = Task.objects.filter(status=Status.CLOSED)[0].pk
    for wrong in (str(closed), "after-x", "after-99999999999999999999"):
        sent = {"to": world.international.pk, "tasks": [wrong], **version(world.office)}
        assert staff.post(address, sent).status_code == 422
    # All but the first; what was closed meanwhile among the others is no hindrance.
    factories.move(open_tasks_of(world.office).order_by("-pk")[0], Status.CLOSED, on=world.day)
    staff.post(address, {"to": world.international.pk, "tasks": offered[1:], **version(world.office)})
    assert list(map(str, open_tasks_of(world.office).values_list("pk", flat=True))) == offered[:1]
    assert open_tasks_of(world.international).count() >= number - 2


def test_of_many_liaisons_the_page_offers_the_first_and_finds_the_others(staff, world):
    for number in range(60):
        factories.account(Role.LIAISON, username=f"liaison-{number:02}", display_name=f"联络员{number:02}")
    address = f"/accounts/{world.liaison.pk}/hand-over/"
    page = staff.get(address).content.decode()
    assert page.count("<option") < 60
    assert 'data-more="/choices/liaison/"' in page
    found = staff.get("/choices/liaison/?find=联络员59").json()["options"]
    assert [option["text"] for option in found] == ["联络员59 (liaison-59)"]
    reader = Client()
    reader.force_login(world.reader)
    assert reader.get("/choices/liaison/?find=联络员59").json()["options"] == []
    # Without scripts, by the whole name.
    departments = [department.pk for department in world.liaison.departments.all()]
    sent = {"to": "", "to-called": "liaison-59", "departments": departments, **version(world.liaison)}
    assert staff.post(address, sent).status_code == 302
    assert Account.objects.get(username="liaison-59").departments.count() == len(departments)
