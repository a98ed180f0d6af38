"""What is no page: exports, what a browser has to fetch, fifty people at once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from .registers import REAL_MEETING, Register, manage
from .report import Fact
from .served import Served, peak_of

EVERY, SECONDS = 10, 120
EXPORT_TURNS = 5
LOOKS = 5
CHROMIUMS = ("chromium-headless-shell", "chromium", "google-chrome")


def facts(register: Register, seconds: int = SECONDS) -> Iterator[Fact]:
    """Measure what concerns a register of this size."""
    of = register.vendor, register.tasks
    if register.tasks == REAL_MEETING:
        if register.vendor == "SQLite":
            yield from weigh(register)
        return
    yield from export(register)
    if register.tasks == 10_000:
        yield from (Fact(*of, *fact) for fact in let_people_work(register, seconds))


# --- exports ------------------------------------------------------------------------------------------


def export(register: Register) -> Iterator[Fact]:
    """Compare the command that writes the register with openpyxl alone, in turn, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="register-bench-") as folder:
        command = ["manage.py", "export_register", str(Path(folder) / "register.xlsx")]
        bare = ["-m", "tests.benchmarks.bare_workbook", str(Path(folder) / "bare.xlsx")]
        runs = (command, [*command, "--query", "q=nothing-is-called-so"], bare, [*bare, "0"])
        turns = EXPORT_TURNS if register.tasks <= 10_000 else 1
        taken = [[peak_of(run, register.url) for run in runs] for _turn in range(turns)]
    of = register.vendor, register.tasks
    spent, idle, bare_spent, bare_idle = (median(seconds for seconds, _peak in run) for run in zip(*taken, strict=True))
    memory, idle_memory = (median(peak for _seconds, peak in run) for run in list(zip(*taken, strict=True))[:2])
    ratio = (spent - idle) / (bare_spent - bare_idle)
    yield Fact(*of, ".xlsx: processor time ÷ that of openpyxl write-only", ratio, "", 1.25)
    yield Fact(*of, ".xlsx: rows a second of processor time", register.tasks / (spent - idle), "")
    yield Fact(*of, ".xlsx: the same by openpyxl write-only", register.tasks / (bare_spent - bare_idle), "")
    yield Fact(*of, ".xlsx: most memory over idle", memory - idle_memory, "MB", 100)


# --- in a browser ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def browser(served: Served) -> Iterator[Page]:
    """Yield a page of Chromium in which the secretariat is signed in."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = chromium.new_context(base_url=f"http://localhost:{served.port}")
        session = served.register.accounts["secretariat"]["session"]
        context.add_cookies([{"name": "sessionid", "value": session, "domain": "localhost", "path": "/"}])
        yield context.new_page()
        chromium.close()


def weigh(register: Register) -> Iterator[Fact]:
    """Add up what Chromium fetches for a first visit and for the next, and when pages are ready."""
    of = register.vendor, register.tasks
    pages = {"list": "/tasks/", "dashboard": "/", "task": f"/tasks/{register.accounts['secretariat']['task']}/"}
    with Served(register) as served:
        for name, address in pages.items():
            with browser(served) as page:
                network = page.context.new_cdp_session(page)
                network.send("Network.enable")
                fetched: list[float] = []
                network.on("Network.loadingFinished", lambda event, sum=fetched: sum.append(event["encodedDataLength"]))
                for visit, goal in (("first visit", 250), ("next visit", 30)):
                    fetched.clear()
                    page.goto(address, wait_until="networkidle")
                    yield Fact(*of, f"{name}, weight of the {visit}", sum(fetched) / 1000, "kB", goal)
                ready = []
                for _look in range(LOOKS):
                    page.goto(address, wait_until="load")
                    ready.append(page.evaluate("performance.getEntriesByType('navigation')[0].domComplete"))
                yield Fact(*of, f"{name}, ready in Chromium", median(ready) / 1000, "s", 0.3)


# --- fifty people -----------------------------------------------------------------------------------------


@dataclass
class Work:
    """What a person has done: seconds of each step, notes that were taken, answers that refused."""

    walls: dict[str, list[float]] = field(default_factory=lambda: {"open": [], "save": []})
    taken: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def save(self, served: Served, who: str) -> None:
        """Open one's task, write a note and save it."""
        address = f"/tasks/{served.register.accounts[who]['task']}/"
        note = f"{who} wrote this as number {len(self.taken)} at {time.monotonic()}"
        start = time.monotonic()
        data = served.open_form(address, who, note)
        opened = time.monotonic()
        response, _body = served.send("POST", address, who, data)
        self.walls["open"].append(opened - start)
        self.walls["save"].append(time.monotonic() - opened)
        if response.status == 302:
            self.taken.append(note)
        else:
            self.refused.append(response.status)


def let_people_work(register: Register, seconds: int) -> Iterator[tuple[str, float, str, float | None]]:
    """Let fifty people open a task and save it every ten seconds; then look for every note in the log."""
    people = {name: Work() for name in register.accounts if name.startswith("person-")}
    alone = Work()
    with Served(register, workers=2) as served:
        for _turn in range(20):
            alone.save(served, "secretariat")
        start = time.monotonic()

        def work(name: str, number: int) -> None:
            next_at = start + number * EVERY / len(people)
            while next_at < start + seconds:
                time.sleep(max(0.0, next_at - time.monotonic()))
                people[name].save(served, name)
                next_at += EVERY

        threads = [threading.Thread(target=work, args=(name, number)) for number, name in enumerate(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    stored = set(json.loads(manage(register.url, "shell", "--verbosity=0", "--command", NOTES)))
    works = list(people.values())
    yield f"{len(people)} people: saves", sum(len(work.taken) for work in works), "", None
    yield f"{len(people)} people: failed", sum(len(work.refused) for work in works), "", 0
    lost = [note for work in [*works, alone] for note in work.taken if note not in stored]
    yield f"{len(people)} people: lost", len(lost), "", 0
    for step in ("open", "save"):
        many = slowest(wall for work in works for wall in work.walls[step])
        single = slowest(alone.walls[step])
        yield f"{len(people)} people: p95 to {step}", many * 1000, "ms", None
        yield f"{len(people)} people: p95 to {step} ÷ that of one alone", many / single, "", 5


NOTES = """
import json
from meetings.models import TaskLog
print(json.dumps(list(TaskLog.objects.filter(note__contains="wrote this as number").values_list("note", flat=True))))
"""


def slowest(walls: Iterator[float] | list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(walls, n=20, method="inclusive")[-1]
