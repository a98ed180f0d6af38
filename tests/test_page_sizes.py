"""No page grows with the register: each is asked for at 18 tasks and at 10,000, and may weigh twice as much."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db.models import Count, Model
from django.test import Client
from django.utils import timezone

from meetings.devtools import synthetic
from meetings.minutes import draft_services
from meetings.minutes.parser.entrypoint import parse_content
from meetings.models import PAGE_SIZES, Department, Meeting, MinutesDocument, Person, Role, SavedView, Task
from tests.jobs.samples import note

from . import factories
from .access_matrix import ADMINISTRATOR, LEADER, RESPONSIBLE, ROWS, SECRETARIAT

pytestmark = pytest.mark.django_db

LEFT_OUT = {
    "api": "no page: answers to programs, by pages of rows",
    "choices": "no page: the first fifty of what a field searches for",
    "evidence": "no page: a file that is handed out",
    "fill_in_file": "no page: a file that is handed out",
    "fill_in_workbook": "no page: a workbook that is handed out",
    "healthz": "no page: three words",
    "metrics": "no page: figures for machines",
    "healthz_live": "no page: a word",
    "letterhead_file": "no page: a file that is handed out",
    "meeting_arrange": "a table whose rows are moved, numbered and dragged as one; it grows with its own meeting alone",
    "minutes_file": "no page: a file that is handed out",
    "report_bulletin": "no page: a document that is handed out",
    "report_of_meeting": "no page: a document that is handed out",
    "report_register": "no page: a document that is handed out",
    "report_reply": "no page: a document that is handed out",
    "report_slips": "no page: a document that is handed out",
    "supervision_slips": "papers of a department that somebody chose, or of five at a time: each is printed whole",
}
# Beyond twice: what a full page weighs, and somewhat more, of what a register of one meeting has a row or two of.
HEAVIEST = {
    "accounts": 34_000,
    "back_dated_list": 50_000,
    "batch": 66_000,
    "batch_list": 38_000,
    "counts": 53_000,
    "dashboard": 85_000,
    "department_action": 30_000,
    "due_calendar": 150_000,
    "inbox": 31_000,
    "jobs": 26_000,
    "meeting_compare": 64_000,
    "meeting_list": 78_000,
    "organisation": 57_000,
    "remind_many": 45_000,
    "saved_views": 71_000,
}


def busiest(model: type[Model], rows: str) -> int:
    """Return the one that most rows belong to."""
    return model._default_manager.annotate(rows=Count(rows)).order_by("-rows", "pk").values_list("pk", flat=True)[0]


class World:
    """A register with an account of each role that sees other pages, and a row of each kind that has a page."""

    def __init__(self) -> None:
        factories.real_meeting()
        factories.meeting(title="后一次会议")
        department = Department.objects.get(pk=busiest(Department, "task_departments"))
        leader = Person.objects.get(pk=busiest(Person, "supervised_tasks"))
        self.accounts = {
            SECRETARIAT: factories.account(Role.SECRETARIAT),
            ADMINISTRATOR: factories.account(Role.ADMINISTRATOR),
            LEADER: factories.account(Role.LEADER, person=leader),
            RESPONSIBLE: factories.account(Role.LIAISON, departments=[department]),
        }
        for account in self.accounts.values():
            # A page of 25 rows holds the 18 tasks and few more: what is weighed is what grows.
            account.page_size = PAGE_SIZES[0]
            account.save()
        self.draft = self.hand_in(500)
        self.batch = factories.batch(Task.objects.order_by("pk")[0])
        self.export = factories.export(self.accounts[SECRETARIAT])
        self.fill_in = factories.fill_in_upload(self.accounts[RESPONSIBLE])
        self.fill_in_done = factories.fill_in_upload(self.accounts[RESPONSIBLE], batch=self.batch)
        self.add_rows(1)

    def hand_in(self, rows: int) -> MinutesDocument:
        """Make a draft of so many rows: in the table a page of them, or more."""
        tasks = [f"{at}\t修缮第{at}号小区供水管网并验收\t技术部\t王强\t待定" for at in range(1, rows + 1)]
        content = "\n".join(["重点任务分解表", "序号\t工作任务\t责任单位\t分管领导\t完成时限", *tasks]).encode()
        parsed = parse_content(content)
        return draft_services.create_draft(parsed=parsed, content=content, name="", account=self.accounts[SECRETARIAT])

    def add_rows(self, number: int) -> None:
        """Add so many rows of each kind that comes by hand."""
        secretary, liaison = self.accounts[SECRETARIAT], self.accounts[RESPONSIBLE]
        first = SavedView.objects.count()
        for at in range(first, first + number):
            SavedView.objects.create(owner=secretary, name=f"视图{at}", query="status=closed")
            factories.account(Role.LIAISON)
            factories.fill_in_upload(liaison)
            factories.minutes_document(secretary)
            factories.batch(Task.objects.order_by("pk")[0])
            note.enqueue("x")

    def grow(self, tasks: int) -> None:
        """Add ``tasks``, and to what has a page of its own as many rows as it may have in years."""
        synthetic.generate(tasks, seed=7)
        for role, owned in ((LEADER, "supervised_tasks"), (RESPONSIBLE, "task_departments")):
            account = self.accounts[role]
            if role == LEADER:
                account.person_id = busiest(Person, owned)
                account.save()
            else:
                account.departments.set([busiest(Department, owned)])
        self.add_rows(60)
        self.draft = self.hand_in(1_100)
        self.batch = factories.batch(*Task.objects.filter(status="not_started").order_by("pk")[:200])

    def addresses(self, role: str) -> Iterator[tuple[str, str]]:
        """Yield name and address of every page that ``role`` opens, of the rows with most to show."""
        meeting = busiest(Meeting, "suggestions__tasks")
        task = Task.objects.filter(suggestion__meeting=meeting).order_by("-version", "pk")[0]
        others = Meeting.objects.exclude(pk=meeting).annotate(rows=Count("suggestions"))
        places = {
            "task": task.pk,
            "meeting": meeting,
            "suggestion": task.suggestion_id,
            "department": busiest(Department, "task_departments"),
            "person": busiest(Person, "supervised_tasks"),
            "suggester": busiest(Person, "suggestion_sources"),
            "day": timezone.localdate().isoformat(),
            "draft": self.draft.pk,
            "batch": self.batch.pk,
            "export": self.export.id,
            "fill_in": self.fill_in.pk,
            "fill_in_done": self.fill_in_done.pk,
            "account": self.accounts[RESPONSIBLE].pk,
            "giving": self.accounts[RESPONSIBLE].pk,
            "other_account": self.accounts[LEADER].pk,
        }
        yield "person_detail", f"/people/{places['suggester']}/"
        yield "dashboard", "/?scope=all"
        yield "task_list", "/tasks/?health=overdue&sort=department"
        yield "meeting_compare", f"/meetings/compare/?a={meeting}&b={others.order_by('-rows')[0].pk}"
        if role == SECRETARIAT:
            yield "draft as rows", f"/import/{self.draft.pk}/?view=rows"
            yield "draft as a table", f"/import/{self.draft.pk}/?view=table"
        for row in ROWS:
            has_places = set(re.findall(r"{(\w+)}", row.address)) <= places.keys()
            if row.get[role] == 200 and has_places and "export=" not in row.address:
                yield row.name, row.address.format(**places)


def weigh(world: World) -> dict[tuple[str, str], int]:
    """Return the bytes of each page for each account, the heaviest of a name."""
    weights: dict[tuple[str, str], int] = {}
    for role, account in world.accounts.items():
        client = Client()
        client.force_login(account)
        for name, address in dict.fromkeys(world.addresses(role)):
            if name in LEFT_OUT:
                continue
            response = client.get(address)
            if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
                weights[role, name] = max(weights.get((role, name), 0), len(response.content))
    return weights


@pytest.mark.slow
@pytest.mark.same_on_both
def test_no_page_grows_with_the_register(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = World()
    small = weigh(world)
    world.grow(10_000)
    large = weigh(world)
    opened = {name for _role, name in large}
    answered = {row.name for row in ROWS if any(row.get[role] == 200 for role in world.accounts)}
    assert answered <= opened | LEFT_OUT.keys()
    grown = {
        page: (small[page], weight)
        for page, weight in large.items()
        if weight > max(2 * small[page], HEAVIEST.get(page[1], 0))
    }
    assert not grown, sorted(grown.items())
