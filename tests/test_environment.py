"""Settings without a meaning: each is told in a sentence, and all at once."""

import os
import runpy
import subprocess
import sys
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cnas_tasks.environment import Environment

READINGS = {
    "number": lambda env: env.number("SETTING", default=3, lowest=0),
    "roles": lambda env: env.texts("SETTING", default=[], choices=["reader", "leader"]),
    "choice": lambda env: env.choice("SETTING", default="nothing", choices=["nothing", "email"]),
    "pairs": lambda env: env.pairs("SETTING", choices=["reader", "leader"]),
    "hosts": lambda env: env.hosts("SETTING", default=[], patterns=["*"]),
    "sender": lambda env: env.mail_address("SETTING", default="register@localhost"),
    "directory": lambda env: env.web_address("SETTING", default="", schemes=["ldaps", "ldap"]),
    "flag": lambda env: env.flag("SETTING", default=False),
    "address": lambda env: env.web_address("SETTING", default="http://localhost:8000"),
    "whole": lambda env: env.web_address("SETTING", default="http://localhost:8000", is_whole=True),
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
        ("roles", "reader, leader", ["reader", "leader"]),
        ("roles", "", []),
        ("roles", None, []),
        ("choice", "email", "email"),
        ("choice", None, "nothing"),
        ("pairs", None, {}),
        ("pairs", "staff = leader, group=all=reader,", {"staff": "leader", "group=all": "reader"}),
        ("directory", "ldaps://directory.example.org/", "ldaps://directory.example.org"),
        ("directory", None, ""),
        ("flag", "1", True),
        ("flag", "True", True),
        ("flag", "off", False),
        ("address", "https://register.example.org/", "https://register.example.org"),
        ("address", "http://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("address", "https://store.example.org/storage/v1/s3", "https://store.example.org/storage/v1/s3"),
        ("whole", "https://register.example.org:8443/", "https://register.example.org:8443"),
        ("database", "postgres://register:x@host/register", "register"),
        ("database", None, "/tmp/x.sqlite3"),
        ("database", "sqlite:////tmp/y.sqlite3\r", "/tmp/y.sqlite3"),
        ("database", "sqlite:///:memory:", ":memory:"),
        (
            "hosts",
            "a.cn, .b.cn,10.0.0.1,[::1],*,local-host,",
            ["a.cn", ".b.cn", "10.0.0.1", "[::1]", "*", "local-host"],
        ),
        ("sender", "委员会 <register@example.org>", "委员会 <register@example.org>"),
        ("address", "http://register \r", "http://register"),
        ("directory", "ldaps://dc_1.example.org", "ldaps://dc_1.example.org"),
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
        ("number", "abc", "The setting SETTING is “abc”. It should be a whole number from 0 to 36500."),
        ("number", "-1", "The setting SETTING is “-1”. It should be a whole number from 0 to 36500."),
        ("number", "", "The setting SETTING is empty. It should be a whole number from 0 to 36500."),
        (
            "roles",
            "reader,writer",
            "“reader,writer”. It should be some of reader, leader, with commas between them.",
        ),
        ("choice", "mail", "The setting SETTING is “mail”. It should be one of nothing, email, or left out."),
        ("pairs", "staff", "It should be name=value pairs with commas between them, each value one of reader, leader."),
        ("pairs", "staff=writer", "The setting SETTING is “staff=writer”. It should be name=value pairs"),
        ("directory", "https://a.example.org", "It should be an address such as ldaps://"),
        ("flag", "maybe", "The setting SETTING is “maybe”. It should be 1 for yes or 0 for no."),
        ("address", "register.example.org", "is “register.example.org”. It should be an address such as"),
        ("address", "ftp://register.example.org", "It should be an address such as"),
        ("address", "http://host:99999", "It should be an address such as"),
        ("address", "https://", "It should be an address such as"),
        ("whole", "https://a.example.org/path", "https://register.example.org, and nothing after it."),
        ("whole", "https://a.example.org?x", "and nothing after it."),
        ("whole", "https://a.example.org#x", "and nothing after it."),
        ("whole", "https://user:x@a.example.org", "The setting SETTING is not understood."),
        ("number", "36501", "It should be a whole number from 0 to 36500."),
        ("hosts", "http://a.example.org", "It should be names such as register.example.org, without https:// and port"),
        ("hosts", "a.example.org:8000", "It should be names such as"),
        ("hosts", "a.example.org;b.example.org", "It should be names such as"),
        ("hosts", "a_b", "It should be names such as"),
        ("whole", "http://a_b", "It should be an address such as"),
        ("hosts", "登记.cn", "It should be names such as"),
        ("sender", "", "The setting SETTING is empty. It should be an address such as register@example.org."),
        ("sender", "秘书处", "It should be an address such as"),
        ("sender", "a@example.org\nBcc: b@example.org", "It should be an address such as"),
        ("address", "http://*", "It should be an address such as"),
        ("address", "http://a b", "It should be an address such as"),
        ("address", "http://.example.org", "It should be an address such as"),
        ("database", "sqlite://", "It should be postgres://"),
        ("database", "sqlite:///register.sqlite3", "It should be postgres://"),
        ("database", "sqlite:////nowhere/register.sqlite3", "It should be postgres://"),
        ("database", "sqlite:////tmp", "It should be postgres://"),
        ("mail", "smtp://", "It should be smtp+ssl://"),
        ("mail", "smtp:mail.example.org", "It should be smtp+ssl://"),
        ("database", "", "The setting SETTING is empty. It should be postgres://"),
        ("database", "mysql://user@host/name", "The setting SETTING is not understood. It should be postgres://"),
        ("database", "postgres://user:x@host/", "It should be postgres://"),
        ("owner", "register", "The setting SETTING is “register”. It should be postgres://"),
        ("mail", "mail.example.org", "It should be smtp+ssl://"),
        ("mail", "smtp://host:port", "It should be smtp+ssl://"),
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


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [("manage.py", "check"), ("-m", "gunicorn", "--config", "python:cnas_tasks.server", "--check-config")],
    ids=["command", "server"],
)
def test_all_of_them_are_told_where_the_register_starts(command):
    environment = {**os.environ, "DATABASE_URL": "", "DUE_SOON_DAYS": "soon", "METRICS_TOKEN": "guess"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    first, second, third = done.stderr.strip().splitlines()
    assert "The setting DUE_SOON_DAYS is “soon”." in first
    assert "The setting DATABASE_URL is empty." in second
    assert "METRICS_TOKEN can be guessed" in third
    assert "guess." not in done.stderr


@pytest.mark.parametrize(
    ("module", "told", "sentence"),
    [
        ("settings", {"BASE_URL": "https://a.example.org/register?x"}, "The setting BASE_URL is"),
        ("settings", {"BASE_URL": "http://a.example.org", "HSTS_SECONDS": "-1"}, "The setting HSTS_SECONDS is “-1”."),
        (
            "settings",
            {"DATABASE_URL": "postgres://a:b@c/d", "MIGRATION_DATABASE_URL": "sqlite:////tmp/x.sqlite3"},
            "The settings DATABASE_URL and MIGRATION_DATABASE_URL name databases of two kinds.",
        ),
        ("server", {"WEB_CONCURRENCY": "0"}, "The setting WEB_CONCURRENCY is “0”. It should be a whole number from 1"),
        ("server", {"WEB_CONCURRENCY": "many"}, "The setting WEB_CONCURRENCY is “many”."),
    ],
)
def test_what_would_be_taken_in_silence_is_told(monkeypatch, module, told, sentence):
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises((ImproperlyConfigured, SystemExit)) as refused:
        runpy.run_path(str(settings.BASE_DIR / "cnas_tasks" / f"{module}.py"))
    assert sentence in str(refused.value)


def test_a_folder_that_cannot_be_written_to_is_told(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "")
    with (
        mock.patch("pathlib.Path.exists", return_value=False),
        mock.patch("pathlib.Path.touch", side_effect=PermissionError(13, "Permission denied")),
        pytest.raises(ImproperlyConfigured, match=r"The folder .*/data cannot be written to: Permission denied\."),
    ):
        runpy.run_path(str(settings.BASE_DIR / "cnas_tasks" / "settings.py"))


def test_the_sentence_is_told_in_chinese_and_in_english(monkeypatch):
    monkeypatch.setenv("SETTING", "maybe")
    env = Environment()
    env.flag("SETTING", default=False)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.refuse_faults()
    assert str(refused.value) == (
        "设置 SETTING 是“maybe”，应为 1（是）或 0（否）。"
        " / The setting SETTING is “maybe”. It should be 1 for yes or 0 for no."
    )


@pytest.mark.long
def test_where_reading_a_file_cannot_be_bounded_nothing_starts_and_a_sentence_says_why():
    # What Python says of it on Windows.
    hidden = "import runpy, sys; sys.modules['resource'] = None; sys.argv = ['manage.py', 'check']\n"
    start = f"{hidden}runpy.run_path('manage.py', run_name='__main__')"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", start], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.strip().splitlines()
    assert "The register runs on Linux or in a container" in sentence
