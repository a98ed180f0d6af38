"""Settings without a meaning: each is told in a sentence, and all at once."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cnas_tasks.environment import Environment

READINGS = {
    "number": lambda env: env.number("SETTING", default=3, lowest=0),
    "flag": lambda env: env.flag("SETTING", default=False),
    "address": lambda env: env.web_address("SETTING", default="http://localhost:8000"),
    "database": lambda env: env.database("SETTING", default="sqlite:////tmp/x.sqlite3")["NAME"],
    "owner": lambda env: env.database("SETTING").get("NAME"),
    "mail": lambda env: env.mail_server("SETTING", default="consolemail://")["EMAIL_HOST"],
}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "0", 0),
        ("number", " 12 ", 12),
        ("number", None, 3),
        ("flag", "1", True),
        ("flag", "True", True),
        ("flag", "off", False),
        ("address", "https://register.example.org/", "https://register.example.org"),
        ("address", "http://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("database", "postgres://register:x@host/register", "register"),
        ("database", None, "/tmp/x.sqlite3"),
        ("owner", "", None),
        ("owner", "postgres://owner:x@host/register", "register"),
        ("mail", "smtp+tls://user:x@mail.example.org:587", "mail.example.org"),
        ("mail", None, None),
    ],
)
def test_a_setting_is_read(monkeypatch, kind, text, value):
    monkeypatch.delenv("SETTING", raising=False)
    if text is not None:
        monkeypatch.setenv("SETTING", text)
    env = Environment()
    assert READINGS[kind](env) == value
    env.refuse_faults()


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("number", "abc", "The setting SETTING is “abc”. It should be a whole number of 0 or more."),
        ("number", "-1", "The setting SETTING is “-1”. It should be a whole number of 0 or more."),
        ("number", "", "The setting SETTING is empty. It should be a whole number of 0 or more."),
        ("flag", "maybe", "The setting SETTING is “maybe”. It should be 1 for yes or 0 for no."),
        ("address", "register.example.org", "is “register.example.org”. It should be an address such as"),
        ("address", "ftp://register.example.org", "It should be an address such as"),
        ("address", "http://host:99999", "It should be an address such as"),
        ("address", "https://", "It should be an address such as"),
        ("database", "", "The setting SETTING is empty. It should be postgres://"),
        ("database", "mysql://user@host/name", "The setting SETTING is not understood. It should be postgres://"),
        ("database", "postgres://user:x@host/", "It should be postgres://"),
        ("owner", "register", "The setting SETTING is “register”. It should be postgres://"),
        ("mail", "mail.example.org", "It should be smtp+tls://"),
        ("mail", "smtp://host:port", "It should be smtp+tls://"),
    ],
)
# A library that warns of an address prints it with its password.
@pytest.mark.filterwarnings("error")
def test_a_setting_without_a_meaning_is_told(monkeypatch, kind, text, sentence):
    monkeypatch.setenv("SETTING", text)
    env = Environment()
    READINGS[kind](env)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.refuse_faults()
    assert sentence in str(refused.value)


def test_a_password_is_not_told(monkeypatch):
    monkeypatch.setenv("SETTING", "postgres://register:secret@host:port/register")
    env = Environment()
    READINGS["database"](env)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.refuse_faults()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "command",
    [("manage.py", "check"), ("-c", "import cnas_tasks.wsgi")],
    ids=["command", "server"],
)
def test_all_of_them_are_told_where_the_register_starts(command):
    environment = {**os.environ, "DATABASE_URL": "", "DUE_SOON_DAYS": "soon", "METRICS_TOKEN": "guess"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    first, second, third = done.stderr.strip().splitlines()[-3:]
    assert "The setting DUE_SOON_DAYS is “soon”." in first
    assert "The setting DATABASE_URL is empty." in second
    assert "METRICS_TOKEN can be guessed" in third
    assert "guess." not in done.stderr
    assert ("Traceback" in done.stderr) == (command[0] == "-c")
