"""What others wrote that the product is made of: `python -m tests.third_party` prints THIRD_PARTY.md.

Licences are read from what is installed, and for the front end from its lock file; what only developers need is left
out.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ("requirements.txt", "requirements-ocr.txt", "requirements-s3.txt")
HEAD = """# Third-party software

The register is under the MIT licence ([LICENSE](LICENSE)). It is installed with what follows, each under its own
licence; none of it lies in this repository. htmx (0BSD) comes inside django-htmx, the models that recognise Chinese
text (Apache-2.0) inside rapidocr. Made by `make third-party` from what is installed.

What is under the LGPL (ldap3, psycopg) is used as it is. Some wheels bring libraries of others, whose terms lie in the
wheel: psycopg-binary libpq, OpenSSL and Kerberos; of what reads scans, opencv-python-headless FFmpeg (LGPL-2.1),
shapely GEOS (LGPL-2.1), numpy libquadmath (LGPL-2.1) and libgfortran (GPL-3.0 with GCC's exception for what is compiled
by it).
"""


class Package(NamedTuple):
    """A package that others wrote."""

    name: str
    version: str
    licence: str


def required_packages() -> dict[str, str]:
    """Return the version of each Python package that a deployment may install."""
    pins: dict[str, str] = {}
    for name in REQUIREMENTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        pins.update(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", text, re.MULTILINE))
    return pins


def python_packages() -> list[Package]:
    """Return those of `required_packages` that are installed here."""
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json"]
    done = subprocess.run(
        [*command, "--packages", *required_packages()], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return [Package(each["Name"], each["Version"], each["License"]) for each in json.loads(done.stdout)]


def front_end_packages() -> list[Package]:
    """Return what pages are served with."""
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    names = {path: path.removeprefix("node_modules/") for path, each in locked.items() if path and not each.get("dev")}
    return [Package(name, locked[path]["version"], locked[path]["license"]) for path, name in names.items()]


def draw_table(packages: list[Package]) -> str:
    """Return the rows of ``packages`` in Markdown, by name."""
    rows = [f"| {name} | {version} | {licence} |" for name, version, licence in packages]
    return "\n".join(["| package | version | licence |", "| --- | --- | --- |", *sorted(rows, key=str.lower)])


def draw() -> str:
    """Return THIRD_PARTY.md."""
    parts = [HEAD, "## Python\n", draw_table(python_packages()), "\n## Pages\n", draw_table(front_end_packages())]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(draw())
