"""Figures as tables of BENCHMARKS.md."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from .measured import Measured
from .registers import ROOT

if TYPE_CHECKING:
    from .bench import Figures

    All = Mapping[tuple[str, int], Mapping[Measured, Figures]]

FILE = ROOT / "BENCHMARKS.md"
# How much dearer a page may be with a hundred times as many tasks.
GROWTH = 1.3
# The register for which weights are set.
SMALLEST = 18


@dataclass(frozen=True)
class Fact:
    """One figure that has no floor; ``goal`` is the most it may be."""

    vendor: str
    tasks: int
    name: str
    value: float
    unit: str
    goal: float | None = None


def against(value: float, goal: float | None, digits: int = 2) -> str:
    """Return the value, bold where it is over the goal."""
    text = f"{value:.{digits}f}"
    return f"**{text}**" if goal is not None and value > goal else text


def table(figures: Mapping[Measured, Figures], tasks: int) -> str:
    """Return one register's table."""
    lines = [
        "| what | ms | web + database | p95 on the clock | floor, ms | ratio | goal | queries | kB | gzip |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for thing, found in figures.items():
        if found.fault:
            lines.append(f"| {thing.name} | not measured: {found.fault} {'| ' * 8}|")
            continue
        goal, last = thing.goal_for(tasks), found.page[-1]
        web = median(answer.web for answer in found.page) * 1000
        database = median(answer.database for answer in found.page) * 1000
        packed = f"{last.sent / 1000:.1f}" if last.sent < len(last.body) else "–"
        weight = against(len(last.body) / 1000, thing.weight if tasks == SMALLEST else None, digits=1)
        lines.append(
            f"| {thing.name} | {found.cost:.1f} | {web:.1f} + {database:.1f} | {found.p95:.0f} | {found.floor_cost:.1f}"
            f" | {against(found.ratio, goal)} | {goal or '–'} | {found.queries}"
            f" | {weight} | {packed} |"
        )
    return "\n".join(lines)


def growth(figures: All) -> str:
    """Return what each page costs in a larger register against one of 10,000 tasks."""
    lines = []
    for (vendor, tasks), many in figures.items():
        few = figures.get((vendor, 10_000))
        if few is None or tasks <= 10_000:
            continue
        for thing, found in many.items():
            if found.fault or few[thing].fault:
                continue
            ratio = against(found.cost / few[thing].cost, GROWTH)
            lines.append(f"| {vendor} | {thing.name} | {tasks:,} | {found.cost:.1f} | {ratio} | {GROWTH} |")
    head = ["| database | what | tasks | ms | ratio to 10,000 | goal |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    return "\n".join([*head, *lines]) if lines else ""


def facts(found: Iterable[Fact]) -> str:
    """Return the table of what has no floor."""
    lines = [
        f"| {fact.vendor} | {fact.tasks:,} | {fact.name} | {against(fact.value, fact.goal)} {fact.unit}"
        f" | {f'{fact.goal:g} {fact.unit}' if fact.goal else '–'} |"
        for fact in found
    ]
    return "\n".join(["| database | tasks | what | | at most |", "| --- | ---: | --- | ---: | ---: |", *lines])


def document(figures: All, found: list[Fact]) -> str:
    """Return everything, as it stands in BENCHMARKS.md."""
    parts = [
        f"Measured on {datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, by one run that ended at a load of {os.getloadavg()[0]:.0f}."
        " Bold: over its goal."
    ]
    for (vendor, tasks), of_register in figures.items():
        parts += [f"### {vendor}, {tasks:,} tasks", table(of_register, tasks)]
    if grown := growth(figures):
        parts += ["### With more tasks", grown]
    parts += ["### Processes", facts(found)]
    return "\n\n".join(parts)


def write(name: str, text: str, file: Path = FILE) -> None:
    """Put the text between the marks ``name`` of a file."""
    begin, end = (f"<!-- {name}: {word} -->" for word in ("begin", "end"))
    before, _begin, rest = file.read_text(encoding="utf-8").partition(begin)
    _old, _end, after = rest.partition(end)
    if not after:
        raise ValueError(f"{file.name} has no marks {begin} and {end}.")
    file.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def over_twice(figures: All) -> list[str]:
    """Return a line for each ratio that is over twice its goal, or not known."""
    unknown = [
        f"{vendor}, {tasks:,} tasks: {thing.name} is not measured: {found.fault}"
        for (vendor, tasks), of_register in figures.items()
        for thing, found in of_register.items()
        if found.fault
    ]
    return unknown + [
        f"{vendor}, {tasks:,} tasks: {thing.name} costs {found.ratio:.1f} times its floor; the goal is {goal}."
        for (vendor, tasks), of_register in figures.items()
        for thing, found in of_register.items()
        if found.is_over_twice(goal := thing.goal_for(tasks))
    ]
