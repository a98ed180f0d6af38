"""What pages cost beside their floors: `python -m tests.benchmarks.bench [--help]`, or `make bench`.

Serves registers of several sizes as a deployment does, on both databases, and asks in turn for each page of
`measured` and for its floor, so that whatever else the machine does falls on both alike. Costs are milliseconds of
processor time, of the web process and of PostgreSQL's together: a busy neighbour counts less there than on the clock.
"""

from __future__ import annotations

import argparse
import datetime
import html
import os
import re
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles

from . import processes, report
from .measured import EACH, MEASURED, Measured
from .registers import DATABASES, Register, manage
from .served import Answer, Served

FEWEST_ROUNDS, MOST_ROUNDS, SECONDS_EACH = 3, 21, 12
PAGE_SIZE = 50


class FloorFaultError(RuntimeError):
    """Raised where the machine cannot answer a floor: the page has nothing to be held against."""


@dataclass
class Figures:
    """What one page and its floor have cost, by turns; with a ``fault`` it was not measured."""

    page: list[Answer] = field(default_factory=list)
    floor: list[Answer] = field(default_factory=list)
    queries: int = 0
    fault: str = ""

    @property
    def cost(self) -> float:
        """The median of the page's processor time, in ms."""
        return median(answer.cost for answer in self.page) * 1000

    @property
    def floor_cost(self) -> float:
        """That of its floor."""
        return median(answer.cost for answer in self.floor) * 1000

    @property
    def ratio(self) -> float:
        """How many times its floor the page costs."""
        return self.cost / self.floor_cost

    def is_over_twice(self, goal: float | None) -> bool:
        """Return whether the page costs more than twice what it may."""
        return goal is not None and not self.fault and self.ratio > 2 * goal

    @property
    def p95(self) -> float:
        """The page's slowest but one of twenty on the clock, in ms."""
        walls = [answer.wall * 1000 for answer in self.page]
        return quantiles(walls, n=20, method="inclusive")[-1] if len(walls) > 1 else walls[0]


def measure(served: Served, things: Iterable[Measured], rounds: int) -> dict[Measured, Figures]:
    """Ask for everything in turn; what is slow is asked less often."""
    account = served.register.accounts["secretariat"]
    tasks = served.register.tasks
    words = {
        "task": account["task"],
        "department": account["department"],
        "middle": -(-tasks // (2 * PAGE_SIZE)),
        "following": find_next(served, -(-tasks // (2 * PAGE_SIZE))),
        "past": datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=180),
    }
    figures: dict[Measured, Figures] = defaultdict(Figures)
    spent: dict[Measured, float] = defaultdict(float)
    # The first turn fills the caches.
    for turn in range(rounds + 1):
        for thing in things:
            if figures[thing].fault or (turn > FEWEST_ROUNDS and spent[thing] > SECONDS_EACH):
                continue
            # In a small register everybody has asked before the last turn.
            if thing.role == EACH and f"{EACH}-{turn}" not in served.register.accounts:
                continue
            start = time.monotonic()
            try:
                answers = [ask(served, thing, each.format(**words), turn) for each in (thing.address, thing.floor)]
            except FloorFaultError as error:
                figures[thing].fault = str(error)
                print(f"{thing.name} is not measured: {error}", file=sys.stderr)
                continue
            spent[thing] += time.monotonic() - start
            if turn:
                figures[thing].page.append(answers[0])
                figures[thing].floor.append(answers[1])
            else:
                figures[thing].queries = answers[0].queries
    return figures


def find_next(served: Served, page: int) -> str:
    """Return the address that a page of the list links to as the next one; of the only page, its own."""
    link = re.search(rb'rel="next"\s+href="([^"]+)"', served.ask(f"/tasks/?page={page}", "secretariat").body)
    return html.unescape(link[1].decode()) if link else "/tasks/"


def ask(served: Served, thing: Measured, address: str, turn: int) -> Answer:
    """Ask once; raises RuntimeError where the answer is none, FloorFaultError where it is a floor's fault.

    The first turn counts queries.
    """
    headers = {} if turn else {"X-Count-Queries": "1"}
    data = None
    if thing.is_save:
        note = f"Measured by turn {turn}"
        data = {"note": note}
        if address.endswith("/status/"):
            data = served.open_form(address, thing.role, note)
    elif thing.fragment and "/floor/" not in address:
        headers["HX-Request"] = "true"
    role = f"{EACH}-{turn}" if thing.role == EACH else thing.role
    answer = served.ask(address, role, data, **headers)
    if answer.fault and address.startswith("/floor/"):
        raise FloorFaultError(f"{address} answers {answer.status}, {answer.fault}")
    if answer.status != (302 if thing.is_save else 200):
        raise RuntimeError(f"{address} answers {answer.status}.")
    if address.startswith("/tasks/?") and b'id="task-' not in answer.body:
        raise RuntimeError(f"{address} shows no task.")
    return answer


def run(arguments: argparse.Namespace) -> tuple[dict[tuple[str, int], dict[Measured, Figures]], list[report.Fact]]:
    """Measure every register that is asked for; return the figures, and facts about processes."""
    things = [thing for thing in MEASURED if re.search(arguments.only, thing.name)]
    figures: dict[tuple[str, int], dict[Measured, Figures]] = {}
    facts: list[report.Fact] = []
    # Collected as a deployment does, hashed and compressed.
    manage("sqlite://:memory:", "collectstatic", "--noinput", "--verbosity=0")
    for database in arguments.database:
        for tasks in arguments.tasks:
            with DATABASES[database](tasks) as register:
                print(f"{register.vendor}, {tasks:,} tasks", file=sys.stderr)
                figures[register.vendor, tasks] = measure_register(register, things, arguments.rounds, facts)
                print(report.table(figures[register.vendor, tasks], tasks), flush=True)
                if not arguments.pages:
                    facts += processes.facts(register)
    return figures, facts


def measure_register(
    register: Register, things: list[Measured], rounds: int, facts: list[report.Fact]
) -> dict[Measured, Figures]:
    """Measure the pages of one register, and add to ``facts`` what its worker took."""
    with Served(register) as served:
        first_page, started_in = served.first_page, served.started_in
        figures = measure(served, things, rounds)
        # In few rounds a busy neighbour may have been as dear.
        doubtful = [thing for thing in things if figures[thing].is_over_twice(thing.goal_for(register.tasks))]
        if rounds < MOST_ROUNDS:
            figures |= measure(served, doubtful, MOST_ROUNDS)
        of = register.vendor, register.tasks
        facts.append(report.Fact(*of, "memory of a worker that has served all pages", served.memory, "MB", 120))
        facts.append(report.Fact(*of, "cold start to the first page, on the clock", first_page, "s", 2))
        facts.append(report.Fact(*of, "the same, processor time", started_in, "s"))
        address = f"/tasks/{register.accounts['secretariat']['task']}/edit/"
        for turn in ("first", "next"):
            data = served.open_form(address, "secretariat", "Measured")
            answer = served.ask(address, "secretariat", {**data, "text": f"{data['text']}。", "reason": "Measured"})
            facts.append(report.Fact(*of, f"the {turn} save of a text, processor time", answer.cost * 1000, "ms"))
            if answer.status != 302:
                raise RuntimeError(f"{address} answers {answer.status}.")
        facts.append(report.Fact(*of, "memory of the worker after that", served.memory, "MB"))
        if register.tasks > 18:
            most = 900 if register.tasks == 1_000_000 else None
            facts.append(report.Fact(*of, "generate_tasks, on the clock", register.made_in, "s", most))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, nargs="+", default=[18, 10_000, 100_000], help="sizes of registers")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--rounds", type=int, default=MOST_ROUNDS)
    parser.add_argument("--only", default="", help="a regular expression for the names of what to measure")
    parser.add_argument("--pages", action="store_true", help="leave out what is no page: exports, weights, people")
    parser.add_argument("--write", metavar="NAME", help="put the figures into BENCHMARKS.md, between the marks NAME")
    parser.add_argument("--strict", action="store_true", help="fail where a ratio is over twice its goal")
    arguments = parser.parse_args()
    # Stopped from outside, it stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="register-static-") as os.environ["BENCHMARK_STATIC_ROOT"]:
        figures, facts = run(arguments)
    print(report.facts(facts))
    if arguments.write:
        report.write(arguments.write, report.document(figures, facts))
    over = report.over_twice(figures)
    print(*over, sep="\n")
    return 1 if arguments.strict and over else 0


if __name__ == "__main__":
    sys.exit(main())
