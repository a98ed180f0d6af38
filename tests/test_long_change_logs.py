"""What was changed often: the pages of a meeting, a person, an account have the newest, and the rest when asked."""

from __future__ import annotations

import pytest
from lxml import html

from meetings.models.change_log import ChangeKind
from meetings.tasks.services.log import log_change
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize("of", ["meeting", "department", "person", "account"])
def test_many_changes_show_the_newest_and_the_others_when_asked(world, client, of):
    subject = {
        "meeting": world.overdue.suggestion.meeting,
        "department": world.technology,
        "person": world.supervisor,
        "account": world.liaison,
    }[of]
    client.force_login(factories.account("administrator"))
    for number in range(25):
        log_change(subject, kind=ChangeKind.CORRECTED, actor=None, note=f"第{number}次更正")
    address = f"/accounts/{subject.pk}/" if of == "account" else subject.get_absolute_url()

    def notes(query: str = "") -> list[str]:
        page = html.fromstring(client.get(f"{address}{query}").content)
        return [note for note in page.xpath("//*[@data-part='changes']//li//text()") if "次更正" in note]

    assert notes() == [f"第{number}次更正" for number in range(24, 4, -1)]
    assert len(notes("?whole=changes")) == 25
    assert "?whole=changes#changes" in client.get(address).content.decode()
