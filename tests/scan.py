"""Wapiti against the register with the real meeting, as nobody and as each role.

`make scan`, or `python -m tests.scan ROLE…` where it has been installed: into an environment of its own, for it is
under the GPL and no part of the product. Each role gets a register and a server of its own on loopback, SCAN_SECONDS to
find pages in, and a quarter of that for each kind of attack. Modules that ask servers elsewhere are left out. What was
found is printed, and the exit status is 1 where that is anything; docs/security.md has the last results.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.helpers import free_port

ROOT = Path(__file__).resolve().parents[1]
WAPITI = Path(os.environ.get("WAPITI", ROOT / ".venv" / "wapiti" / "bin" / "wapiti"))
NOBODY = "nobody"
ROLES = ("reader", "leader", "liaison", "secretariat", "administrator", NOBODY)
MODULES = (
    *("backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers", "methods"),
    *("permanentxss", "redirect", "shellshock", "sql", "timesql", "upload", "xss"),
)
SECONDS = int(os.environ.get("SCAN_SECONDS", "120"))
# A session ends there, and a new password or role ends it as well.
LEFT_ALONE = ("accounts/logout/", "admin/logout/", "accounts/settings/password/", "accounts/login/")


def main(roles: list[str]) -> int:
    """Scan as each of ``roles``; return whether anything was found."""
    found = 0
    with tempfile.TemporaryDirectory(prefix="register-scan-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        password = make_register(made)
        for role in roles or ROLES:
            data = Path(folder) / role
            shutil.copytree(made, data)
            found += scan(role, data, password)
    return int(found > 0)


def settings_of(data: Path) -> dict[str, str]:
    """Return the environment of a register in this folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.deploy.settings",
        "TEST_DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'register.sqlite3'}",
        "PYTHONWARNINGS": "ignore",
    }


MAKE = """
import sys, django
django.setup()
from django.core.management import call_command
from meetings.devtools import demonstration
from meetings.models import Account
call_command("migrate", verbosity=0)
demonstration.load_meeting_into_empty_register()
demonstration.create_accounts()
for account in Account.objects.all():
    account.set_password(sys.argv[1])
    account.save()
"""


def make_register(data: Path) -> str:
    """Make the register that is scanned; return the password of its accounts."""
    password = secrets.token_urlsafe(20)
    subprocess.run([sys.executable, "-c", MAKE, password], cwd=ROOT, env=settings_of(data), check=True)
    return password


def scan(role: str, data: Path, password: str) -> int:
    """Scan as ``role``, print what was found, and return how much."""
    port, report = free_port(), data / "report.json"
    address = f"http://127.0.0.1:{port}/"
    serve = [sys.executable, "-m", "gunicorn", "--config=python:cnas_tasks.server", f"--bind=127.0.0.1:{port}"]
    command = [
        *(str(WAPITI), "--url", address, "--scope", "folder", "--module", ",".join(MODULES)),
        *("--max-scan-time", str(SECONDS), "--max-attack-time", str(SECONDS // 4), "--max-parameters", "25"),
        *("--max-files-per-dir", "30", "--depth", "6", "--tasks", "4", "--timeout", "30", "--no-bugreport"),
        *("--store-session", str(data / "session"), "--store-config", str(data / "config")),
        *("--format", "json", "--output", str(report), "--detailed-report", "1", "--verbose", "1"),
    ]
    for path in LEFT_ALONE if role != NOBODY else ():
        command += ["--exclude", f"{address}{path}*"]
    if role != NOBODY:
        command += ["--form-user", role, "--form-password", password, "--form-url", f"{address}accounts/login/"]
    with (data / "server.log").open("w") as log, (data / "wapiti.log").open("w") as said:
        server = subprocess.Popen(serve, cwd=ROOT, env=settings_of(data), stderr=log)
        try:
            wait_for(address)
            subprocess.run(command, check=False, stdout=said, timeout=SECONDS * (2 + len(MODULES)))
        finally:
            server.terminate()
            server.wait(60)
    launched = re.findall(r"Launching module (\w+)", (data / "wapiti.log").read_text())
    if sorted(launched) != sorted(MODULES):
        raise RuntimeError(f"as {role}, of {MODULES} Wapiti has only tried {launched}")
    return tell(role, json.loads(report.read_text()), (data / "server.log").read_text())


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    for _attempt in range(600):
        try:
            urllib.request.urlopen(f"{address}healthz/live", timeout=5)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def tell(role: str, report: dict, log: str) -> int:
    """Print what Wapiti found, and where the server failed; return how much that is."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    answered = [line for line in lines if line["logger"] == "register.request"]
    failed = [line for line in answered if line["status"] >= 500]
    signed_in = sum("account_id" in line for line in answered)
    print(f"{role}: {report['infos'].get('crawled_pages_nbr')} pages, {len(answered)} requests, {signed_in} signed in")
    found = 0
    for kind in ("vulnerabilities", "anomalies"):
        for name, cases in report[kind].items():
            for case in cases:
                # Over loopback there is no https; with it cookies are secure (tests/operations/test_deployment.py).
                if name == "Secure Flag cookie":
                    continue
                found += 1
                print(f"  {name}: {case['method']} {case['path']} {case.get('parameter') or ''} {case['info']}")
    for line in failed:
        print(f"  the server failed: {line['method']} {line['view']} {line['status']}")
    sys.stdout.flush()
    return found + len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
