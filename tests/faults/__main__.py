"""Faults on purpose, while people write: `python -m tests.faults [--help]`, or `make faults`.

Writers save through the pages of the register as deployed, on PostgreSQL and on SQLite, while again and again a process
is killed or stopped, the disk is full or the mail server silent. Then everything that is stored is held against what
the writers were told. Ends with 1 where anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import threading
from pathlib import Path

from .audit import check_mails
from .databases import DATABASES
from .deployment import Deployment
from .injection import inject
from .journal import Journal
from .report import Round, print_round, write_report
from .writers import Writer


def print_log(folder: Path) -> None:
    """Print the end of what the register's processes logged, and each line that tells of an error."""
    lines = (folder / "log").read_text(errors="replace").splitlines()
    told = [line for place, line in enumerate(lines) if place >= len(lines) - 100 or '"traceback"' in line]
    sys.stderr.write("\n".join([*told, ""]))


def run_round(name: str, number: int | None, seed: str) -> Round:
    """Let ``number`` faults happen on one database, and hold the register against the journal.

    Without a number, each kind once.
    """
    with tempfile.TemporaryDirectory(prefix="register-faults-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        # PostgreSQL's own account has to reach its files.
        folder.chmod(0o755)
        database = DATABASES[name](folder)
        rng = random.Random(f"{seed} {name}")
        deployment = Deployment(folder, database, rng)
        try:
            journal, ended = Journal(), threading.Event()
            writers = [
                Writer(place, of, deployment.port, journal, f"{seed} {name}", ended)
                for place, of in enumerate(deployment.make_register())
            ]
            deployment.start()
            for writer in writers:
                writer.start()
            try:
                inject(deployment, number, journal, rng)
            finally:
                ended.set()
                for writer in writers:
                    writer.join()
            deployment.stop()
            audit = json.loads(deployment.manage("-m", "tests.faults.audit", given=json.dumps(journal.as_json())))
            taken = deployment.mail.taken
            facts = audit["facts"] | {"mails": len(taken), "mails that came twice": sum(taken.values()) - len(taken)}
            violations = [*audit["violations"], *check_mails(audit["sent"], taken)]
            found = Round(database.name, deployment.full_disk, journal, facts, violations)
            if found.all_violations:
                print_log(folder)
            return found
        except BaseException:
            print_log(folder)
            raise
        finally:
            deployment.remove()
            database.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=200, help="how many, over all databases")
    parser.add_argument("--each-once", action="store_true", help="each kind of fault once, instead of --faults")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--seed", default=str(random.randrange(10**6)), help="decides who does what, and the order")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reliability.md")
    arguments = parser.parse_args()
    # Stopped from outside, it stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {arguments.seed}", flush=True)
    rounds = []
    for name in arguments.database:
        number = None if arguments.each_once else arguments.faults // len(arguments.database)
        rounds.append(run_round(name, number, arguments.seed))
        print_round(rounds[-1])
    if arguments.write:
        write_report(rounds, arguments.seed)
    return 1 if any(round.all_violations for round in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
