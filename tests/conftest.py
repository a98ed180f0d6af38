"""What every test has: a database like the real one, quick passwords, no lockout. Rows: `tests.factories`."""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush as flush_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from meetings.core import workdays
from meetings.minutes import sandbox, sandbox_worker
from meetings.minutes.documents import UnreadableDocumentError
from meetings.models import Account, Language, Meeting
from meetings.organisation.services.working_days import find_entered_days
from tests import factories
from tests.depth import examples
from tests.migrated_database import MigratedDatabase
from tests.office import Office, open_office

# Thousands of short-lived trees of nodes and queries: looking through all that lives after every 700 new objects
# costs more than it finds.
gc.set_threshold(50_000, 20, 20)

# A busy machine is no fault of an example: no test is timed (benchmarks are for that).
hypothesis_settings.register_profile("untimed", deadline=None, max_examples=examples(100))
hypothesis_settings.load_profile("untimed")

# Fixtures that fill the register. A world is put back only into an empty one (`tests.cached_world`), so they come
# before those that add a row of their own.
WORLDS = ("world", "register", "meeting_81", "real_meeting")

# --- what many tests begin with -------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> factories.SmallWorld:
    """A small register: a task of each health, and the people around them."""
    return factories.small_world()


@pytest.fixture
def meeting_81(db: None) -> Meeting:
    """The real meeting, with its twelve suggestions."""
    factories.real_meeting()
    return Meeting.objects.get()


@pytest.fixture
def spend(db: None) -> Callable[..., Any]:
    """Ask for a page as somebody and hold what it costs against the names of its queries."""

    def spend(account: Account, address: str, names: list[str], status: int = 200) -> Any:
        client = Client()
        client.force_login(account)
        # Looked up once a minute, by whatever page comes then: no page's own.
        find_entered_days(timezone.localdate().year)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == status, address
        listed = "\n".join(query["sql"][:200] for query in queries)
        assert len(queries) == len(names), f"{address} costs {len(queries)} queries, {len(names)} are named:\n{listed}"
        return response

    return spend


@pytest.fixture
def staff(client: Client) -> Account:
    """A secretary who reads English, signed in with ``client``."""
    account = factories.secretariat()
    account.language = Language.ENGLISH
    account.save()
    client.force_login(account)
    return account


# --- what is not on every machine ---------------------------------------------------------------


def missing(what: str, *, required_by: str) -> NoReturn:
    """Skip the test for want of ``what``; fail it where the environment variable ``required_by`` is 1 (.ci/run)."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{what} is missing, and {required_by}=1 forbids skipping.", pytrace=False)
    pytest.skip(f"{what} is missing.")


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice's program, to look at what a workbook or a document prints."""
    for name in ("soffice", "libreoffice"):
        if path := shutil.which(name):
            return path
    missing("LibreOffice", required_by="REQUIRE_OFFICE")


@pytest.fixture(scope="session")
def office(soffice: str) -> Iterator[Office]:
    """LibreOffice, running."""
    with open_office(soffice) as office:
        yield office


@pytest.fixture
def as_pdfs(office: Office) -> Callable[[Sequence[Path]], list[Path]]:
    """Return the function that lets LibreOffice print files of one folder."""
    return lambda paths: office.convert(paths, "pdf", paths[0].parent)


@pytest.fixture
def as_pdf(as_pdfs: Callable[[Sequence[Path]], list[Path]]) -> Callable[[Path], Path]:
    """Return the function that lets LibreOffice print a file: path in, path of the PDF out."""
    return lambda path: as_pdfs([path])[0]


@pytest.fixture(autouse=True)
def _no_entered_holidays(request):
    """Where a test has no database, nobody has entered holidays there."""
    if not {"db", "transactional_db"} & set(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        workdays.use_entered_days(lambda _year: {})
        yield
        workdays.use_entered_days(find_entered_days)
        return
    yield


read_in_another_process = sandbox._run_worker
# What the process is told of holidays, this one asks the register; a test's server reads in threads of its own.
sandbox_worker.use_entered_days = lambda _find: None


def read_in_this_process(kind: str, content: bytes, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """Read an uploaded file as the process of the sandbox does, which takes half a second of the processor to start."""
    # What a function reads (``module:name``) may depend on the register, too.
    read = _read.__wrapped__ if ":" in kind else _read
    try:
        return json.loads(read(kind, content, json.dumps(options or {})))
    except UnreadableDocumentError as error:
        raise UnreadableDocumentError(error.code, **json.loads(json.dumps(error.parameters))) from error


@lru_cache(maxsize=32)
def _read(kind: str, content: bytes, options: str) -> str:
    # Many tests hand in the same file.
    return json.dumps(sandbox_worker.read_upload(kind, content, json.loads(options)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what is about the other database, and start no process for what does not ask for it."""
    is_separate = item.get_closest_marker("separate_process")
    sandbox._run_worker = read_in_another_process if is_separate else read_in_this_process
    for vendor in ("postgresql", "sqlite"):
        if item.get_closest_marker(vendor) and connection.vendor != vendor:
            pytest.skip(f"about {vendor} alone; this run is on {connection.vendor}")


def fill_the_register_first(item: pytest.Function) -> None:
    """Move the fixtures of WORLDS before the others that add rows, and those that ask for such."""
    known, fixtures = item._fixtureinfo.name2fixturedefs, item.fixturenames

    def adds_rows(name: str) -> bool:
        return name in ("client", "ask", "staff") or (
            name in known and any(adds_rows(other) for other in known[name][-1].argnames if other != name)
        )

    worlds = [name for name in fixtures if name in WORLDS]
    first = next((at for at, name in enumerate(fixtures) if name not in WORLDS and adds_rows(name)), None)
    if worlds and first is not None:
        before = [name for name in fixtures[:first] if name not in worlds]
        fixtures[:] = [*before, *worlds, *(name for name in fixtures[first:] if name not in worlds)]


# Before markers are asked for by `-m`.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs LibreOffice and what has more depth; leave out on PostgreSQL what does not ask the database.

    That would only say again what SQLite's run said.
    """
    for item in items:
        fill_the_register_first(item)
        if "soffice" in item.fixturenames:
            item.add_marker("office")
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("deep")
    # The long ones first, so that no worker is left alone with one of them in the end.
    items.sort(key=lambda item: item.get_closest_marker("deep") is None)
    if connection.vendor != "postgresql":
        return
    of_database = {"db", "transactional_db", "live_server", "django_db_setup"}
    asking, others = [], []
    for item in items:
        asks = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
        asks = asks or not of_database.isdisjoint(item.fixturenames)
        # What LibreOffice draws of a file does not depend on where its words were kept.
        says_nothing_new = item.get_closest_marker("office") or item.get_closest_marker("same_on_both")
        (asking if asks and not says_nothing_new else others).append(item)
    items[:] = asking
    config.hook.pytest_deselected(items=others)


def pytest_collection_finish() -> None:
    """Keep the modules and the tests, which stay to the end, out of what is looked through for garbage."""
    gc.freeze()


# --- the database -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put SQLite into a file, as in use: in memory all threads would share one connection, and nobody ever wait."""
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "register.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take SQLite's file as `migrated_database` put it there; it goes with its folder."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def migrated_database(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> MigratedDatabase:
    """Let the database be a copy of the one that another process has migrated, and the others wait meanwhile."""
    database = MigratedDatabase(request.config.cache.mkdir("register"))
    database.lock()
    with django_db_blocker.unblock():
        database.take(django_settings.DATABASES["default"].setdefault("TEST", {}))
    return database


@pytest.fixture(scope="session")
def django_db_setup(
    migrated_database: MigratedDatabase, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let the database be emptied between transactional tests of what they wrote, on SQLite in spite of its triggers.

    They refuse every DELETE of an entry of the log, and `flush` deletes; PostgreSQL truncates, which no row
    trigger sees. So those that refuse go just before a flush and come back in the same transaction, and every test
    runs with them. What `migrate` itself wrote stays: to look for it takes five times as long as to empty the rest.
    """
    with django_db_blocker.unblock():
        migrated_database.keep()
    migrated_database.unlock()
    operations = type(connection.ops)
    plain_flush = operations.sql_flush
    written_by_migrate = {ContentType._meta.db_table, Permission._meta.db_table}

    def flush(self, style, tables, **options) -> list[str]:
        statements = plain_flush(self, style, [name for name in tables if name not in written_by_migrate], **options)
        if connection.vendor != "sqlite":
            return statements
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_refuse_%'")
            triggers = cursor.fetchall()
        drop = [f"DROP TRIGGER {self.quote_name(name)}" for name, _sql in triggers]
        return [*drop, *statements, *(sql for _name, sql in triggers)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", flush)
        patch.setattr(flush_command, "emit_post_migrate_signal", lambda *_arguments, **_options: None)
        yield


# --- settings -----------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A hasher that costs nothing, no lockout (a test of it sets AXES_ENABLED), files in a folder that goes away."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        AXES_ENABLED=False,
        # The days of most tests are long past; tests of consent to them set it.
        BACK_DATING_DAYS=-1,
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        WORKERS_DIR=tmp_path_factory.mktemp("workers"),
        EXPORTS_DIR=tmp_path_factory.mktemp("exports"),
        RUNS_DIR=tmp_path_factory.mktemp("runs"),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _look_for_static_files_once() -> Iterator[None]:
    """Let WhiteNoise look for them as a server does: each `Client` has a WhiteNoise of its own."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[tuple[object, ...], dict[str, StaticFile]] = {}

    def look_once(whitenoise: WhiteNoiseMiddleware) -> None:
        surroundings = (whitenoise.static_prefix, whitenoise.max_age, *map(str, django_settings.STATICFILES_DIRS))
        if surroundings not in found:
            before = set(whitenoise.files)
            look(whitenoise)
            found[surroundings] = {url: file for url, file in whitenoise.files.items() if url not in before}
        whitenoise.files.update(found[surroundings])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture
def repository() -> Path:
    """The folder of the project."""
    return Path(django_settings.BASE_DIR)
