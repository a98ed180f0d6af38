"""The register as deployed, with its web processes and its worker, and what can be done to them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from meetings.storage.files import UNSETTLED

from .databases import PostgreSQL, Sqlite, signal_all
from .mail import MailServer

ROOT = Path(__file__).resolve().parents[2]
WEB_PROCESSES = 2
# Of the disk that becomes full; all that is uploaded in a round has to find room.
UPLOADS_MEGABYTES = 192


class Deployment:
    """Starts everything, and starts again what was killed, as systemd or Docker do."""

    def __init__(self, folder: Path, database: PostgreSQL | Sqlite, rng: random.Random) -> None:
        self.folder, self.database, self.rng = folder, database, rng
        self.mail = MailServer()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "DATABASE_URL": database.url,
            "WEB_CONCURRENCY": str(WEB_PROCESSES),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "DEBUG": "0",
            "SECRET_KEY": "only-for-faults" * 5,
            "BASE_URL": "http://localhost:8000",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULTS_FOLDER": str(folder),
        }
        self.uploads = folder / "uploads"
        self.uploads.mkdir()
        self.disk_of_its_own = self._mount()
        self.log = (folder / "log").open("ab")

    def _mount(self) -> bool:
        """Give the uploads a small disk of their own, where that is allowed."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={UPLOADS_MEGABYTES}m", "tmpfs", str(self.uploads)]
        try:
            return subprocess.run(command, check=False, capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    # --- starting and ending ------------------------------------------------------------------------------

    def manage(self, *arguments: str, given: str | None = None) -> str:
        """Run a command of manage.py (or a module, by ``-m``) and return what it prints."""
        command = arguments if arguments[0] == "-m" else ("manage.py", *arguments)
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=self.log,
            check=True,
            text=True,
        )
        return done.stdout

    def make_register(self) -> list[dict]:
        """Load the real meeting, and return who writes."""
        self.manage("migrate", "--verbosity=0")
        self.manage("loaddata", "meeting_81", "--verbosity=0")
        writers: list[dict] = json.loads(self.manage("-m", "tests.faults.accounts"))
        return writers

    def _start(self, *command: str) -> psutil.Popen:
        return psutil.Popen(
            [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )

    def start(self) -> None:
        """Start the web processes and the worker."""
        self.start_web()
        self.start_worker()

    def start_web(self) -> None:
        """Start the server and wait until it answers."""
        self.web = self._start(
            *("-m", "gunicorn", "--config=python:cnas_tasks.server", f"--bind=127.0.0.1:{self.port}"),
        )
        start = time.monotonic()
        while time.monotonic() - start < 60:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/live", timeout=10),
            ):
                return
            time.sleep(0.05)
        raise RuntimeError("The web server does not start.")

    def start_worker(self) -> None:
        """Start what runs jobs."""
        self.worker = self._start("manage.py", "db_worker")

    def stop(self) -> None:
        """Stop web processes and worker in order."""
        for process in (self.web, self.worker):
            process.terminate()
            process.wait(60)

    def remove(self) -> None:
        """Give back what it has taken."""
        for process in (self.web, self.worker):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.mail.stop()
        self.log.close()
        if self.disk_of_its_own:
            subprocess.run(["umount", "--lazy", str(self.uploads)], check=True)

    def web_processes(self) -> list[psutil.Process]:
        """Return the processes that answer requests."""
        return self.web.children()

    def ended(self) -> list[str]:
        """Name what has ended though nobody killed it, and start it again."""
        starts = {"the web server": (self.web, self.start_web), "the worker": (self.worker, self.start_worker)}
        ended = {name: start for name, (process, start) in starts.items() if process.poll() is not None}
        for start in ended.values():
            start()
        return list(ended)

    def wait_for_upload(self) -> None:
        """Wait until a file is being stored: its note is there, and its row is not."""
        folder, start = self.uploads / "media" / UNSETTLED, time.monotonic()
        left = set(folder.glob("*"))
        while time.monotonic() - start < 5 and not set(folder.glob("*")) - left:
            time.sleep(0.001)

    # --- faults -----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def web_process_killed(self) -> Iterator[None]:
        """Kill one of the processes that answer; gunicorn starts another."""
        signal_all([self.rng.choice(self.web_processes())], signal.SIGKILL)
        yield

    @contextlib.contextmanager
    def web_process_stopped(self) -> Iterator[None]:
        """Stop one of them; its connections wait."""
        stopped = [self.rng.choice(self.web_processes())]
        signal_all(stopped, signal.SIGSTOP)
        yield
        signal_all(stopped, signal.SIGCONT)

    @contextlib.contextmanager
    def web_server_killed(self) -> Iterator[None]:
        """Kill all of them, and gunicorn."""
        signal_all([self.web, *self.web_processes()], signal.SIGKILL)
        self.web.wait()
        yield
        self.start_web()

    @contextlib.contextmanager
    def worker_killed(self) -> Iterator[None]:
        """Kill the worker."""
        self.worker.kill()
        self.worker.wait()
        yield
        self.start_worker()

    @contextlib.contextmanager
    def worker_stopped(self) -> Iterator[None]:
        """Stop the worker: it does not say any more that it lives."""
        signal_all([self.worker], signal.SIGSTOP)
        yield
        signal_all([self.worker], signal.SIGCONT)

    @contextlib.contextmanager
    def uploads_full(self) -> Iterator[None]:
        """Fill the disk of the uploads; without one of their own, no process writes a file longer than 4 kB."""
        if self.disk_of_its_own:
            filler = self.uploads / "filler"
            with contextlib.suppress(OSError), filler.open("wb") as file:
                while True:
                    file.write(b"\0" * 65536)
            yield
            filler.unlink()
        else:
            limited = self.web_processes()
            for process in limited:
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            yield
            for process in limited:
                try:
                    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                except OSError as error:
                    if error.errno != errno.ESRCH:
                        raise

    @property
    def full_disk(self) -> str:
        """Say how the disk becomes full."""
        return "a tmpfs of its own" if self.disk_of_its_own else "RLIMIT_FSIZE of the web processes"
