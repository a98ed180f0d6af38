"""What docs/api.md says: its client runs against a live server, and each address is told."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from django.conf import settings

from meetings.api.service import describe_api

from .conftest import token_of

DOCUMENT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.same_on_both
def test_the_client_of_the_document_lists_what_is_overdue_and_reports_progress(live_server, world):
    (client,) = re.findall(r"```python\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    assert len(client.splitlines()) <= 40
    task = world.overdue
    done = subprocess.run(
        [sys.executable, "-c", client, live_server.url, token_of(world.secretariat)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"{task.pk} {task.due_date} {task.text}" in done.stdout
    assert done.stdout.splitlines()[-1] == f"version {task.version + 1}"
    assert task.log.latest("sequence").note == "由门户填报。"


def test_the_document_names_every_address():
    for path in describe_api()["paths"]:
        assert f"`{path.rpartition('/')[2]}`" in DOCUMENT or f"GET {path.removeprefix('/api/v1')}" in DOCUMENT, path
