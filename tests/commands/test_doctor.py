"""`doctor` names what is wrong with an installation, and what to do."""

from __future__ import annotations

import datetime
import io
import os
import socket
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone, translation

from meetings import migrations
from meetings.jobs import heartbeat, last_runs
from meetings.operations import diagnosis
from tests import factories

LAST_MIGRATION = max(path.stem for path in Path(migrations.__file__).parent.glob("0*.py"))

pytestmark = pytest.mark.django_db

SMTP = "django.core.mail.backends.smtp.EmailBackend"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def worker(settings, tmp_path):
    """A worker that has just said that it lives."""
    settings.WORKERS_DIR = tmp_path / "workers"
    settings.WORKERS_DIR.mkdir()
    (settings.WORKERS_DIR / "one").touch()


def ask() -> tuple[list[str], str]:
    """Return its lines, and the error it ends with."""
    out = io.StringIO()
    with translation.override("en"):
        try:
            call_command("doctor", stdout=out)
        except CommandError as error:
            return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def line(part: str) -> str:
    """Return the one line about a part."""
    (found,) = [each for each in ask()[0] if each[2:].startswith(f"{part}: ")]
    return found


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_works_is_said_and_nothing_fails(world):
    lines, error = ask()
    assert error == ""
    parts = [each[2:].partition(":")[0] for each in lines]
    assert list(dict.fromkeys(parts)) == [
        *(
            "Settings",
            "Database",
            "Tables",
            "Static files",
            "Mail",
            "Worker",
            "Night",
            "Disk",
            "Clock",
            "Documents",
            "Scans",
        )
    ]
    for part in ("Database", "Tables", "Worker", "Disk", "Clock"):
        assert line(part).startswith("✓ "), line(part)


def test_a_database_without_this_versions_tables_is_to_be_migrated(world):
    MigrationRecorder(connection).record_unapplied("meetings", LAST_MIGRATION)
    assert line("Tables") == (
        f"✗ Tables: The database lacks 1 migration of this version, meetings.{LAST_MIGRATION}. Run “migrate”."
    )
    assert ask()[1] == "1 thing is wrong."


def test_a_database_that_is_not_there_is_all_that_is_told_of_it(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise diagnosis.DatabaseError("connection refused\nat port 5432")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(diagnosis, "check_schema", refuse)
    lines, error = ask()
    assert "✗ Database: It does not answer: connection refused. See DATABASE_URL." in lines
    assert not any(each[2:].startswith(("Tables", "Clock")) for each in lines)
    assert error == "1 thing is wrong."


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_worker_that_is_gone_is_missed(settings):
    (settings.WORKERS_DIR / "one").unlink()
    assert not heartbeat.is_any_alive()
    assert line("Worker") == (
        "✗ Worker: No worker lives, so mails and large workbooks wait. Start it: systemctl start register-worker, or"
        " docker compose up --detach worker."
    )


@pytest.mark.long
@pytest.mark.same_on_both
def test_what_ran_at_night_is_told_and_what_did_not(settings, tmp_path):
    settings.RUNS_DIR = tmp_path / "runs"

    def told() -> list[str]:
        return [each for each in ask()[0] if each[2:].startswith("Night: ")]

    assert told() == ["· Night: “backup” has not run yet.", "· Night: “verify_register” has not run yet."]
    last_runs.note_run("backup")
    last_runs.note_run("verify_register")
    two_days_ago = timezone.now().timestamp() - 48 * 3600
    os.utime(settings.RUNS_DIR / "verify_register", (two_days_ago, two_days_ago))
    backup, verification = told()
    assert backup.startswith("✓ Night: “backup” came to a good end on ")
    assert verification.startswith("✗ Night: “verify_register” has not come to a good end since ")


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_console_of_gbk_gets_marks_that_it_has(settings):
    settings.DATA_DIR = settings.BASE_DIR / "nowhere"
    out = io.TextIOWrapper(io.BytesIO(), encoding="gbk", errors="replace")
    with pytest.raises(CommandError):
        call_command("doctor", stdout=out)
    out.flush()
    lines = out.buffer.getvalue().decode("gbk").splitlines()
    assert {each[0] for each in lines} == {"√", "×", "·"}


# About mail, disks, the clock, settings and programs: the part about the database is asked above, on both.
@pytest.mark.long
@pytest.mark.same_on_both
def test_a_mail_server_is_asked(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert line("Mail").startswith("· Mail: No mail server is set")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        assert line("Mail").startswith(f"✗ Mail: The mail server 127.0.0.1:{port} does not take mails: ")
    with (
        override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="mail.example.org", EMAIL_PORT=25),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(diagnosis.EmailBackend, "open", lambda self: "密码".encode("ascii"))
        assert line("Mail").startswith("✗ Mail: The mail server mail.example.org:25 does not take mails: 'ascii'")
        patch.setattr(diagnosis.EmailBackend, "open", lambda self: True)
        assert line("Mail") == "✓ Mail: The mail server mail.example.org:25 takes mails."


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("free", "begins"), [(1024, "✓ Disk: 1024 MB are free"), (1023, "✗ Disk: Only 1023 MB are free")]
)
def test_a_full_disk_is_told(monkeypatch, free, begins):
    monkeypatch.setattr(diagnosis.shutil, "disk_usage", lambda _path: Usage(0, 0, free * 2**20))
    assert line("Disk").startswith(begins)


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_folder_of_files_that_nobody_has_made_yet_is_not_made(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    assert line("Disk").startswith("✓ Disk: ")
    assert not settings.MEDIA_ROOT.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_without_its_folder_of_data_that_is_said_and_the_other_parts_are_told_all_the_same(settings, tmp_path, world):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.WORKERS_DIR = settings.DATA_DIR / "workers"
    lines, _error = ask()
    folder = settings.DATA_DIR
    assert f"✗ Disk: There is no folder {folder}. Make it, for the account that the services run as." in lines
    assert {each[2:].partition(":")[0] for each in lines} >= {"Clock", "Documents", "Scans"}
    assert not folder.exists()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_folder_that_takes_no_files_is_told(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    assert line("Disk").startswith("✗ Disk: No uploaded file can be stored in ")


@pytest.mark.long
def test_a_clock_that_went_back_and_one_that_differs_are_told(world, monkeypatch):
    ahead = datetime.timedelta(seconds=diagnosis.MAX_SECONDS_APART + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis, "_database_time", lambda: timezone.now() + ahead)
        assert "the database's says another time" in line("Clock")
    now = timezone.now
    monkeypatch.setattr(
        diagnosis,
        "timezone",
        SimpleNamespace(now=lambda: now() - datetime.timedelta(days=40), localtime=timezone.localtime),
    )
    factories.progress(world.on_track, on=world.day)
    assert "the log has entries of later" in line("Clock")


@pytest.mark.long
@pytest.mark.same_on_both
def test_settings_that_a_check_refuses_are_wrong(monkeypatch):
    refused = [Error("It is broken.", hint="Mend it.", id="meetings.E000")]
    monkeypatch.setattr(diagnosis, "run_checks", lambda **_options: refused)
    assert "✗ Settings: It is broken. Mend it. (meetings.E000)" in ask()[0]


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("https", "debug", "said"),
    [(True, False, None), (False, False, "BASE_URL is not https://"), (False, True, "DEBUG is on")],
)
def test_what_a_deployment_should_not_be_is_noted(settings, https, debug, said):
    settings.DEBUG, settings.SERVED_OVER_HTTPS = debug, https
    lines, error = ask()
    assert error == ""
    notes = [each for each in lines if each.startswith("· Settings: ")]
    assert any(said in note for note in notes) if said else not notes


@pytest.mark.same_on_both
def test_that_browsers_are_not_bound_to_https_is_noted(settings):
    settings.DEBUG, settings.SERVED_OVER_HTTPS, settings.SECURE_SSL_REDIRECT = False, True, True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 0
    notes = [each for each in ask()[0] if each.startswith("· Settings: ")]
    assert notes == [
        "· Settings: HSTS_SECONDS is 0: a browser may still go by http. Set it once https works for everybody."
    ]


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_name_that_is_nearly_a_settings_and_a_key_that_can_be_guessed_are_noted(monkeypatch, settings):
    settings.SECRET_KEY = "guess"
    for name in ("DUE_SOON_DAY", "EMAIL_URI", "DATABASE_PASSWORD", "OWNER_PASSWORD", "AWS_REGION", "BIND", "OCR"):
        monkeypatch.setenv(name, "x")
    notes = [each for each in ask()[0] if each[2:].startswith("Settings: ")]
    assert "· Settings: DUE_SOON_DAY is no setting of the register. Is DUE_SOON_DAYS meant?" in notes
    assert "· Settings: EMAIL_URI is no setting of the register. Is EMAIL_URL meant?" in notes
    assert len([note for note in notes if "is no setting" in note]) == 2
    assert "· Settings: SECRET_KEY can be guessed. Write a long one, made by chance." in notes


@pytest.mark.long
@pytest.mark.same_on_both
def test_programs_that_are_not_there_are_noted_with_what_installs_them(monkeypatch):
    for name in ("find_converter", "is_recognition_installed", "_has_chinese_font"):
        monkeypatch.setattr(diagnosis, name, lambda: None)
    assert line("Documents").startswith("· Documents: Without LibreOffice")
    assert (
        line("Scans")
        == "· Scans: What reads scans and photographs is not installed (docs/operations.md, Reading scans)."
    )
    monkeypatch.setattr(diagnosis, "is_recognition_installed", lambda: True)
    assert line("Scans").startswith("· Scans: No Chinese font is installed")
    monkeypatch.setattr(diagnosis, "_has_chinese_font", lambda: True)
    monkeypatch.setattr(diagnosis, "find_converter", lambda: "/usr/bin/soffice")
    assert line("Scans").startswith("✓ ")
    assert line("Documents") == "✓ Documents: LibreOffice (/usr/bin/soffice) reads .doc and .wps."
    assert ask()[1] == ""
