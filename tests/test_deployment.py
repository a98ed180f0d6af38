"""The health of the server, and the settings of a deployment."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def test_the_health_check_tells_that_the_database_answers_and_nothing_else():
    response = Client().get("/healthz")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok", "text/plain")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


DEPLOYED = {"DEBUG": "0", "BASE_URL": "https://register.example.org", "ALLOWED_HOSTS": "register.example.org"}


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


@pytest.mark.long
def test_the_settings_of_a_deployment_pass_its_check(tmp_path):
    done = in_a_process(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **DEPLOYED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "secure"),
    [(DEPLOYED, True), ({"DEBUG": "1"}, False), ({"DEBUG": "0"}, True)],
    ids=["deployed", "debug", "plain"],
)
def test_cookies_are_secure_outside_debug(tmp_path, environment, secure):
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"]
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    done = in_a_process(tmp_path, "-c", program, DJANGO_SETTINGS_MODULE="cnas_tasks.settings", **environment)
    found = json.loads(done.stdout)
    assert [found[name] for name in names] == [secure, secure, secure, True]


@pytest.mark.long
def test_passwords_are_hashed_with_argon2(tmp_path):
    program = (
        "import django; django.setup(); "
        "from django.contrib.auth.hashers import make_password; print(make_password('x'))"
    )
    done = in_a_process(tmp_path, "-c", program, DJANGO_SETTINGS_MODULE="cnas_tasks.settings", **DEPLOYED)
    assert done.stdout.startswith("argon2$argon2id$"), done.stderr
