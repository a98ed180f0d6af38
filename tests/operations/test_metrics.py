"""The operators' figures: what they say, who reads them, and that they are of nobody."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from meetings.models import Mailing, MailKind, Role
from tests import factories
from tests.helpers import free_port
from tests.jobs.samples import note
from tests.tasks.update_form import signed_in

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-this-test-alone"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.METRICS_TOKEN = TOKEN
    settings.WORKERS_DIR = tmp_path / "workers"


def figures(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith("register_")]
    return {name: float(value) for name, _blank, value in lines}


def read(client: Client | None = None, **headers: str) -> dict[str, float]:
    response = (client or Client()).get("/metrics", headers=headers or BEARER)
    assert response.status_code == 200
    return figures(response.content.decode())


# --- what they say ------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_requests_are_counted_by_view_method_and_class_of_status_never_by_address():
    name = 'register_request_seconds_count{{method="{}",status="{}",view="{}"}}'.format
    client, before = signed_in(factories.account(role=Role.READER)), read()
    for address in ("/tasks/?q=张处长", "/tasks/?q=李处长", "/tasks/999999/", "/张处长/", "/healthz", "/static/x.css"):
        client.get(address)
    client.generic("张处长", "/accounts/login/")
    after = read()
    counted = {key: after[key] - before.get(key, 0) for key in after if "_count" in key}
    assert {key: number for key, number in counted.items() if number} == {
        name("GET", "2xx", "task_list"): 2,
        name("GET", "4xx", "task_detail"): 1,
        name("GET", "4xx", ""): 1,
        name("GET", "4xx", "static"): 1,
        name("OTHER", "3xx", "login"): 1,
    }
    assert not any("处长" in key for key in after)


def test_the_register_tells_its_jobs_its_worker_its_mails_its_log_and_its_tasks(settings):
    world = factories.small_world()
    note.enqueue("now")
    note.enqueue("now, too")
    note.using(run_after=timezone.now() + datetime.timedelta(days=1)).enqueue("tomorrow")
    waiting = DBTaskResult.objects.order_by("enqueued_at").first()
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - datetime.timedelta(minutes=5))
    day = timezone.localdate()
    Mailing.objects.create(account=world.secretariat, kind=MailKind.DIGEST, day=day)
    beat = settings.WORKERS_DIR / "one"
    beat.parent.mkdir()
    beat.touch()
    os.utime(beat, (time.time() - 30, time.time() - 30))
    read_now = read()
    assert 300 <= read_now["register_job_oldest_waiting_seconds"] < 330
    assert 30 <= read_now["register_worker_last_seen_seconds"] < 60
    jobs = {status: read_now[f'register_jobs{{status="{status}"}}'] for status in ("waiting", "later", "failed")}
    assert jobs == {"waiting": 2, "later": 1, "failed": 0}
    assert read_now['register_messages_unsent{way="mail"}'] == 1
    assert read_now['register_messages_unsent{way="robot"}'] == 0
    assert read_now["register_log_entries"] >= world.overdue.log.count()
    assert read_now["register_disk_free_bytes"] > 0
    assert read_now["register_database_bytes"] > 100_000
    assert read_now["register_database_up"] == 1
    page = signed_in(world.reader).get("/tasks/?health=overdue&export=csv").getvalue().decode()
    assert read_now['register_tasks{health="overdue"}'] == len(page.splitlines()) - 1 > 0


@pytest.mark.same_on_both
def test_a_worker_that_was_never_there_has_no_figure():
    assert "register_worker_last_seen_seconds" not in read()


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_command_of_the_night_tells_when_it_last_came_to_a_good_end(settings, tmp_path):
    settings.RUNS_DIR = tmp_path / "runs"
    name = 'register_last_run_seconds{{command="{}"}}'.format
    assert not any("last_run" in told for told in read())
    call_command("backup", str(tmp_path / "register.zip"), stdout=io.StringIO())
    os.utime(settings.RUNS_DIR / "backup", (time.time() - 3600, time.time() - 3600))
    assert 3600 <= read()[name("backup")] < 3660
    with pytest.raises(CommandError):
        call_command("verify_register", "--backup", str(tmp_path / "none.zip"), stdout=io.StringIO())
    assert name("verify_register") not in read()
    call_command("verify_register", stdout=io.StringIO())
    assert 0 <= read()[name("verify_register")] < 60


def test_a_backup_is_good_also_where_that_cannot_be_noted(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.RUNS_DIR = tmp_path / "file" / "runs"
    call_command("backup", str(tmp_path / "register.zip"), stdout=io.StringIO())
    assert (tmp_path / "register.zip").exists()


def test_of_a_database_that_is_away_that_is_the_figure():
    with mock.patch("meetings.operations.metrics._jobs", side_effect=OperationalError("server closed the connection")):
        away = read()
    assert away["register_database_up"] == 0
    assert not any(name.startswith("register_tasks") for name in away)
    assert away["register_disk_free_bytes"] > 0


# --- who reads them -----------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.parametrize(
    "told",
    ["", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer ", f"Bearer {TOKEN}x", "Bearer \xe4", f"Bearer {TOKEN[:-1]}"],
)
def test_without_the_token_there_are_none(told):
    headers = {"authorization": told}
    assert Client().get("/metrics", headers=headers).status_code == 403
    assert Client().get("/healthz", headers=headers).content == b"ok\nlive: yes\nready: yes"


@pytest.mark.same_on_both
def test_where_no_token_is_set_none_is_right(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 403


@pytest.mark.same_on_both
@pytest.mark.parametrize("role", Role.values)
def test_administrators_read_them_signed_in_and_at_the_health_check(role):
    client = signed_in(factories.account(role=role))
    is_administrator = role == Role.ADMINISTRATOR
    assert client.get("/metrics").status_code == (200 if is_administrator else 403)
    told = client.get("/healthz").content.decode()
    assert told.startswith("ok\nlive: yes\nready: yes")
    assert ("register_jobs" in told) is is_administrator


@pytest.mark.same_on_both
def test_the_health_check_tells_its_figures_by_the_token_also_where_the_database_is_away(monkeypatch):
    told = Client().get("/healthz", headers=BEARER).content.decode()
    assert told.startswith("ok\nlive: yes\nready: yes\nregister_")
    assert figures(told)["register_database_up"] == 1
    assert not re.search("^#", told, re.MULTILINE)
    monkeypatch.setattr("meetings.operations.readiness._Check.find_obstacle", lambda: "the database does not answer")
    response = Client().get("/healthz", headers=BEARER)
    assert response.status_code == 503
    assert "register_disk_free_bytes" in response.content.decode()


# --- several processes --------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.long
def test_the_processes_of_two_servers_know_of_each_others_requests(tmp_path):
    ports = [free_port(), free_port()]
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'register.sqlite3'}",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "METRICS_TOKEN": TOKEN,
        "WEB_CONCURRENCY": "2",
        "PYTHONWARNINGS": "ignore",
    }

    def ask(port: int, address: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers=BEARER)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read().decode()

    def wait_for(port: int) -> None:
        for _attempt in range(300):
            try:
                ask(port, "/healthz/live")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return
        pytest.fail("gunicorn does not answer")

    command = [sys.executable, "-m", "gunicorn", "--config=python:cnas_tasks.server"]
    servers = [
        subprocess.Popen(
            [*command, f"--bind=127.0.0.1:{port}"],
            cwd=django_settings.BASE_DIR,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for port in ports
    ]
    try:
        for port in ports:
            wait_for(port)
        for number in range(20):
            # Who is not signed in is sent to do so, which asks no table.
            with pytest.raises(urllib.error.HTTPError):
                ask(ports[number % 2], "/nothing/here/")
        name = 'register_request_seconds_count{method="GET",status="4xx",view=""}'
        told = [figures(ask(port, "/metrics")).get(name) for port in ports * 3]
        assert set(told) == {20}
    finally:
        for server in servers:
            server.terminate()
        written = [server.communicate(timeout=20)[1] for server in servers]
    # What gunicorn says is a line like all others, and it has no line of its own for a request.
    lines = [json.loads(line) for text in written for line in text.splitlines()]
    assert {"gunicorn.error", "register.request"} == {line["logger"] for line in lines}
    assert "/nothing/here/" not in "".join(written)
