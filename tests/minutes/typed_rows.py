"""A meeting and a row of its table as somebody types them."""

from __future__ import annotations

from django.urls import reverse

from meetings.models import Meeting


def type_row(client, meeting: Meeting, **typed):
    return client.post(reverse("suggestion_new", args=[meeting.pk]), {"tasks": "3", "do": "save", **typed})


def task_field(at: int, name: str = "text") -> str:
    return f"task-{at}-{name}"


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
