"""The empty database that tests begin with: migrated once, and copied from then on.

Whatever changes what the migrations make of a database makes a new one. SQLite's lies in pytest's cache; that of
PostgreSQL is a template in the server, which lives as long as the run.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

TEMPLATE = "migrated_register"
# What the migrations and the handlers after them read.
SOURCES = ("meetings/migrations", "meetings/models", "meetings/core", "cnas_tasks")


def fingerprint() -> str:
    """Return the hash of all that an empty database depends on."""
    hashed = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version}".encode())
    files = [path for folder in SOURCES for path in (settings.BASE_DIR / folder).rglob("*.py")]
    for path in sorted([*files, settings.BASE_DIR / "requirements.txt"]):
        hashed.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes())
    return hashed.hexdigest()[:20]


class MigratedDatabase:
    """The copy that is kept in ``folder``, or in the server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / f"{fingerprint()}.sqlite3"
        self.is_there = False

    def lock(self) -> None:
        """Let the other processes of this database wait: they take what this one makes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / f"{connection.vendor}.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def unlock(self) -> None:
        """Let them go on."""
        self._lock.close()

    def take(self, test_settings: dict[str, Any]) -> None:
        """Let the database of the tests be a copy of the one that is there, if one is."""
        if connection.vendor == "sqlite":
            self.is_there = self.file.exists()
            if self.is_there:
                shutil.copyfile(self.file, test_settings["NAME"])
        else:
            with connection._nodb_cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
                self.is_there = cursor.fetchone() is not None
            if self.is_there:
                test_settings["TEMPLATE"] = TEMPLATE
        if self.is_there:
            test_settings["MIGRATE"] = False

    def keep(self) -> None:
        """Keep a copy of the database that was migrated just now."""
        if self.is_there:
            return
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            unfinished = self.file.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            with closing(sqlite3.connect(unfinished)) as copy:
                connection.connection.backup(copy)
            for former in self.folder.glob("*.sqlite3"):
                former.unlink()
            unfinished.replace(self.file)
        else:
            source = connection.ops.quote_name(connection.settings_dict["NAME"])
            connection.close()
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {source}")
