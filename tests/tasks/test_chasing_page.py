"""督办一览 and 督办单: what each department was asked and answered, and the slips to print."""

from __future__ import annotations

import datetime
import io
import re

import docx
import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from meetings.models import Department, DepartmentRole, EntryKind, Role, Status, Task, WorkbookHandout
from meetings.tasks.chasing import find_asked
from meetings.tasks.inbox import count_waiting
from meetings.tasks.services.acknowledgements import acknowledge, ask_to_acknowledge
from meetings.tasks.views import chasing
from tests import factories
from tests.helpers import compact_html
from tests.workbooks.workbook_files import accepted, fetched, filled

pytestmark = pytest.mark.django_db


def asked(day: datetime.date) -> dict:
    return {row.counts.label: row for row in find_asked(Task.objects.on(day), day)}


@pytest.mark.same_on_both
def test_the_latest_and_then_the_most_silent_comes_first_and_who_never_reported_is_silent_since_the_issue(world):
    rows = asked(world.day)
    assert [*rows] == ["技术部", "办公室"], "who only supports answers for nothing"
    assert {row.silent_days for row in rows.values()} == {200}
    factories.progress(
        world.overdue, on=world.day - datetime.timedelta(days=3), by=world.liaison, department=world.technology
    )
    rows = asked(world.day)
    assert [*rows] == ["办公室", "技术部"]
    assert (rows["技术部"].silent_days, rows["技术部"].reported_on) == (3, world.day - datetime.timedelta(days=3))
    assert rows["办公室"].reported_on is None
    late = {"deadline": "2024.1", "departments": [(world.technology, DepartmentRole.RESPONSIBLE)]}
    factories.task(world.overdue.suggestion, **late)
    assert [*asked(world.day)] == ["技术部", "办公室"], "who is late with more comes first, silent or not"


@pytest.mark.same_on_both
def test_the_last_report_is_found_whether_it_is_of_late_or_of_long_ago_or_of_what_was_merged(world):
    def report(task, department, *, days_ago):
        day = world.day - datetime.timedelta(days=days_ago)
        kind = EntryKind.PROGRESS
        factories.entry(task, kind=kind, effective_on=day, is_report=True, note="已办。", department=department)

    former = factories.department("信息部")
    report(world.overdue, former, days_ago=120)
    Department.objects.filter(pk=former.pk).update(merged_into=world.office, is_active=False)
    assert asked(world.day)["办公室"].silent_days == 120
    report(world.review_missed, world.office, days_ago=95)
    report(world.overdue, world.technology, days_ago=100)
    report(world.due_soon, world.technology, days_ago=2)
    report(world.overdue, world.technology, days_ago=50)
    found = {name: row.silent_days for name, row in asked(world.day).items()}
    assert found == {"办公室": 95, "技术部": 2}
    report(world.on_track, former, days_ago=1)
    assert asked(world.day)["办公室"].silent_days == 1


def test_a_department_without_a_liaison_says_so_until_it_has_one_again(world, client, staff):
    assert "no liaison" not in compact_html(client.get("/chasing/"))
    world.other_liaison.departments.clear()
    assert compact_html(client.get("/chasing/")).count("no liaison") == 1
    world.liaison.departments.add(world.office)
    assert "no liaison" not in compact_html(client.get("/chasing/"))


@pytest.mark.long
def test_a_workbook_is_out_from_its_being_sent_until_it_comes_back(world):
    assert not asked(world.day)["技术部"].is_workbook_out
    fetched(world.secretariat, f"?department={world.technology.pk}")
    row = asked(world.day)["技术部"]
    assert row.is_workbook_out
    assert WorkbookHandout.objects.get().handed_out_to == world.secretariat
    assert not asked(world.day)["办公室"].workbook_sent_at
    accepted(world.liaison, filled(fetched(world.liaison), world.overdue, progress="已成立。"))
    row = asked(world.day)["技术部"]
    assert not row.is_workbook_out
    assert timezone.localdate(row.workbook_returned_at) == world.day


@pytest.mark.long
def test_every_number_leads_to_a_list_of_as_many_rows(world, client, staff):
    ask_to_acknowledge(world.meeting)
    page = compact_html(client.get("/chasing/")).replace("&amp;", "&")
    found = re.findall(r'href="([^"]+)" data-count="(\d+)"', page)
    assert len(found) == 8
    for address, number in found:
        assert client.get(address).context["listing"].row_count == int(number), address


def test_it_is_one_click_from_the_dashboard_and_readers_read_it_without_buttons(world, client, staff):
    assert 'href="/chasing/"' in compact_html(client.get("/"))
    ask_to_acknowledge(world.meeting)
    assert "/chasing/remind/" in compact_html(client.get("/chasing/"))
    reader = Client()
    reader.force_login(world.reader)
    page = compact_html(reader.get("/chasing/"))
    assert "/chasing/remind/" not in page
    assert 'action="/acknowledgements/"' not in page


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_page_costs_as_many_queries_for_many_departments(world, client, staff, django_assert_num_queries):
    for number in range(12):
        other = factories.department(f"第{number}部")
        factories.task(world.overdue.suggestion, deadline="2024.1", departments=[(other, DepartmentRole.RESPONSIBLE)])
    # Session, account, the thirteen of `find_asked`, and two of the navigation.
    with django_assert_num_queries(17):
        page = client.get("/chasing/")
    rows = "//section[@data-part]//tbody/tr"
    assert len(html.fromstring(page.content).xpath(rows)) == 10
    assert len(html.fromstring(client.get("/chasing/?whole=departments").content).xpath(rows)) == 14


def remind_addresses(client, department) -> list[str]:
    """Return where 催办 of ``department`` leads to, from the dashboard and from the matrix."""
    start = f"/chasing/remind/?department={department.pk}&"
    pages = [html.fromstring(client.get(address).content) for address in ("/", "/chasing/")]
    return [address for page in pages for address in page.xpath("//a/@href") if address.startswith(start)]


@pytest.mark.long
@pytest.mark.same_on_both
def test_who_has_nothing_to_do_about_what_is_red_is_not_chased(world, client, staff):
    assert len(remind_addresses(client, world.technology)) == 2
    # Noted by the secretariat: the department itself is as silent as before.
    factories.progress(world.overdue, on=world.day)
    assert len(remind_addresses(client, world.technology)) == 2
    factories.move(world.overdue, Status.CLOSURE_REQUESTED, on=world.day)
    assert remind_addresses(client, world.technology) == []


@pytest.mark.long
@pytest.mark.same_on_both
def test_who_is_late_to_take_over_what_is_not_red_is_chased_until_it_does(world, client, staff, settings):
    later = factories.task(
        world.overdue.suggestion, deadline="2031.6", departments=[(world.international, DepartmentRole.RESPONSIBLE)]
    )
    liaison = factories.account(Role.LIAISON, departments=[world.international])
    ask_to_acknowledge(world.meeting)
    assert remind_addresses(client, world.international) == []
    settings.ACKNOWLEDGEMENT_DAYS = 0
    address, same = remind_addresses(client, world.international)
    page = html.fromstring(client.get(address).content)
    sent = dict(page.xpath("//form[.//input[@name='step']]")[0].form_values())
    assert "签收" in sent["note"]
    assert "填报" not in sent["note"]
    assert "Reminded of 1 task." in compact_html(client.post("/chasing/remind/", sent, follow=True))
    assert later.log.get(kind="reminder").department == world.international
    assert count_waiting(liaison, world.day)["reminded"] == 1
    acknowledge(meeting_id=world.meeting.pk, departments=[world.international.pk], actor=liaison)
    assert count_waiting(liaison, world.day)["reminded"] == 0


def test_taking_over_is_no_report_on_what_is_red(world, client, staff, settings):
    ask_to_acknowledge(world.meeting)
    settings.ACKNOWLEDGEMENT_DAYS = 0
    page = html.fromstring(client.get(f"/chasing/remind/?department={world.technology.pk}").content)
    client.post("/chasing/remind/", dict(page.xpath("//form[.//input[@name='step']]")[0].form_values()))
    assert count_waiting(world.liaison, world.day)["reminded"] == 4
    acknowledge(meeting_id=world.meeting.pk, departments=[world.technology.pk], actor=world.liaison)
    assert count_waiting(world.liaison, world.day)["reminded"] == 1


@pytest.fixture
def slips(world, client, staff):
    def slips(**query):
        page = html.fromstring(client.get("/chasing/slips/", query).content)
        return [" ".join(slip.text_content().split()) for slip in page.xpath("//section[contains(@class, 'slip')]")]

    return slips


def test_a_slip_has_the_colour_of_a_health_also_as_a_word(world, slips):
    red, blue = slips(department=world.technology.pk)
    assert red.startswith("Red slip · Overdue")
    assert blue.startswith("Blue slip · Due soon")
    assert world.overdue.text in red
    assert "10 days overdue" in red
    assert world.meeting.document_number in red
    assert "No report yet" in red
    assert "Answer to: " in red
    assert world.due_soon.text in blue
    (yellow,) = slips(department=world.office.pk)
    assert yellow.startswith("Yellow slip · Review missed")
    assert world.review_missed.text in yellow


@pytest.mark.same_on_both
def test_all_departments_have_their_slips_and_a_task_of_two_is_on_both(world, slips):
    both = [(world.technology, DepartmentRole.LEAD), (world.office, DepartmentRole.RESPONSIBLE)]
    factories.task(world.overdue.suggestion, deadline="2024.1", text="共同承担", departments=both)
    found = slips()
    assert len([slip for slip in found if "共同承担" in slip]) == 2
    assert len(found) == 4


@pytest.mark.long
def test_the_slips_of_all_departments_are_in_one_file(world, client, staff, slips, monkeypatch):
    whole = len(slips())
    monkeypatch.setattr(chasing, "DEPARTMENTS_PER_PAGE", 1)
    assert 0 < len(slips(page=2)) < whole
    file = client.get("/reports/slips/?page=2")
    assert len(docx.Document(io.BytesIO(file.getvalue())).tables) == whole


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_sheet_says_who_issues_it_and_the_page_what_the_colours_mean(world, client, staff, slips):
    world.meeting.body = "安全委员会"
    world.meeting.save()
    assert all(re.search(r"Secretariat of 安全委员会 \d", slip) for slip in slips())
    document = docx.Document(io.BytesIO(client.get("/reports/slips/").getvalue()))
    assert "安全委员会" in "".join(paragraph.text for paragraph in document.paragraphs)
    assert "Red slips are for what is overdue, yellow ones for missed reviews" in compact_html(
        client.get("/chasing/slips/")
    )


@pytest.mark.long
@pytest.mark.parametrize("address", ["/chasing/", "/chasing/slips/"])
@pytest.mark.same_on_both
def test_a_past_day_is_not_silently_taken_for_today(world, client, staff, address):
    past = (world.day - datetime.timedelta(days=30)).isoformat()
    assert "this page shows no past day" in compact_html(client.get(address, {"as_of": past}))
    assert "this page shows no past day" not in compact_html(client.get(address, {"as_of": world.day.isoformat()}))
    assert 'href="/chasing/"' not in compact_html(client.get("/", {"as_of": past}))


def test_red_is_the_colour_of_a_slip_and_no_word_for_two_healths(world, client, staff):
    for address in ("/", "/chasing/"):
        page = html.fromstring(client.get(address).content).text_content()
        assert not re.search(r"\bred\b", page, re.IGNORECASE), address
        assert "verdue or review missed" in page


@pytest.mark.parametrize("department", ["999999", "x", "99999999999999999999"])
@pytest.mark.same_on_both
def test_no_such_department_has_no_slip_or_all(world, client, staff, department):
    assert client.get("/chasing/slips/", {"department": department}).status_code == 200


@pytest.mark.long
@pytest.mark.same_on_both
def test_slips_of_many_departments_come_in_pages_each_printed_by_itself(world, client, staff, slips):
    for number in range(1, 8):
        own = [(factories.department(f"第{number}部"), DepartmentRole.RESPONSIBLE)]
        factories.task(factories.suggestion(world.meeting), deadline="2024.1", departments=own)
    pages = [client.get("/chasing/slips/", {"page": number}) for number in (1, 2)]
    first, second = ({slip.department.pk for slip in page.context["slips"]} for page in pages)
    assert len(first) == 5
    assert len(second) == 4
    assert not first & second
    assert "They are for 9 departments, in pages that are printed one by one." in compact_html(pages[0])
    assert len(slips(department=world.technology.pk)) == 2
