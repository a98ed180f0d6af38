"""What is logged: ids, no names, nothing that anybody typed, and no secret."""

from __future__ import annotations

import datetime
import io
import json
import logging
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from gunicorn.http.errors import InvalidRequestLine

from cnas_tasks.logs import LineFormatter, code_lines, logging_config
from meetings.accounts.services.secrets import make_calendar_address
from meetings.jobs.worker import Worker
from tests import factories
from tests.jobs.samples import fail
from tests.tasks.update_form import save, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

NOTE = "与张处长当面谈过。"
HEX = re.compile(r"[0-9a-f]{32}")


class Log:
    """What the server has written since the test began."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log():
    """The log as a deployment writes it."""
    [console] = [handler for handler in logging.getLogger().handlers if handler.name == "console"]
    assert isinstance(console, logging.StreamHandler)
    formatter, stream = console.formatter, io.StringIO()
    before = console.setStream(stream)
    # However the suite was started.
    console.setFormatter(LineFormatter())
    yield Log(stream)
    console.setFormatter(formatter)
    console.setStream(before)


# --- a line for each request --------------------------------------------------------------------


def test_a_save_is_one_line_of_who_what_and_how_long_and_nothing_typed(log):
    staff, task = factories.secretariat(), factories.task()
    client = signed_in(staff)
    assert save(client, task, query="next=/tasks/?q=张处长", status="in_progress", note=NOTE).status_code == 302
    _page, line = log.lines
    assert datetime.datetime.fromisoformat(line.pop("time")).utcoffset() == datetime.timedelta()
    assert line.pop("duration_ms") > 0
    assert HEX.fullmatch(line.pop("request_id"))
    assert line == {
        "level": "INFO",
        "logger": "register.request",
        "message": "POST task_detail 302",
        "account_id": staff.pk,
        "method": "POST",
        "view": "task_detail",
        "status": 302,
    }
    assert not any(word in log.text for word in (staff.username, "张处长", NOTE))


@pytest.mark.parametrize(
    ("role", "address", "status", "view", "error"),
    [
        ("reader", "/accounts/?q=张处长", 403, "accounts", "meetings.errors.PermissionDeniedError"),
        ("reader", "/tasks/999999/", 404, "task_detail", None),
        ("reader", "/张处长/", 404, "", None),
        ("reader", "/tasks/?q=%00", 400, "task_list", None),
        (None, "/calendar/guessed.ics", 404, "calendar", None),
    ],
)
def test_what_is_refused_is_one_line_without_a_traceback(log, role, address, status, view, error):
    client = signed_in(factories.account(role=role)) if role else Client()
    assert client.get(address).status_code == status
    [line] = log.lines
    assert (line["level"], line["status"], line["view"]) == ("WARNING", status, view)
    assert line.get("error") == error
    assert "traceback" not in line
    assert not any(word in log.text for word in ("张处长", "guessed"))


def test_a_form_from_elsewhere_says_why_it_is_refused_without_what_was_looked_for_there(log, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.secretariat())
    headers = {"referer": "https://elsewhere.example/?q=张处长"}
    assert client.post("/accounts/settings/", secure=True, headers=headers).status_code == 403
    [line] = log.lines
    assert line["error"].startswith("Referer checking failed - https://elsewhere.example/ does not match")
    assert "张处长" not in log.text


def test_a_host_that_is_none_of_ours_is_one_line(log):
    assert Client().get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400
    [line] = log.lines
    assert line["error"] == "django.core.exceptions.DisallowedHost"


def test_a_failure_says_where_in_the_code_it_was_and_not_of_what(log, monkeypatch):
    def break_down(*_arguments: Any, **_options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s FROM nowhere_at_all", [NOTE])

    def fail_with_words(*_arguments: Any, **_options: Any) -> None:
        try:
            break_down()
        except Exception as error:
            raise ValueError(f"{staff.username}: {NOTE}") from error

    staff = factories.secretariat()
    monkeypatch.setattr("meetings.accounts.forms.AccountSettingsForm.full_clean", fail_with_words)
    client = signed_in(staff)
    client.raise_request_exception = False
    assert client.post("/accounts/settings/?q=张处长", {"note": NOTE}).status_code == 500
    trace, line = log.lines
    assert (trace["level"], trace["request_id"], trace["account_id"]) == ("ERROR", line["request_id"], staff.pk)
    assert trace["traceback"].count("in break_down") == 1
    assert trace["traceback"].endswith("ValueError")
    assert line["status"] == 500
    assert not any(word in log.text for word in (staff.username, "张处长", NOTE, "/accounts/settings/"))


def test_a_sign_in_and_one_that_fails_name_nobody(log, settings):
    settings.AXES_ENABLED = True
    account = factories.account(password="a password of this test alone")
    for password in ("a wrong one", "a password of this test alone"):
        Client().post("/accounts/login/", {"username": account.username, "password": password})
    Client().post("/accounts/login/", {"username": "hunter2", "password": ""})
    Client().post("/accounts/login/", {"username": "hunter2", "password": "x"})
    failed, at_failure, at_success, *_others = log.lines
    assert failed["message"] == "A sign-in failed."
    assert failed["request_id"] == at_failure["request_id"]
    assert (at_failure["view"], at_failure["status"]) == ("login", 200)
    assert (at_success["status"], at_success["account_id"]) == (302, account.pk)
    assert not any(word in log.text for word in (account.username, "hunter2", "password", "127.0.0.1"))


def test_what_machines_ask_all_day_is_logged_where_it_fails(log, monkeypatch):
    Client().get("/healthz")
    Client().get("/healthz/live")
    assert log.lines == []
    monkeypatch.setattr("meetings.operations.readiness._Check.find_obstacle", lambda: "migrations are missing")
    Client().get("/healthz")
    [line] = log.lines
    assert (line["view"], line["status"]) == ("healthz", 503)


# --- ids ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "told", "is_taken"),
    [
        (1, "b2d1f0c4-77aa.1", True),
        (0, "b2d1f0c4-77aa.1", False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, '"}\n{"level": "INFO"', False),
        (1, "", False),
    ],
)
def test_the_proxys_request_id_is_answered_and_nobody_elses(log, settings, proxies, told, is_taken):
    settings.PROXY_COUNT = proxies
    given = Client().get("/accounts/login/", headers={"x-request-id": told})["X-Request-ID"]
    assert (given == told) is is_taken
    assert is_taken or HEX.fullmatch(given)
    assert [line["request_id"] for line in log.lines] == [given]


def test_what_a_job_logs_has_its_id(log, settings, tmp_path):
    settings.WORKERS_DIR = tmp_path
    waiting = fail.enqueue(NOTE)
    Worker().run_ready()
    [line] = log.lines
    assert line["job_id"] == str(waiting.id)
    assert "fail failed: " in line["message"]
    assert NOTE not in log.text


def test_what_a_command_logs_has_its_name_and_run(log, settings, tmp_path, monkeypatch):
    settings.WORKERS_DIR = tmp_path
    monkeypatch.setattr(Worker, "run_ready", lambda _self: logging.getLogger("meetings").info("Here."))
    call_command("db_worker", "--batch")
    call_command("db_worker", "--batch")
    runs = [line["job_id"] for line in log.lines]
    assert len(set(runs)) == 2
    assert all(re.fullmatch(r"db_worker-[0-9a-f]{8}", run) for run in runs)


# --- what no request, job or command says --------------------------------------------------------


def run_manage(tmp_path, code: str, **environment: str) -> tuple[int, str]:
    """Run a command whose handle is this code, as a process of its own; return how it ended, and what it said."""
    start = f"import runpy, sys\nfrom django.core.management.commands import check\n{code}\n"
    start += "sys.argv = ['manage.py', 'check']\nrunpy.run_path('manage.py', run_name='__main__')"
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    told = {**os.environ, "DATABASE_URL": url, "DEBUG": "0", **environment}
    command = [sys.executable, "-c", start]
    done = subprocess.run(command, cwd=django_settings.BASE_DIR, env=told, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


# Python 3.13 shows the lines of what `-c` is given, so they do not hold the words.
WORDS = f"bytes.fromhex('{NOTE.encode().hex()}').decode()"
FAILS = f"def handle(*_a, **_o): raise ValueError({WORDS})\ncheck.Command.handle = handle"
FAILS_IN_A_THREAD = f"""
import threading
def fail(): raise ValueError({WORDS})
def handle(*_a, **_o):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
check.Command.handle = handle"""


@pytest.mark.long
@pytest.mark.parametrize(("code", "status"), [(FAILS, 1), (FAILS_IN_A_THREAD, 0)])
def test_what_ends_a_command_or_a_thread_is_one_line_without_its_words(tmp_path, code, status):
    returned, said = run_manage(tmp_path, code)
    assert returned == status
    [line] = map(json.loads, said.splitlines())
    assert (line["level"], line["logger"]) == ("CRITICAL", "register")
    assert line["traceback"].endswith("ValueError")
    assert NOTE not in said


@pytest.mark.long
def test_on_ones_own_machine_it_has_its_words(tmp_path):
    returned, said = run_manage(tmp_path, FAILS, DEBUG="1")
    assert returned == 1
    assert said.endswith(f"ValueError: {NOTE}\n")


@pytest.mark.long
def test_a_warning_is_one_line_of_its_kind_and_place(tmp_path):
    code = f"import warnings\ndef handle(*_a, **_o): warnings.warn({NOTE!r}, RuntimeWarning)\n"
    returned, said = run_manage(tmp_path, f"{code}check.Command.handle = handle")
    assert returned == 0
    [line] = map(json.loads, said.splitlines())
    assert (line["logger"], line["message"]) == ("py.warnings", "<string>:4: RuntimeWarning")


def test_gunicorn_quotes_no_request_that_it_cannot_read(log):
    server, line = logging.getLogger("gunicorn.error"), "GET /tasks/?q=张处长"
    try:
        raise InvalidRequestLine(line)
    except InvalidRequestLine as error:
        # As its worker says it.
        server.warning(f"Invalid request from ip=127.0.0.1: {error}")
        server.exception("Error handling request %s %s", *line.split())
        server.exception(error)
    invalid, failed, raised = log.lines
    assert (invalid["message"], invalid["error"]) == ("Invalid request", "gunicorn.http.errors.InvalidRequestLine")
    assert failed["message"] == "Error handling request"
    assert raised["message"] == "gunicorn.http.errors.InvalidRequestLine"
    assert "张处长" not in log.text
    assert "127.0.0.1" not in log.text


# --- what is left out ---------------------------------------------------------------------------


def test_of_another_process_only_the_lines_of_code_are_told():
    printed = f'Traceback (most recent call last):\n  File "reader.py", line 7, in read\n    {NOTE}\nKeyError: {NOTE}\n'
    assert code_lines(printed.encode()) == 'File "reader.py", line 7, in read | KeyError'


def test_on_ones_own_machine_lines_are_words():
    lines = logging_config(is_json=False)["formatters"]["lines"]
    record = logging.LogRecord("register.request", logging.INFO, "", 0, "GET dashboard 200", None, None)
    assert (
        logging.Formatter(lines["format"], style=lines["style"])
        .format(record)
        .endswith("INFO register.request: GET dashboard 200")
    )


@pytest.mark.parametrize("name", ["gunicorn.access", "django.server"])
def test_the_servers_log_keeps_the_secret_of_a_calendar_out(name):
    written = io.StringIO()
    handler, logger = logging.StreamHandler(written), logging.getLogger(name)
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        # As gunicorn writes: a format, and one dictionary.
        request = "GET /calendar/s3cret-Word_.ics?x HTTP/1.1"
        logger.info('%(h)s "%(r)s" %(s)s', {"h": "10.0.0.9", "r": request, "s": 200})
        logger.info('"%s" %s', "GET /tasks/?q=calendar HTTP/1.1", 200)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert written.getvalue().splitlines() == [
        '10.0.0.9 "GET /calendar/***?x HTTP/1.1" 200',
        '"GET /tasks/?q=calendar HTTP/1.1" 200',
    ]


@pytest.mark.parametrize("checks_csrf", [True, False])
def test_an_error_at_the_address_keeps_it_out_too(caplog, log, checks_csrf):
    secret = make_calendar_address(account=factories.account())
    assert Client(enforce_csrf_checks=checks_csrf).post(f"/calendar/{secret}.ics").status_code in (403, 405)
    # Whatever else listens to Django.
    assert "/calendar/***" in caplog.text
    assert secret not in caplog.text + log.text
