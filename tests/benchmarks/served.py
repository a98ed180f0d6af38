"""The register as deployed, asked as a browser asks, and what its processes have used of the processor."""

from __future__ import annotations

import gzip
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import quote, unquote, urlencode

import lxml.html
import psutil

from .registers import ROOT, Register, environment

# Any will do: it is sent as a cookie and with what is posted.
TOKEN = "b" * 32


@dataclass(frozen=True)
class Answer:
    """What came back: ``cost`` in seconds of processor time, ``wall`` on the clock, ``sent`` bytes on the way.

    ``fault`` is what a 503 says that the machine could not do.
    """

    status: int
    body: bytes
    sent: int
    queries: int
    wall: float
    web: float
    database: float
    fault: str = ""

    @property
    def cost(self) -> float:
        """All the processor time."""
        return self.web + self.database


def processor_time(processes: Iterable[int]) -> dict[int, float]:
    """Return the seconds of processor time of each process, to the nanosecond (clock_getcpuclockid)."""
    taken = {}
    for pid in processes:
        try:
            taken[pid] = time.clock_gettime((~pid << 3) | 2)
        except OSError:
            continue
    return taken


class Served:
    """The server with the settings of a deployment, and as many workers."""

    def __init__(self, register: Register, *, workers: int = 1) -> None:
        self.register = register
        self.workers = workers

    def __enter__(self) -> Served:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        start = time.monotonic()
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "gunicorn", "--config=python:cnas_tasks.server", f"--bind=127.0.0.1:{self.port}"),
                *(f"--workers={self.workers}", "--log-level=error"),
            ],
            cwd=ROOT,
            env=environment(self.register.url),
        )
        while True:
            try:
                self.send("GET", "/tasks/", "secretariat")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - start > 60:
                    raise
                time.sleep(0.01)
        self.first_page = time.monotonic() - start
        self.worker = psutil.Process(self.process.pid).children()[0]
        self.started_in = sum(processor_time([self.process.pid, self.worker.pid]).values())
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait()

    # --- asking -----------------------------------------------------------------------------------------

    def send(
        self, method: str, address: str, who: str, data: dict[str, str] | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request as ``who`` and return the answer with its body, as it came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            sent = {
                "Cookie": f"sessionid={self.register.accounts[who]['session']}; csrftoken={TOKEN}",
                "Accept-Encoding": "gzip",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            }
            body = None
            if data is not None:
                sent |= {"X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
                body = urlencode(data)
            connection.request(method, quote(address, safe="/?&=%"), body, sent)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def ask(self, address: str, who: str, data: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a request and return what it cost."""
        before = self._used()
        start = time.monotonic()
        response, body = self.send("GET" if data is None else "POST", address, who, data, **headers)
        wall = time.monotonic() - start
        after = self._used()
        web, database = (
            sum(seconds - then[pid] for pid, seconds in now.items() if pid in then)
            for then, now in zip(before, after, strict=True)
        )
        sent = len(body)
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        queries, fault = int(response.headers.get("X-Queries", 0)), unquote(response.headers.get("X-Fault", ""))
        return Answer(response.status, body, sent, queries, wall, web, database, fault)

    def _used(self) -> tuple[dict[int, float], dict[int, float]]:
        backends = processor_time(self.register.backends())
        if self.register.postmaster is not None:
            # Processes that helped with one query are gone, and counted there.
            times = self.register.postmaster.cpu_times()
            backends[0] = times.children_user + times.children_system
        return processor_time([self.worker.pid]), backends

    def open_form(self, address: str, who: str, note: str) -> dict[str, str]:
        """Open the page at ``address`` and return what its form with a note sends."""
        _response, body = self.send("GET", address, who)
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        form = next(form for form in lxml.html.fromstring(body).forms if form.action == address)
        return {**{name: value or "" for name, value in form.form_values()}, "note": note}

    @property
    def memory(self) -> float:
        """The megabytes that the worker takes."""
        return self.worker.memory_info().rss / 1e6


# The most memory of a process is said to be at least that of the one it was started by: a small one starts it.
WAIT = """
import os, subprocess, sys
_pid, status, used = os.wait4(subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL).pid, 0)
print(status, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)
"""


def peak_of(command: list[str], url: str) -> tuple[float, float]:
    """Run a command and return its seconds of processor time and its most megabytes."""
    waiting = [sys.executable, "-c", WAIT, *command]
    said = subprocess.run(waiting, cwd=ROOT, env=environment(url), stdout=subprocess.PIPE, check=True, text=True)
    status, seconds, megabytes = said.stdout.split()
    if status != "0":
        raise RuntimeError(f"{' '.join(command)} failed.")
    return float(seconds), float(megabytes)
