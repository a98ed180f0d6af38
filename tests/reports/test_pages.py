"""/reports/ and meetings side by side, through the front door: what is chosen, what comes, and what is said instead."""

from __future__ import annotations

import datetime
import io
from urllib.parse import unquote

import docx
import openpyxl
import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from lxml import html

from meetings.breakdown import comparison
from meetings.breakdown.services.suggestions import link_earlier_suggestion
from meetings.models import Meeting, Person, Role, Status, Suggestion, Task
from meetings.reports.official import Paragraph
from meetings.tasks.filters import filter_tasks
from meetings.tasks.services.batch_undo import undo_batch
from meetings.tasks.services.extensions import grant_extension, request_extension
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

DAY = datetime.date


@pytest.fixture
def later(meeting_81) -> Meeting:
    """A later meeting whose first suggestion sounds like the 81st's sixth, by the same person."""
    made = factories.meeting(issued_on=DAY(2024, 11, 20))
    again = factories.suggestion(
        made,
        text="希望搭建一个平台，使机构可以随时查阅认可规则的培训课件。",
        sources=[(Person.objects.get(name="孙广伟"), "委员")],
    )
    factories.task(again, deadline="2025.6")
    factories.task(factories.suggestion(made, text="食堂的早餐应当更早供应。"), deadline="2025.6")
    return made


def signed_in(role: str = Role.READER) -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(factories.account(role))
    return client


def document_of(response):
    assert response.status_code == 200, html.fromstring(response.content).text_content()
    return docx.Document(io.BytesIO(b"".join(response.streaming_content)))


def text_of(document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def alerts(response) -> list[str]:
    found = html.fromstring(response.content).xpath("//main//*[@role='alert']")
    return [" ".join(element.text_content().split()) for element in found]


# --- choosing -----------------------------------------------------------------------------------


def test_a_report_comes_as_a_file_with_a_name_that_says_what_it_is(meeting_81):
    response = signed_in().get(f"/reports/meeting/?meeting={meeting_81.pk}&as_of=2024-02-09")
    assert "2024-02-09.docx" in unquote(response["Content-Disposition"])
    document = document_of(response)
    assert meeting_81.title in document.paragraphs[0].text.replace("\n", "")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/reports/meeting/?as_of=2024-01-01", "2024-01-01"),
        ("/reports/meeting/?meeting={meeting}&as_of=2999-01-01", "2999-01-01"),
        ("/reports/meeting/?meeting={meeting}&as_of=2023-11-07", "2023-11-07"),
        ("/reports/meeting/?meeting=no&as_of=gestern", "gestern"),
        ("/reports/bulletin/?from=2024-03-01&to=2024-02-01", "2024-03-01"),
        ("/reports/bulletin/?from=2024-03-01&to=2999-02-01", "2999-02-01"),
        ("/reports/bulletin/?from=2024-03-01", "2024-03-01"),
        ("/reports/reply/?person=&as_of=2024-03-01", "2024-03-01"),
        ("/reports/register/?as_of=2999-03-01", "2999-03-01"),
        ("/reports/register/?as_of=0001-01-01", "0001-01-01"),
        ("/reports/bulletin/?from=0001-01-01&to=0001-01-02", "0001-01-02"),
    ],
)
def test_what_is_chosen_wrongly_comes_back_with_one_sentence_and_everything_that_was_chosen(meeting_81, address, kept):
    response = signed_in().get(address.format(meeting=meeting_81.pk))
    assert response.status_code == 422
    page = html.fromstring(response.content)
    assert page.xpath(f"//main//input[@value='{kept}']")
    if "{meeting}" in address:
        assert page.xpath(f"//option[@selected and @value='{meeting_81.pk}']")
    assert alerts(response)
    assert all(sentence.endswith(".") for sentence in alerts(response))


@pytest.mark.long
def test_the_page_offers_what_its_address_names_and_the_meetings_page_leads_to_the_report(meeting_81):
    client = signed_in()
    page = html.fromstring(client.get(f"/reports/?meeting={meeting_81.pk}&as_of=2024-02-09").content)
    assert page.xpath(f"//option[@selected and @value='{meeting_81.pk}']")
    of_meeting = html.fromstring(client.get(f"{meeting_81.get_absolute_url()}?as_of=2024-02-09").content)
    link, _summary = of_meeting.xpath("//a[@data-download and starts-with(@href, '/reports/meeting/')]")
    assert document_of(client.get(link.get("href"))).core_properties.language == "zh-CN"


# --- the bulletin, the reply sheet, the register ------------------------------------------------


@pytest.mark.long
def test_the_bulletin_tells_what_happened_in_its_period_and_nothing_else(meeting_81):
    first, second, third, fourth = Task.objects.order_by("pk")[:4]
    factories.move(first, Status.CLOSED, on=DAY(2023, 12, 20), note="提前办结。")
    factories.move(second, Status.CLOSED, on=DAY(2024, 1, 10), note="本期办结的。")
    factories.progress(third, "本期报告的。", on=DAY(2024, 1, 20))
    factories.progress(fourth, "以后报告的。", on=DAY(2024, 2, 20))
    client = signed_in()
    text = text_of(document_of(client.get("/reports/bulletin/?from=2024-01-01&to=2024-01-31")))
    assert "本期办结的。" in text
    assert "本期报告的。" in text
    assert "提前办结。" not in text
    assert "以后报告的。" not in text


@pytest.mark.long
def test_the_bulletins_numbers_are_those_of_its_tables_and_of_the_departments(meeting_81):
    from meetings.reports.bulletin import build_bulletin

    closed, moved = Task.objects.filter(due_date=DAY(2023, 12, 31)).order_by("pk")[:2]
    factories.move(closed, Status.CLOSED, on=DAY(2024, 1, 10))
    asked = {"reason": "供应商更换。", "progress": "过半。", "deadline_text": "2024.12"}
    request_extension(
        task_id=moved.pk,
        version=moved.version,
        actor=factories.secretariat(),
        effective_on=DAY(2024, 1, 11),
        **asked,
    )
    moved.refresh_from_db()
    grant_extension(
        task_id=moved.pk,
        version=moved.version,
        actor=factories.secretariat(),
        reason="同意。",
        effective_on=DAY(2024, 1, 12),
    )
    told = build_bulletin(DAY(2024, 1, 1), DAY(2024, 1, 31))
    assert [task.pk for task in told.closed] == [closed.pk]
    assert [task.pk for task in told.extended] == [moved.pk]
    extension = told.extensions[moved.pk]
    assert (extension.times, extension.days, extension.reasons) == (1, 366, ("供应商更换。",))
    # Seven fell due on the last day of 2023; one was closed and one extended before the period's end.
    assert len(told.newly_late) == 5
    assert {task.pk for task in told.reported} == {closed.pk, moved.pk}
    for row in told.departments:
        department = QueryDict(mutable=True)
        department["department"] = row["name"]
        assert row["in_overdue"] == len(
            [
                task
                for task in filter_tasks(department, Task.objects.on(told.last), told.last)
                if task.health == "overdue"
            ]
        )
    assert not build_bulletin(DAY(2024, 2, 1), DAY(2024, 2, 9)).newly_late, "who was late before is not newly late"


def test_a_report_that_was_undone_is_none_in_the_bulletin(meeting_81):
    from meetings.reports.bulletin import build_bulletin

    today = timezone.localdate()
    batch = factories.batch(Task.objects.first(), note="误报。")
    assert len(build_bulletin(today, today).reported) == 1
    undo_batch(batch_id=batch.pk, actor=factories.secretariat())
    told = build_bulletin(today, today)
    assert not told.reported
    assert [row["in_unreported"] for row in told.departments] == [row["in_open"] for row in told.departments]


def test_a_bulletin_of_days_before_the_register_began_says_so(meeting_81):
    from meetings.reports.bulletin import build_bulletin
    from meetings.reports.bulletin_document import bulletin_document

    with translation.override("en"):
        document = bulletin_document(build_bulletin(DAY(2020, 1, 1), DAY(2020, 12, 31)))
    assert document.title.endswith("from 2020-1-1 to 12-31"), "the year is said once"
    assert Paragraph("There was no task.") in document.blocks


def test_what_no_department_answers_for_is_in_the_bulletins_table_too():
    from meetings.reports.bulletin import build_bulletin

    factories.task(departments=[])
    with translation.override("en"):
        told = build_bulletin(DAY(2023, 12, 1), DAY(2024, 1, 31))
    assert [(row["name"], row["in_open"], row["in_newly_late"]) for row in told.departments] == [("Nobody", 1, 1)]


def test_a_reply_sheet_counts_the_suggestions_without_a_task_too(meeting_81, later):
    from meetings.reports.replies import build_reply_sheet
    from meetings.reports.replies_document import reply_document

    member = factories.person("黄继先")
    factories.suggestion(later, text="没有任务的建议。", sources=[(member, "委员")])
    with translation.override("en"):
        before, after = (
            reply_document(build_reply_sheet(member, day)).blocks[0].text
            for day in (DAY(2024, 11, 19), timezone.localdate())
        )
    assert "0 suggestions" not in before + after
    assert before.startswith(f"Thank you for what you suggested at {meeting_81.title}: 2 suggestions.")
    assert after.startswith("Thank you for what you suggested at 2 meetings: 3 suggestions.")
    assert "1 more suggestion has not been made a task yet." in after
    assert "not been made a task" not in before


def test_the_reply_sheet_is_about_all_one_person_suggested_and_where_it_came_up_again(meeting_81, later):
    person = Person.objects.get(name="孙广伟")
    again = later.suggestions.get(position=1)
    earlier = meeting_81.suggestions.get(position=6)
    link_earlier_suggestion(
        suggestion_id=again.pk, earlier_id=earlier.pk, actor=factories.secretariat(), expected_earlier_id=None
    )
    text = text_of(document_of(signed_in().get(f"/reports/reply/?person={person.pk}&as_of=2025-01-01")))
    own = Suggestion.objects.filter(suggestion_sources__person=person)
    assert all(suggestion.text in text for suggestion in own)
    for task in Task.objects.filter(suggestion__in=own):
        assert task.text in text
    assert text.count(meeting_81.title) >= 2
    assert text.count(later.title) >= 2
    before = text_of(document_of(signed_in().get(f"/reports/reply/?person={person.pk}&as_of=2024-01-01")))
    assert later.title not in before


@pytest.mark.long
def test_the_register_with_summary_has_the_lists_numbers_and_charts_of_their_cells(meeting_81):
    factories.small_world()
    day = DAY(2024, 2, 9)
    response = signed_in().get(f"/reports/register/?as_of={day}")
    workbook = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    register, summary = workbook.worksheets
    assert register.max_row - 1 == Task.objects.on(DAY(2024, 2, 9)).count()
    rows = list(summary.iter_rows(values_only=True))
    by_health = {row[0]: row[1] for row in rows[4:11]}
    assert list(by_health.values()) == [7, 8, 0, 0, 3, 0, 0]
    departments = next(index for index, row in enumerate(rows) if row[8] is not None) + 1
    for row in rows[departments:]:
        if row[8] is None:
            break
        query = QueryDict(mutable=True)
        query["department"] = row[0]
        assert row[8] == sum(row[1:8]) == filter_tasks(query, Task.objects.on(day), day).count()
    charts = summary._charts
    assert [type(chart).__name__ for chart in charts] == ["PieChart", "BarChart", "LineChart", "BarChart"]
    for chart in charts:
        for series in chart.series:
            assert summary.title in series.val.numRef.f
            assert "$" in series.val.numRef.f
        assert not getattr(chart, "x_axis", None) or chart.x_axis.delete is False


# --- raised before ------------------------------------------------------------------------------


def test_the_likest_earlier_suggestion_is_offered_first_and_linked(meeting_81, later):
    again, new = later.suggestions.order_by("position")
    earlier = meeting_81.suggestions.get(position=6)
    client = signed_in(Role.SECRETARIAT)
    page = html.fromstring(client.get(f"/suggestions/{again.pk}/raised-before/").content)
    offered = [radio.get("value") for radio in page.xpath("//input[@name='earlier']")]
    assert offered[:2] == ["", str(earlier.pk)]
    assert "also by 孙广伟" in page.text_content()
    empty = html.fromstring(client.get(f"/suggestions/{new.pk}/raised-before/").content)
    assert len(empty.xpath("//input[@name='earlier']")) == 1

    response = client.post(f"/suggestions/{again.pk}/raised-before/", {"earlier": earlier.pk, "was": ""})
    assert response.status_code == 302
    again.refresh_from_db()
    assert again.raised_before == earlier
    entry = again.tasks.get().log.order_by("sequence").last()
    assert entry.kind == "arranged"
    assert earlier.text in entry.changes["raised_before"]["new"]
    task_page = client.get(again.tasks.get().get_absolute_url()).content.decode()
    assert meeting_81.title in task_page

    response = client.post(f"/suggestions/{again.pk}/raised-before/", {"earlier": "", "was": earlier.pk})
    again.refresh_from_db()
    assert again.raised_before is None


def test_a_search_offers_what_is_not_alike_too(meeting_81, later):
    new = later.suggestions.get(position=2)
    client = signed_in(Role.SECRETARIAT)
    page = html.fromstring(client.get(f"/suggestions/{new.pk}/raised-before/?q=生物安全").content)
    wanted = meeting_81.suggestions.get(text__contains="生物安全")
    assert [radio.get("value") for radio in page.xpath("//input[@name='earlier']")] == ["", str(wanted.pk)]


def test_of_very_many_the_newest_are_compared_and_the_page_says_so(meeting_81, later, monkeypatch):
    new = later.suggestions.get(position=2)
    client = signed_in(Role.SECRETARIAT)

    def offered(query=""):
        page = html.fromstring(client.get(f"/suggestions/{new.pk}/raised-before/{query}").content)
        hints = [hint for hint in page.xpath("//p[@class='hint']/text()") if "Only the newest" in hint]
        return {int(pk) for pk in page.xpath("//input[@name='earlier']/@value") if pk}, bool(hints)

    earlier = list(meeting_81.suggestions.order_by("pk").values_list("pk", flat=True))
    monkeypatch.setattr(comparison, "MIN_SIMILARITY", 0)
    monkeypatch.setattr(comparison, "MAX_CANDIDATES", len(earlier))
    monkeypatch.setattr(comparison, "MOST_COMPARED", len(earlier))
    assert offered() == (set(earlier), False)
    monkeypatch.setattr(comparison, "MOST_COMPARED", len(earlier) - 1)
    assert offered() == (set(earlier[1:]), True)
    oldest = meeting_81.suggestions.get(pk=earlier[0])
    assert offered(f"?q={oldest.text[:8]}") == ({oldest.pk}, False)


def test_who_comes_second_is_told_and_loses_nothing_typed(meeting_81, later):
    again = later.suggestions.get(position=1)
    first, second = meeting_81.suggestions.filter(position__in=(6, 4))
    link_earlier_suggestion(
        suggestion_id=again.pk, earlier_id=first.pk, actor=factories.secretariat(), expected_earlier_id=None
    )
    sent = {"earlier": second.pk, "was": "", "note": "两次都谈培训。"}
    response = signed_in(Role.SECRETARIAT).post(f"/suggestions/{again.pk}/raised-before/", sent)
    assert response.status_code == 409
    assert "两次都谈培训。" in response.content.decode()
    again.refresh_from_db()
    assert again.raised_before == first


@pytest.mark.parametrize("earlier", ["{own}", "{sibling}", "999999", "eins"])
def test_a_suggestion_comes_back_to_one_of_an_earlier_meeting_only(later, earlier):
    again, sibling = later.suggestions.order_by("position")
    chosen = earlier.format(own=again.pk, sibling=sibling.pk)
    response = signed_in(Role.SECRETARIAT).post(
        f"/suggestions/{again.pk}/raised-before/", {"earlier": chosen, "was": ""}
    )
    assert response.status_code == 422
    assert len(alerts(response)) == 1
    again.refresh_from_db()
    assert again.raised_before is None


@pytest.mark.long
def test_two_meetings_stand_side_by_side_whichever_is_named_first(meeting_81, later):
    again = later.suggestions.get(position=1)
    earlier = meeting_81.suggestions.get(position=6)
    client = signed_in(Role.SECRETARIAT)
    unlinked = client.get(f"/meetings/compare/?a={later.pk}&b={meeting_81.pk}")
    assert not unlinked.context["comparison"].pairs
    assert unlinked.context["new"][0][1] == earlier
    assert unlinked.context["new"][1][1] is None
    link_earlier_suggestion(
        suggestion_id=again.pk, earlier_id=earlier.pk, actor=factories.secretariat(), expected_earlier_id=None
    )
    for a, b in ((later, meeting_81), (meeting_81, later)):
        response = client.get(f"/meetings/compare/?a={a.pk}&b={b.pk}")
        assert response.context["comparison"].pairs == ((again, earlier),)
        assert len(response.context["not_raised_again"]) == 11
        assert [task.text for told in response.context["pairs"] for task in told.tasks] == [
            task.text for task in earlier.tasks.order_by("number")
        ]


def test_comparing_is_about_a_day_on_which_both_meetings_were_known(meeting_81, later):
    response = signed_in().get(f"/meetings/compare/?a={meeting_81.pk}&b={later.pk}&as_of=2024-01-01")
    assert response.status_code == 422
    assert alerts(response) == ["There was no such meeting on that day. Choose one from the list."]


def test_official_documents_are_chinese_for_who_reads_english(meeting_81):
    with translation.override("en"):
        english = document_of(signed_in().get(f"/reports/meeting/?meeting={meeting_81.pk}"))
    today = timezone.localdate()
    assert english.paragraphs[-1].text == f"{today.year}年{today.month}月{today.day}日"


@pytest.mark.long
def test_long_lists_side_by_side_show_their_first_rows_and_the_others_when_asked(meeting_81):
    later = factories.meeting(issued_on=datetime.date(2024, 11, 8), title="后一次会议")
    for number in range(55):
        factories.suggestion(later, text=f"全新的第{number}条建议")
    address = f"/meetings/compare/?a={meeting_81.pk}&b={later.pk}"
    page = signed_in().get(address).content.decode()
    assert page.count("全新的第") == 25
    assert f"a={meeting_81.pk}&amp;b={later.pk}&amp;whole=new#new" in page
    assert signed_in().get(f"{address}&whole=new").content.decode().count("全新的第") == 55
