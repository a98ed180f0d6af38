"""The pages of a batch as a browser sends them."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone

from meetings.models import Task


def browser(account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    client.cookies["django_language"] = "en"
    return client


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def form_values(page: str, **said) -> dict:
    """Return what the form of a batch sends: the selection as the page has it, and what is ``said``."""
    return {"selected": hidden(page, "selected"), "effective_on": timezone.localdate().isoformat(), **said}


def select(client: Client, *tasks: Task, **more) -> str:
    response = client.post("/tasks/batch/", {"task": [task.pk for task in tasks], "next": "/tasks/", **more})
    assert response.status_code == 200
    return response.content.decode()
