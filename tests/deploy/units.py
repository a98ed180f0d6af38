"""The units in `deploy/systemd` as systemd reads them, as far as they use it."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
# It counts for every unit whose name begins so.
COMMON = UNITS / "register-.service.d" / "register.conf"


@dataclass(frozen=True)
class Unit:
    """What a unit says, by section and key; a key may come several times."""

    name: str
    lines: tuple[tuple[str, str, str], ...]

    def values(self, section: str, key: str) -> list[str]:
        """Return what the unit says under a key, in order."""
        return [value for where, name, value in self.lines if (where, name) == (section, key)]

    def value(self, section: str, key: str) -> str:
        """Return what it says last."""
        return self.values(section, key)[-1]

    @property
    def command(self) -> list[str]:
        """The one ExecStart line as the arguments of a process."""
        (line,) = self.values("Service", "ExecStart")
        return [argument.replace("$$", "$") for argument in shlex.split(line)]


def load_unit(name: str) -> Unit:
    """Read a unit, with what all services have in common; of a template, the instance that is named."""
    stem, _at, instance = name.rpartition(".")[0].partition("@")
    suffix = name.rpartition(".")[2]
    path = UNITS / (f"{stem}@.{suffix}" if instance else name)
    lines = _lines(path)
    if suffix == "service":
        lines = [*_lines(COMMON), *lines]
    specifiers = {"%i": instance, "%%": "%"}
    return Unit(
        name,
        tuple(
            (section, key, re.sub(r"%.", lambda match: specifiers[match[0]], value)) for section, key, value in lines
        ),
    )


def _lines(path: Path) -> list[tuple[str, str, str]]:
    section, found = "", []
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _equals, value = line.partition("=")
            found.append((section, key, value))
    return found


def wanted_units() -> list[str]:
    """Return what `register.target` starts."""
    return " ".join(load_unit("register.target").values("Unit", "Wants")).split()


def environment_file(text: str) -> dict[str, str]:
    """Return what an EnvironmentFile sets."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)
