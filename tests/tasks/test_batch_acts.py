"""What a batch asks for: the fields of the act that was chosen, and no others."""

from __future__ import annotations

import pytest
from django.utils import timezone

from meetings.models import Task

from .batch_pages import browser, form_values, hidden, select

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize(
    ("act", "names"),
    [
        ("progress", {"status", "note", "effective_on"}),
        ("review", {"next_review", "note", "effective_on"}),
        ("department", {"place_department", "department_role", "instead_of_department", "note"}),
        ("leader", {"place_leader", "instead_of_leader", "note"}),
    ],
)
def test_the_form_asks_for_what_the_chosen_act_needs(world, act, names):
    client = browser(world.secretariat)
    selected = hidden(select(client, world.overdue, world.due_soon), "selected")
    form = client.post("/tasks/batch/", {"step": "choose", "selected": selected, "act": act}).context["form"]
    assert {field.name for field in form.visible_fields()} == names
    assert list(form.versions) == [world.overdue.pk, world.due_soon.pk]
    told = {"note": "统一调整。", "effective_on": timezone.localdate().isoformat()}
    sent = {"step": "preview", "selected": selected, "act": act, **(told if act != "progress" else {})}
    assert client.post("/tasks/batch/", sent).status_code == 422, "what it is about is missing"


def test_the_button_that_closes_has_chosen_the_status(world):
    client = browser(world.secretariat)
    page = select(client, world.overdue, world.due_soon, status="closed")
    said = form_values(page, status="closed", act="progress", note="均已完成。", next="/tasks/")
    assert '<option value="closed" selected>' in page
    assert "2 tasks will change" in client.post("/tasks/batch/", {**said, "step": "preview"}).content.decode()
    client.post("/tasks/batch/", {**said, "step": "run"})
    assert set(Task.objects.filter(status="closed")) == {world.overdue, world.due_soon, world.closed}
