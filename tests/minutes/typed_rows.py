"""A meeting and a row of its table as somebody types them into a draft without a file, through its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from meetings.minutes.draft_page import RowCard
from meetings.models import Meeting, Suggestion

FACTS = {"title": "第三次会议", "issued_on": "2024-03-01", "held_on": "2024-02-20", "body": "认可委员会"}

ROW = {
    "number": "3",
    "aspect": "加强宣传",
    "suggestion": "建议进一步扩大影响力。",
    "sources": "执委 刘仲书\n信息技术专业委员会委员 易春",
    "departments": "技术部（牵头）、国际部（配合）",
    "leaders": "肖良",
    "deadline": "年底前",
    "task-0-text": "建立工作小组",
}


def task_field(at: int, name: str = "text") -> str:
    return f"task-{at}-{name}"


class TypedDraft:
    """The page of a draft, and what somebody does on it."""

    def __init__(self, client: Client, opened: HttpResponse) -> None:
        assert opened.status_code == 302, opened.content.decode()
        self.client = client
        self.address, _hash, self.anchor = opened["Location"].partition("#")

    @property
    def page(self):
        return self.client.get(self.address).context["page"]

    @property
    def row(self) -> RowCard:
        """The row that the address leads to, else the last one."""
        rows = {f"row-{row.pk}": row for row in self.page.rows}
        return rows.get("-".join(self.anchor.split("-")[:2]), next(reversed(rows.values())))

    def send(self, action: str, **data: str) -> HttpResponse:
        return self.client.post(self.address, {"action": action, **data})

    def send_row(self, do: str, **typed: str) -> HttpResponse:
        row = self.row
        return self.send("row", do=do, row=str(row.pk), version=str(row.version), **typed)

    def type_facts(self, **typed: str) -> HttpResponse:
        return self.send("facts", version=str(self.page.document.version), **typed)

    def type_row(self, **typed: str) -> HttpResponse:
        """Type a row as it is printed: departments, leaders and deadline once, for its first task."""
        once = {name: typed.pop(name) for name in ("departments", "leaders", "deadline") if name in typed}
        places = [int(name.split("-")[1]) for name in typed if name.startswith("task-")]
        last = max([0, *places] if once else places, default=-1)
        while len(self.row.tasks) <= last:
            self.send_row("add_task")
        return self.send_row("save", **{task_field(0, name): text for name, text in once.items()}, **typed)

    def add_row(self) -> None:
        self.anchor = self.send("add_row")["Location"].partition("#")[2]

    def choose(self, key: str, choice: str, **more: str) -> HttpResponse:
        return self.send("choose", key=key, choice=choice, **more)

    def accept(self, **more: str) -> HttpResponse:
        return self.send("accept", **{"seen": self.page.version_token, **more})


def begin_meeting(client: Client) -> TypedDraft:
    return TypedDraft(client, client.post(reverse("meeting_new")))


def correct_meeting(client: Client, meeting: Meeting) -> TypedDraft:
    return TypedDraft(client, client.post(reverse("meeting_edit", args=[meeting.pk])))


def begin_row(client: Client, meeting: Meeting, **data: str) -> TypedDraft:
    return TypedDraft(client, client.post(reverse("suggestion_new", args=[meeting.pk]), data))


def correct_row(client: Client, row: Suggestion) -> TypedDraft:
    return TypedDraft(client, client.post(reverse("suggestion_edit", args=[row.pk])))


def type_row(client: Client, meeting: Meeting, **typed: str) -> HttpResponse:
    """Type a row into a meeting of the register and accept it; return what the page says where something is wrong."""
    draft = begin_row(client, meeting)
    saved = draft.type_row(**typed)
    return draft.accept() if saved.status_code == 302 else saved
