"""Asking the list of tasks."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from lxml import html

from .asked_list import Answer


@pytest.fixture
def ask(client):
    """Ask the list: ``ask(status=["closed", "terminated"], q="培训")``; ``sent`` for parameters in a raw query."""

    def ask(sent: str = "", **parameters) -> Answer:
        response = client.get("/tasks/?" + (sent or urlencode(parameters, doseq=True)))
        page = html.fromstring(response.content)
        order = [int(row.removeprefix("task-")) for row in page.xpath("//table/tbody/tr/@id")]
        listing = response.context["listing"]
        said = [text.strip() for text in page.xpath("//main//*[contains(@class, 'alert-danger')]/p/text()")]
        assert said == listing.errors, "what is wrong stands on the page"
        return Answer(response.status_code, set(order), order, said, page.xpath("string(//main)"))

    return ask
