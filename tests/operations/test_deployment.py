"""The health of the server, and the settings of a deployment."""

from __future__ import annotations

import errno
import os
import runpy
import secrets
import subprocess
import sys
import threading
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from meetings.models import Account
from meetings.operations.readiness import _Check
from tests import factories
from tests.helpers import database_url

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


MIGRATIONS = "meetings.operations.readiness.MigrationRecorder.applied_migrations"
READY, ALIVE = b"ok\nlive: yes\nready: yes", b"ok\nlive: yes"


@pytest.mark.parametrize(("address", "words"), [("/healthz", READY), ("/healthz/live", ALIVE)])
def test_the_health_check_tells_that_the_server_lives_and_is_ready_and_nothing_else(address, words):
    client = Client()
    # Neither a session nor the gate of what was sent has a say.
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "no such session"
    for name in ("", "?q=%00"):
        response = client.get(address + name, headers={"host": "10.0.0.7"})
        assert (response.status_code, response.content, response["Content-Type"]) == (200, words, "text/plain")
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies


def refuse(*_arguments) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def refuse_to_write(*_arguments, **_options) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


ANSWERS_AT_LAST = threading.Event()


def hang(*_arguments) -> dict:
    assert ANSWERS_AT_LAST.wait(60)
    return {}


@pytest.mark.parametrize(
    ("where", "how", "why"),
    [
        (MIGRATIONS, refuse, "the database does not answer"),
        (MIGRATIONS, lambda _self: {}, "migrations are missing"),
        ("meetings.storage.files.tempfile.TemporaryFile", refuse_to_write, "files cannot be stored"),
        (MIGRATIONS, hang, "no answer in time"),
        ("meetings.operations.readiness.takes_files", hang, "no answer in time"),
    ],
)
def test_what_is_not_ready_says_why_and_the_server_lives_all_the_same(monkeypatch, where, how, why):
    ANSWERS_AT_LAST.clear()
    if how is hang:
        monkeypatch.setattr("meetings.operations.readiness.MAX_SECONDS", 0.05)
    monkeypatch.setattr(where, how)
    answers = [Client().get(address) for address in ("/healthz", "/healthz", "/healthz/live")]
    assert _Check.running.is_alive() is (how is hang)
    ANSWERS_AT_LAST.set()
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert {answer.content.decode() for answer in answers[:2]} == {f"not ready\nlive: yes\nready: no ({why})"}
    assert answers[2].content == ALIVE
    _Check.running.join()


DEPLOYED = {
    "DEBUG": "0",
    "BASE_URL": "https://register.example.org",
    "ALLOWED_HOSTS": "register.example.org",
    "HSTS_SECONDS": "3600",
}


def in_a_process(tmp_path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    database = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    # A key as the README says to make one.
    made = {"SECRET_KEY": secrets.token_urlsafe(64), "DATABASE_URL": database, **environment}
    return subprocess.run(
        [sys.executable, *command],
        cwd=django_settings.BASE_DIR,
        env={**kept, **made},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "host", "secure"),
    [
        (DEPLOYED, "register.example.org", True),
        # The three settings that the README names, over https and in an office without it.
        ({"BASE_URL": "https://register.example.org"}, "register.example.org", True),
        ({"BASE_URL": "http://10.0.0.5:8000"}, "10.0.0.5:8000", False),
        ({"BASE_URL": "http://[fd00::5]:8000", "ALLOWED_HOSTS": "register"}, "[fd00::5]:8000", False),
        ({"DEBUG": "1"}, "localhost:8000", False),
        ({}, "localhost:8000", False),
    ],
)
def test_base_url_decides_whether_cookies_are_secure_and_which_host_is_answered(monkeypatch, environment, host, secure):
    for name in ("DEBUG", "BASE_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SECRET_KEY": secrets.token_urlsafe(64), **environment}.items():
        monkeypatch.setenv(name, value)
    found = runpy.run_path(str(django_settings.BASE_DIR / "cnas_tasks" / "settings.py"))
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"]
    deployed = {name: found[name] for name in (*names, "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")}
    assert found["SESSION_COOKIE_HTTPONLY"]
    account = factories.account(password="a password of this test alone")
    with override_settings(**deployed):
        sent = {"username": account.username, "password": "a password of this test alone"}
        answer = Client().post("/accounts/login/", sent, headers={"host": host}, secure=secure)
        assert answer.status_code == 302
        assert bool(answer.cookies["sessionid"]["secure"]) is secure
        assert [found[name] for name in names] == [secure] * 3
        assert Client().get("/accounts/login/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        (DEPLOYED, "max-age=3600"),
        ({**DEPLOYED, "HSTS_SECONDS": "0"}, None),
        ({**DEPLOYED, "BASE_URL": "http://register.example.org"}, None),
    ],
)
def test_browsers_are_bound_to_https_once_it_is_switched_on(monkeypatch, environment, header):
    for name, value in {"SECRET_KEY": secrets.token_urlsafe(64), **environment}.items():
        monkeypatch.setenv(name, value)
    found = runpy.run_path(str(django_settings.BASE_DIR / "cnas_tasks" / "settings.py"))
    with override_settings(**{name: found[name] for name in found if name.startswith("SECURE_HSTS")}):
        assert Client().get("/accounts/login/", secure=True).headers.get("Strict-Transport-Security") == header


def test_a_full_disk_leaves_no_empty_key(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "of this test")
    load = runpy.run_path(str(django_settings.BASE_DIR / "cnas_tasks" / "settings.py"))["_load_secret_key"]
    monkeypatch.setitem(load.__globals__, "DATA_DIR", tmp_path)
    with mock.patch("pathlib.Path.write_text", refuse_to_write), pytest.raises(OSError, match="No space"):
        load()
    assert list(tmp_path.iterdir()) == []
    key = load()
    assert len(key) > 50
    assert load() == key
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("secret_key", 0o600)]


def test_passwords_are_hashed_with_argon2():
    found = runpy.run_path(str(django_settings.BASE_DIR / "cnas_tasks" / "settings.py"))
    with override_settings(PASSWORD_HASHERS=found["PASSWORD_HASHERS"]):
        assert make_password("x").startswith("argon2$argon2id$")


# What all processes have is loaded before there are several, and looked through for garbage no more. Then it asks for
# pages, posts a note on the last of them, and prints which of the modules below are loaded; then exports.
SERVE = """
import gc, sys
from cnas_tasks import server, wsgi
server.on_starting(None)
assert "meetings.tasks.views.detail" in sys.modules and gc.get_freeze_count() > 50_000
from django.test import Client
from meetings.models import Account, Task
client, task = Client(headers={"host": "localhost"}), Task.objects.get(pk=sys.argv[1])
client.force_login(Account.objects.get())
for address in ("/", "/tasks/", "/meetings/", "/inbox/", "/search/?q=lzs", "/accounts/settings/", f"/tasks/{task.pk}/"):
    assert client.get(address).status_code == 200, address
sent = {"version": task.version, "effective_on": sys.argv[2], "note": "done by this test"}
assert client.post(address, sent).status_code == 302
def loaded(): return sorted(set(sys.argv[3:]) & set(sys.modules))
print(*loaded())
assert client.get("/tasks/?export=xlsx").status_code == 200 and "openpyxl" in loaded()
"""
SELDOM_NEEDED = (
    "pypinyin",
    "pdfplumber",
    "docx",
    "openpyxl",
    "lxml",
    "apprise",
    "requests",
    "icalendar",
    "xlrd",
    "cv2",
    "ninja",
    "pydantic",
    "authlib",
    "cryptography",
    "fido2",
    "ldap3",
    "pyotp",
    "segno",
)


@pytest.mark.long
def test_a_server_whose_pages_do_not_load_ends_before_it_listens(tmp_path):
    (tmp_path / "broken.py").write_text("from cnas_tasks.settings import *\nROOT_URLCONF = 'nowhere'\n")
    command = ("-m", "gunicorn", "--config=python:cnas_tasks.server", "--bind=127.0.0.1:0")
    environment = {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "broken", **DEPLOYED}
    done = in_a_process(tmp_path, *command, **environment)
    assert done.returncode != 0
    assert "No module named 'nowhere'" in done.stderr
    assert "Listening" not in done.stderr


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_worker_loads_what_reads_and_writes_documents_with_the_first_page_that_does(tmp_path):
    task = factories.task()
    Account.objects.exclude(pk=factories.secretariat().pk).delete()
    arguments = (str(task.pk), timezone.localdate().isoformat(), *SELDOM_NEEDED)
    environment = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "cnas_tasks.settings"}
    done = in_a_process(tmp_path, "-c", SERVE, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
