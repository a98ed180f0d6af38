"""What `verify_register` costs: `python -m tests.faults.verification [--tasks N …]`, into docs/reliability.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import tempfile

from tests.benchmarks.registers import DATABASES, Register, manage
from tests.benchmarks.report import write
from tests.benchmarks.served import peak_of

from .report import FILE

COUNT = "import json; from meetings.models import TaskLog; print(json.dumps(TaskLog.objects.count()))"


def measure(register: Register) -> str:
    """Return the line of one register."""
    entries = json.loads(manage(register.url, "shell", "--verbosity=0", "--command", COUNT))
    before = database_seconds(register)
    seconds, megabytes = peak_of(["manage.py", "verify_register"], register.url)
    idle, idle_megabytes = peak_of(["manage.py", "check"], register.url)
    of_database = database_seconds(register) - before
    return (
        f"| {register.vendor} | {register.tasks:,} | {entries:,} | {seconds - idle:.1f} | {of_database:.1f}"
        f" | {megabytes - idle_megabytes:.0f} |"
    )


def database_seconds(register: Register) -> float:
    """Return the processor time of PostgreSQL's processes that have ended, which served one command each."""
    if register.postmaster is None:
        return 0.0
    times = register.postmaster.cpu_times()
    return times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, nargs="+", default=[1_000, 10_000], help="sizes of registers")
    arguments = parser.parse_args()
    lines = [
        "| database | tasks | log entries | s | s of the database besides | MB over idle |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    with tempfile.TemporaryDirectory(prefix="register-static-") as os.environ["BENCHMARK_STATIC_ROOT"]:
        for tasks in arguments.tasks:
            for open_register in DATABASES.values():
                with open_register(tasks) as register:
                    lines.append(measure(register))
                    print(lines[-1], flush=True)
    date = datetime.datetime.now(datetime.UTC).date()
    head = f"Processor time on {date}, Python {platform.python_version()}; repeat it by `make faults-verification`."
    write("verification", f"{head}\n\n" + "\n".join(lines), FILE)


if __name__ == "__main__":
    main()
