"""A task with a long history: its page has the newest of it, and the rest when asked."""

from __future__ import annotations

import pytest

from meetings.models import Language, Role
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = factories.small_world()
    for number in range(1, 56):
        factories.progress(world.on_track, f"第{number}次进展。", on=world.day)
    return world.on_track


@pytest.fixture
def page(client):
    client.force_login(factories.account(Role.READER, language=Language.ENGLISH))
    return lambda address: compact_html(client.get(address))


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_long_log_shows_the_newest_entries_and_the_others_when_asked(task, page):
    short = page(task.get_absolute_url())
    assert short.count('id="entry-') == 50
    assert "第55次进展。" in short
    assert "第5次进展。" not in short
    left = task.log.count() - 50
    assert f"{left} more" in short
    assert f"{left} more are not printed: show them first." in short
    assert f'href="{task.get_absolute_url()}?whole=log#log"' in short
    whole = page(f"{task.get_absolute_url()}?whole=log")
    assert whole.count('id="entry-') == task.log.count()
    assert "not printed" not in whole


@pytest.mark.long
@pytest.mark.same_on_both
def test_many_files_show_the_newest_and_the_others_when_asked(task, page):
    for number in range(1, 24):
        factories.evidence(task, name=f"材料{number}.pdf")
    short = page(task.get_absolute_url())
    assert "23 files" in short
    # Beside them only a few are named, in the log.
    assert short.count('class="checksum"') == 20
    assert f'href="{task.get_absolute_url()}?whole=evidence#evidence"' in short
    assert page(f"{task.get_absolute_url()}?whole=evidence").count('class="checksum"') == 23
