"""Every number leads to the list that has exactly that many rows: for each role, its own and all, today and before."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html

from meetings.models import Account, DepartmentRole, Meeting, Role, Status, Task
from tests import factories
from tests.cached_world import remembered_rows

pytestmark = pytest.mark.django_db

# The day on which reviews are missed for the first time, and today: a look at a number takes a tenth of a second.
DAYS = (datetime.date(2024, 2, 9), None)


# The picture of the months has numbers of other days; `tests.tasks.test_trend` walks them.
NOT_OF_THE_TREND = "[not(ancestor::section[@aria-labelledby='trend'])]"


@pytest.fixture
def register() -> None:
    fill_register()


@remembered_rows
def fill_register() -> None:
    """The real meeting with some history, and the small world; tasks of nobody, of several, of a milestone."""
    factories.real_meeting()
    factories.small_world()
    real = list(Task.objects.filter(suggestion__meeting__document_number__contains="81").order_by("pk"))
    day = datetime.date
    factories.progress(real[0], on=day(2023, 12, 1))
    factories.move(real[1], Status.CLOSED, on=day(2023, 12, 20))
    factories.move(real[2], Status.CLOSED, on=day(2024, 3, 1))
    factories.move(real[2], Status.IN_PROGRESS, on=day(2024, 6, 1))
    factories.move(real[3], Status.TERMINATED, on=day(2024, 1, 15))
    factories.progress(real[4], on=day(2024, 2, 1))
    factories.progress(real[-1], on=day(2024, 12, 30))
    suggestion = real[0].suggestion
    technology, other = factories.department("技术部"), factories.department("办公室")
    both = [(technology, DepartmentRole.LEAD), (other, DepartmentRole.RESPONSIBLE)]
    leaders = [factories.person("肖良"), factories.person("张朝华")]
    factories.task(suggestion, number=90, departments=[], leaders=[], deadline="待定")
    factories.task(suggestion, number=91, departments=both, leaders=leaders, deadline="2024.1", milestones=["2023.12"])
    factories.task(suggestion, number=92, departments=[(technology, DepartmentRole.SUPPORTING)], deadline="2027.6")


class Visitor:
    """Somebody who looks at numbers."""

    def __init__(self, name: str, account: Account) -> None:
        self.name, self.account = name, account
        self.client = Client()
        self.client.force_login(account)

    def get(self, address: str, **headers: str):
        response = self.client.get(address, headers=headers)
        assert response.status_code == 200, address
        return response


def visitors() -> list[Visitor]:
    technology, office = factories.department("技术部"), factories.department("办公室")
    nothing = factories.person("没有任务的领导")
    accounts = {
        "secretariat": factories.account(Role.SECRETARIAT),
        "reader": factories.account(Role.READER),
        "administrator": factories.account(Role.ADMINISTRATOR),
        "leader": factories.account(Role.LEADER),
        "leader of nothing": factories.account(Role.LEADER, person=nothing),
        "liaison": factories.account(Role.LIAISON, departments=[technology]),
        "liaison of two": factories.account(Role.LIAISON, departments=[technology, office]),
        "liaison of a department without tasks": factories.account(
            Role.LIAISON, departments=[factories.department("新设部")]
        ),
        "liaison of nothing": factories.account(Role.LIAISON),
    }
    return [Visitor(name, account) for name, account in accounts.items()]


def links_with_numbers(page: html.HtmlElement) -> dict[str, int]:
    """Return the linked numbers: address -> number; the words of the link hold the number, too."""
    found = {}
    for element in page.xpath(f"//*[@data-count]{NOT_OF_THE_TREND}"):
        number = int(element.get("data-count"))
        assert element.tag == "a", f"{number} is no link"
        assert element.get("href"), f"{number} is no link"
        assert str(number) in element.text_content(), f"the link says {element.text_content()!r}, not {number}"
        assert found.setdefault(element.get("href"), number) == number, "one address, two numbers"
    return found


def found_at(visitor: Visitor, address: str) -> int:
    """Return what the list at ``address`` says it found; drawing a single row, for hundreds of lists are asked."""
    if address.startswith("/reports/appraisal/"):
        return len(visitor.get(address).context["rows"])
    response = visitor.get(f"{address}{'&' if '?' in address else '?'}per_page=1", **{"HX-Request": "true"})
    listing = response.context["listing"]
    assert listing.errors == [], address
    return listing.row_count


def rows_of(visitor: Visitor, address: str, *, per_page: int = 200) -> int:
    """Return the number of rows in the list at ``address``, counted over its pages."""
    if address.startswith("/reports/appraisal/"):
        page = html.fromstring(visitor.get(address).content)
        return len(page.xpath("//table[@aria-labelledby='tasks']/tbody/tr"))
    address += ("&" if "?" in address else "?") + f"per_page={per_page}"
    rows, page = [], 1
    while True:
        # As htmx asks for it: the list without the frame around it, which a thousand looks need not draw.
        response = visitor.get(f"{address}&page={page}", **{"HX-Request": "true"})
        listing = response.context["listing"]
        assert listing.errors == [], address
        rows += html.fragment_fromstring(response.content.decode(), create_parent=True).xpath(".//tbody/tr/@id")
        if not listing.row_count or not listing.table.page.has_next():
            break
        page += 1
    assert len(set(rows)) == len(rows) == listing.row_count, address
    return len(rows)


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("day", [DAYS[0], pytest.param(DAYS[1], marks=pytest.mark.slow)], ids=str)
def test_every_number_leads_to_a_list_of_as_many_rows(register, day):
    as_of = f"as_of={day}" if day else ""
    walked: dict[str, int] = {}
    # On the past days those with most to see; what is special about the others is so on every day.
    names = {"secretariat", "leader", "liaison of two"}
    for visitor in [visitor for visitor in visitors() if day is None or visitor.name in names]:
        scopes = ("", "scope=all") if visitor.account.role in (Role.LEADER, Role.LIAISON) else ("",)
        for scope in scopes:
            page = html.fromstring(visitor.get(f"/?{scope}&{as_of}").content)
            numbers = links_with_numbers(page)
            assert numbers, visitor.name
            for address, number in numbers.items():
                if address not in walked:
                    walked[address] = found_at(visitor, address)
                assert walked[address] == number, f"{visitor.name}: {address}"
    assert len(walked) > 60
    # The rows themselves, over pages of three, for those that have most, least and as many as in between.
    reader = visitors()[0]
    ranked = sorted(walked, key=walked.get)
    for address in [*ranked[:2], *ranked[len(ranked) // 2 :][:4], *ranked[-3:]]:
        assert rows_of(reader, address, per_page=3) == walked[address]


@pytest.mark.long
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_numbers_of_the_meetings_lead_to_as_many_rows(register, day):
    as_of = f"as_of={day}" if day else ""
    reader = Visitor("reader", factories.account(Role.READER))
    addresses = ["/meetings/"] + [
        f"/meetings/{meeting.pk}/" for meeting in Meeting.objects.issued_by(day or timezone.localdate())
    ]
    walked = 0
    for address in addresses:
        page = html.fromstring(reader.get(f"{address}?{as_of}").content)
        for link, number in links_with_numbers(page).items():
            assert rows_of(reader, link) == number, f"{address} to {link}"
            walked += 1
        if address == "/meetings/":
            suggestions = page.xpath("//tbody/tr/td[6]//text() | //tbody/tr/td[5]//text()")
            assert any(text.strip() == "12" for text in suggestions)
    assert walked >= 4


@pytest.mark.long
@pytest.mark.same_on_both
def test_every_figure_in_a_tile_or_a_table_is_a_link(register):
    for visitor in visitors()[2:6]:
        for scope in ("", "?scope=all"):
            page = html.fromstring(visitor.get(f"/{scope}").content)
            for place in page.xpath(
                "//*[contains(@class,'tiles')] | //td[contains(@class,'num')] | //*[@class='months']"
            ):
                for text in place.xpath(".//text()[normalize-space() and not(ancestor::a[@data-count])]"):
                    assert not any(character.isdigit() for character in text), f"{text!r} leads nowhere"


@pytest.mark.long
def test_the_tiles_add_up_and_none_is_drawn_for_nothing(register):
    for visitor in visitors()[-6:-2]:
        for address in ("/", "/?as_of=2024-02-09"):
            counts = visitor.get(address).context["counts"]
            assert sum(counts.by_health.values()) == counts.total
            tiles = html.fromstring(visitor.get(address).content).xpath("//*[@class='tiles']/a/@data-count")
            *of_health, everything = map(int, tiles)
            assert sum(of_health) == everything == counts.total
            assert 0 not in of_health
    whole = visitors()[0].get("/").context
    assert whole["counts"].total == Task.objects.count()
    assert sum(count.total for count in whole["tables"].rows["meeting"]) == Task.objects.count()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_leader_lands_on_their_own_and_a_liaison_on_their_departments(register):
    own_of_leader = factories.person("肖良").supervised_tasks.count()
    technology = factories.department("技术部")
    own_of_liaison = technology.task_departments.exclude(role=DepartmentRole.SUPPORTING).count()
    for account, own in (
        (factories.account(Role.LEADER), own_of_leader),
        (factories.account(Role.LIAISON, departments=[technology]), own_of_liaison),
    ):
        visitor = Visitor("", account)
        page = visitor.get("/")
        assert page.context["counts"].total == own < Task.objects.count()
        all_tasks = html.fromstring(page.content).xpath("//a[contains(@href, 'scope=all')]/@href")
        assert visitor.get(all_tasks[0]).context["counts"].total == Task.objects.count()
    for role in (Role.SECRETARIAT, Role.READER, Role.ADMINISTRATOR):
        page = Visitor("", factories.account(role)).get("/")
        assert page.context["counts"].total == Task.objects.count()
        assert not html.fromstring(page.content).xpath("//a[contains(@href, 'scope=')]")


def test_what_is_red_stands_first_and_the_longest_waiting_on_top(register):
    context = Visitor("", factories.account(Role.READER)).get("/?as_of=2024-02-09").context
    pressing = list(context["red_tasks"])
    assert {task.health for task in pressing} == {"overdue", "review_missed"}
    waited_for = [task.day_next_due or task.day_next_review for task in pressing]
    assert waited_for == sorted(waited_for)
    departments = context["tables"].rows["department"]
    assert [count.pressing for count in departments] == sorted((c.pressing for c in departments), reverse=True)


@pytest.mark.same_on_both
def test_the_secretariat_chases_first_what_became_red_of_late_and_then_the_longest_waiting(register):
    context = Visitor("", factories.secretariat()).get("/?as_of=2025-01-01").context
    assert context["chases"]
    days = [
        (datetime.date(2025, 1, 1) - (task.day_next_due or task.day_next_review)).days for task in context["red_tasks"]
    ]
    new = [number for number in days if number <= 90]
    assert 0 < len(new) < len(days)
    assert days == [*sorted(new), *sorted(days[len(new) :], reverse=True)]


def test_a_number_keeps_its_day(register):
    page = html.fromstring(Visitor("", factories.account(Role.READER)).get("/?as_of=2024-02-09").content)
    # Those of the trend keep the days of its points (test_trend).
    addresses = page.xpath("//*[@data-count and not(ancestor::section[@aria-labelledby='trend'])]/@href")
    assert addresses
    assert all("as_of=2024-02-09" in address for address in addresses)
    today = html.fromstring(Visitor("", factories.account(Role.READER)).get("/").content)
    addresses = today.xpath(f"//*[@data-count]{NOT_OF_THE_TREND}/@href")
    assert addresses, "a kept link stays current"
    assert not any("as_of" in address for address in addresses), "a kept link stays current"


@pytest.mark.same_on_both
@pytest.mark.parametrize("address", ["/", "/meetings/", "/tasks/"])
@pytest.mark.parametrize("written", ["2999-01-01", "yesterday", "2024-02-30", "0000-00-00", "2024"])
def test_a_day_that_cannot_be_shown_is_said_and_nothing_is_shown_instead(register, address, written):
    response = Visitor("", factories.account(Role.READER)).get(f"{address}?as_of={written}")
    page = html.fromstring(response.content)
    assert page.xpath("//main//*[contains(@class, 'alert-danger')]")
    assert not page.xpath("//*[@data-count]")
    assert not page.xpath("//tbody/tr")


def test_a_register_without_tasks_says_so():
    factories.meeting()
    page = html.fromstring(Visitor("", factories.account(Role.SECRETARIAT)).get("/").content)
    assert {int(number) for number in page.xpath("//*[@data-count]/@data-count")} == {0}
    assert len(page.xpath("//*[@class='empty-state']")) >= 3


@pytest.mark.long
@pytest.mark.parametrize(
    "asked",
    ["department=技术部", "q=实验室", "leader=肖良&leader=张虹", "meeting=认可委（秘）〔2023〕81号&source=易春"],
)
@pytest.mark.same_on_both
def test_the_dashboard_of_what_was_found_says_what_the_list_says(register, asked):
    reader = visitors()[1]
    page = reader.get(f"/?{asked}")
    everything = reader.get(f"/tasks/?{asked}").context["listing"].row_count
    assert page.context["counts"].total == everything > 0
    numbers = links_with_numbers(html.fromstring(page.content))
    for address in sorted(numbers)[:12]:
        assert rows_of(reader, address) == numbers[address], address
    last = page.context["trend"][-1]
    on_that_day = reader.get(f"/tasks/?{asked}&as_of={last.day}&health=overdue").context["listing"].row_count
    assert last.overdue == on_that_day
    assert f"/?{asked.split('=')[0]}=" in reader.get(f"/tasks/?{asked}").content.decode()


@pytest.mark.same_on_both
def test_a_wrong_word_on_the_dashboard_is_said_and_counts_nothing(register):
    page = visitors()[1].get("/?department=没有这个部").context
    assert page["errors"]
    assert page["counts"].total == 0


def rows_of_meetings(content: bytes) -> list[str]:
    page = html.fromstring(content)
    return page.xpath("//table[@aria-labelledby='by-meeting']/tbody/tr/th/a/@href")


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_table_shows_ten_rows_and_the_others_when_they_are_asked_for():
    for number in range(13):
        meeting = factories.meeting(datetime.date(2023, 1, 1 + number), title=f"第{number}次会议")
        factories.task(factories.suggestion(meeting), leaders=[])
    reader = Visitor("", factories.account(Role.READER))
    front = reader.get("/?as_of=2024-01-01")
    (more,) = html.fromstring(front.content).xpath("//a[starts-with(@href, '/counts/meeting/')]")
    assert "3" in more.text_content()
    everything = rows_of_meetings(reader.get(more.get("href")).content)
    rest = rows_of_meetings(reader.get(more.get("hx-get"), **{"HX-Request": "true"}).content)
    assert rows_of_meetings(front.content) == everything[:10]
    assert rest == everything[10:]
    assert len(set(everything)) == 13
    assert all("as_of=2024-01-01" in address for address in everything), "the day is kept"


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_long_table_has_pages(monkeypatch):
    monkeypatch.setattr("meetings.tasks.views.dashboard.ROWS_PER_PAGE", 2)
    for number in range(13):
        factories.task(factories.suggestion(factories.meeting(datetime.date(2023, 1, 1 + number), title=f"{number}")))
    reader = Visitor("", factories.account(Role.READER))
    pages = [reader.get(f"/counts/meeting/?page={page}").content for page in range(1, 8)]
    assert [len(rows_of_meetings(page)) for page in pages] == [2] * 6 + [1]
    assert len({address for page in pages for address in rows_of_meetings(page)}) == 13
    part = reader.get("/counts/meeting/?page=1", **{"HX-Request": "true"})
    (more,) = html.fromstring(part.content).xpath("//a[contains(@href, '/counts/')]")
    assert more.get("hx-get").endswith("page=2")
    assert "1" in more.text_content()
