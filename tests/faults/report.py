"""Figures as tables of docs/reliability.md."""

from __future__ import annotations

import datetime
import os
import platform
from collections import Counter
from dataclasses import dataclass
from statistics import median

from cnas_tasks.server import threads
from tests.benchmarks.report import write

from .deployment import ROOT, WEB_PROCESSES
from .journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal

FILE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Round:
    """What came of the faults on one database."""

    database: str
    full_disk: str
    journal: Journal
    facts: dict[str, int]
    violations: list[str]

    @property
    def all_violations(self) -> list[str]:
        """Return what the writers saw and what the audit found."""
        return [*self.journal.violations, *self.violations]


def table(found: Round) -> str:
    """Return the faults with what became of the saves sent during them, or until the next one."""
    lines = [
        "| fault | times | saves acknowledged | refused | unknown | sent again | next saves after s: median, most |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    writes = found.journal.writes
    for fault, times in sorted(found.journal.faults.items()):
        of_fault = [each for each in writes if each.fault == fault]
        outcomes = Counter(each.outcome for each in of_fault)
        again = sum(each.may_be_stored for each in of_fault)
        waits = found.journal.recoveries.get(fault, [0.0])
        lines.append(
            f"| {fault} | {times} | {outcomes[ACKNOWLEDGED]} | {outcomes[REFUSED]} | {outcomes[UNKNOWN]} | {again}"
            f" | {median(waits):.1f}, {max(waits):.1f} |"
        )
    outcomes = Counter(each.outcome for each in writes)
    lines.append(
        f"| **all** | {sum(found.journal.faults.values())} | {outcomes[ACKNOWLEDGED]} | {outcomes[REFUSED]}"
        f" | {outcomes[UNKNOWN]} | {sum(each.may_be_stored for each in writes)} | |"
    )
    return "\n".join(lines)


def summary(found: Round) -> str:
    """Return what stands in the register afterwards, and what is wrong with it."""
    facts = "; ".join(f"{name}: {number:,}" for name, number in found.facts.items())
    kinds = Counter(write.kind for write in found.journal.writes if write.outcome == ACKNOWLEDGED)
    saved = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
    wrong = len(found.all_violations)
    return (
        f"Full by {found.full_disk}. In the register afterwards: {facts}. Acknowledged, by kind: {saved}."
        f" **Violations: {wrong}.**"
    )


def print_round(found: Round) -> None:
    """Print a round, and every violation."""
    print(f"\n{found.database}\n\n{table(found)}\n\n{summary(found)}", flush=True)
    for violation in found.all_violations:
        print(f"VIOLATION: {violation}", flush=True)


def write_report(rounds: list[Round], seed: str) -> None:
    """Put the rounds between their marks."""
    faults = sum(sum(found.journal.faults.values()) for found in rounds)
    parts = [
        f"{faults} faults on {datetime.datetime.now(datetime.UTC).date()}, seed {seed}: {os.cpu_count()} shared cores,"
        f" Python {platform.python_version()}; {WEB_PROCESSES} web processes"
        f" of {threads} threads, one worker. Repeat it by `make faults`."
    ]
    for found in rounds:
        parts += [f"### {found.database}", table(found), summary(found)]
    write("faults", "\n\n".join(parts), FILE)
