"""What Lighthouse says of the pages, served as in a deployment: `python -m tests.benchmarks.bench_lighthouse [ROUNDS]`.

Loads the real meeting into a register of its own, collects the static files (hashed and compressed), starts gunicorn
and asks Lighthouse (from npm, desktop preset, installed beside this file the first time) for each page as the
secretariat. Prints the median of ROUNDS (3 unless given) for each category, 100 being the best, and the milliseconds
to the largest paint. Needs Chromium (CHROMIUM names another than the one on PATH) and Node.js 18.16 or newer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

from tests.helpers import free_port

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent / "lighthouse"
PROGRAM = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
ROUNDS = 3


def main(rounds: int) -> None:
    """Set up, measure, print, and leave the tree as it was."""
    if not PROGRAM.exists():
        subprocess.run([ROOT / "npm.sh", "ci", "--silent"], cwd=FOLDER, check=True)
    collected = ROOT / "staticfiles"
    was_collected = collected.exists()
    with tempfile.TemporaryDirectory(prefix="register-bench-") as folder:
        port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'register.sqlite3'}",
            "DEBUG": "0",
            "SECRET_KEY": "only-for-measuring" * 4,
            "BASE_URL": f"http://localhost:{port}",
            "ALLOWED_HOSTS": "localhost",
        }
        try:
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "loaddata", "meeting_81", "--verbosity=0")
            manage(environment, "collectstatic", "--noinput", "--verbosity=0")
            session, task = manage(environment, "shell", "--verbosity=0", "--command", SESSION).split()
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "--config=python:cnas_tasks.server"),
                    *(f"--bind=127.0.0.1:{port}", "--workers=1"),
                ],
                cwd=ROOT,
                env=environment,
                stderr=subprocess.DEVNULL,
            )
            try:
                wait_for(f"http://localhost:{port}/healthz")
                pages = {"dashboard": "/", "list": "/tasks/", "task": f"/tasks/{task}/"}
                print(f"{'':12}{'performance':>13}{'accessibility':>15}{'best practices':>16}{'largest paint':>17}")
                for name, path in pages.items():
                    runs = [look(f"http://localhost:{port}{path}", session, folder) for _round in range(rounds)]
                    scores = [median(run[category] for run in runs) for category in CATEGORIES]
                    paint = median(run["paint"] for run in runs)
                    print(f"{name:12}{scores[0]:13.0f}{scores[1]:15.0f}{scores[2]:16.0f}{paint:14.0f} ms")
                    for title in sorted({title for run in runs for title in run["failed"]}):
                        print(f"{'':12}  not passed: {title}")
            finally:
                server.terminate()
                server.wait()
        finally:
            if not was_collected:
                shutil.rmtree(collected, ignore_errors=True)


# Prints the session of a signed-in secretariat, and a task to look at.
SESSION = """
from django.conf import settings
from django.test import Client
from meetings.models import Account, Role, Task
account = Account.objects.create_user("measuring", role=Role.SECRETARIAT, display_name="Lighthouse")
client = Client()
client.force_login(account)
print(client.cookies[settings.SESSION_COOKIE_NAME].value, Task.objects.order_by("pk").first().pk)
"""


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a command of manage.py and return what it prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


def look(address: str, session: str, folder: str) -> dict:
    """Return the scores of one page (0 to 100), the time of its largest paint in ms, and what did not pass."""
    report = Path(folder) / "report.json"
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))))
    subprocess.run(
        [
            "node",
            PROGRAM,
            address,
            "--preset=desktop",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--extra-headers={json.dumps({'Cookie': f'sessionid={session}'})}",
            "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
            "--output=json",
            f"--output-path={report}",
            "--quiet",
        ],
        env={**os.environ, "CHROME_PATH": chromium},
        check=True,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: found["categories"][name]["score"] * 100 for name in CATEGORIES}
    weighed = {
        audit["id"] for category in found["categories"].values() for audit in category["auditRefs"] if audit["weight"]
    }
    failed = [
        audit["title"]
        for name, audit in found["audits"].items()
        if name in weighed and audit["score"] is not None and audit["score"] < 0.9
    ]
    return {**scores, "paint": found["audits"]["largest-contentful-paint"]["numericValue"], "failed": failed}


def wait_for(address: str) -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
