"""A secretary signed in, and the meeting of 8 November 2023."""

from __future__ import annotations

import datetime
import subprocess

import pytest
from django.test import Client

from meetings.models import Language, Meeting, Role
from tests import factories


@pytest.fixture
def meeting(staff) -> Meeting:
    return factories.meeting(datetime.date(2023, 11, 8), held_on=datetime.date(2023, 9, 27))


@pytest.fixture
def colleague(db) -> Client:
    """Another secretary, signed in elsewhere."""
    client = Client()
    account = factories.account(Role.SECRETARIAT)
    account.language = Language.ENGLISH
    account.save()
    client.force_login(account)
    return client


@pytest.fixture(scope="session")
def saved_as(soffice, tmp_path_factory):
    """What LibreOffice makes of a document in other formats, by their endings."""
    profile = tmp_path_factory.mktemp("office")

    def save(content: bytes, ending: str, target: str) -> bytes:
        folder = tmp_path_factory.mktemp("saved")
        source = folder / f"document.{ending}"
        source.write_bytes(content)
        command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", target]
        command += ["--outdir", str(folder / "out"), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return next((folder / "out").iterdir()).read_bytes()

    return save
