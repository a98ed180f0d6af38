"""The manual's own lines, followed on a machine with systemd: this one, started once more beside itself.

Where no second systemd can be started (not root, or a container without the right to mount) these tests are skipped.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from .load import wait_until
from .site import NGINX_PATH
from .units import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.same_on_both]
SECONDS_TO_BOOT = 30
BOOTED = f"timeout {SECONDS_TO_BOOT} systemctl is-system-running --wait"
RELEASE = "/opt/register/releases/2026-11"
DOCUMENTS = ("annex.docx", "minutes.pdf")
# What the manual fetches and installs is there already; PostgreSQL is left to the other tests.
HERE = {
    "git clone ADDRESS $release && cd $release && make setup": "cp -r /trial/release $release && cd $release",
    "install -m 600 /dev/stdin /etc/register/migrate.env": "true",
    "createsuperuser": "check",
}


class Machine:
    """A systemd of its own; ``run`` runs a line of the shell there."""

    def __init__(self, boot: subprocess.Popen, init: int) -> None:
        self.boot, self.init = boot, init

    def run(self, script: str) -> subprocess.CompletedProcess:
        command = ["nsenter", "--target", str(self.init), "--all", "bash", "-euo", "pipefail", "-c", script]
        # Neither of the environment that the tests have.
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def ask(self, address: str) -> str:
        python = "/opt/register/current/.venv/bin/python"
        done = self.run(f"{python} -c 'import urllib.request as u; print(u.urlopen(\"{address}\").status)'")
        return (done.stdout or done.stderr.splitlines()[-1]).strip()


def python_for_others() -> str | None:
    """Return a Python of this version that others than root may run."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (Path(sys.base_prefix) / "bin" / version, Path("/usr/bin") / version):
        if path.exists() and not str(path.resolve()).startswith(("/root/", "/home/")):
            return str(path)
    return None


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Path:
    """The files of a release, with an environment that takes its packages from the tests'."""
    folder, python = tmp_path_factory.mktemp("release"), python_for_others()
    if python is None or os.geteuid() != 0 or shutil.which("nginx", path=NGINX_PATH) is None:
        pytest.skip("This needs root, nginx, and a Python that others may run.")
    for name in ("cnas_tasks", "meetings", "templates", "static", "locale", "fixtures", "deploy", "manage.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name in DOCUMENTS:
        shutil.copy(ROOT / "tests/data" / name, folder / name)
    # pytest's folders are its own.
    folder.chmod(0o755)
    subprocess.run([python, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (packages,) = (folder / ".venv").glob("lib/python*/site-packages")
    (packages / "trial.pth").write_text("/trial/packages\n")
    gunicorn = folder / ".venv" / "bin" / "gunicorn"
    gunicorn.write_text(f"#!{RELEASE}/.venv/bin/python\nfrom gunicorn.app.wsgiapp import run\nrun()\n")
    gunicorn.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def machine(release, tmp_path_factory) -> Iterator[Machine]:
    """A machine on which the manual's lines have been followed."""
    command = [ROOT / "tests/deploy/boot.sh", os.path.realpath(sysconfig.get_path("purelib")), release]
    log = tmp_path_factory.mktemp("boot") / "log"
    with log.open("wb") as written:
        boot = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
    try:
        machine = wait_for_systemd(boot)
        if machine is None:
            pytest.skip(f"No second systemd starts here: {log.read_text()[-300:]}")
        done = machine.run(manual())
        assert done.returncode == 0, done.stderr[-2000:]
        yield machine
    finally:
        boot.kill()
        boot.wait()
        remove_cgroups(boot.pid)


def wait_for_systemd(boot: subprocess.Popen) -> Machine | None:
    deadline = time.monotonic() + SECONDS_TO_BOOT
    while boot.poll() is None and time.monotonic() < deadline:
        # It may end meanwhile, and it becomes systemd after a while.
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(boot.pid).children():
                machine = Machine(boot, child.pid)
                if child.name() == "systemd" and "running" in machine.run(BOOTED).stdout:
                    return machine
        time.sleep(0.2)
    return None


def remove_cgroups(pid: int) -> None:
    for top in ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"):
        group = Path(top) / f"register-trial-{pid}"
        folders = [group, *group.rglob("*/")] if group.exists() else []
        for folder in sorted(folders, reverse=True):
            wait_until(lambda folder=folder: is_removed(folder))


def is_removed(folder: Path) -> bool:
    """Whether the group has gone; it does once its last process has."""
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not folder.exists()


def lines_of(section: str) -> str:
    """Return what a section of the manual tells to type."""
    text = re.split("\n###? ", (ROOT / "docs/operations.md").read_text().partition(f"\n## {section}\n")[2])[0]
    return "\n".join(line.removeprefix("    ") for line in text.splitlines() if line.startswith("    "))


def manual() -> str:
    """Return the lines of the section on systemd, with what HERE says in place of what cannot be had here."""
    lines = lines_of("With systemd")
    for there, here in HERE.items():
        assert there in lines
        lines = lines.replace(there, here)
    settings = "DATABASE_URL=sqlite:////var/lib/register/register.sqlite3\nBASE_URL=http://localhost"
    asked = re.search(r"^install -m 600 deploy/register.env.example (\S+).*$", lines, flags=re.MULTILINE)
    return lines.replace(asked[0], f"{asked[0]}\necho '{settings}' >>{asked[1]}")


def test_the_register_is_served_and_nothing_has_failed(machine):
    assert machine.ask("http://localhost/healthz") == "200"
    assert machine.run("systemctl list-units --failed --no-legend 'register-*'").stdout == ""


@pytest.mark.parametrize("name", ["backup", "verify", "reminders"])
def test_what_runs_by_the_clock_can_do_so_in_its_sandbox(machine, name):
    done = machine.run(f"systemctl start register-{name}")
    assert done.returncode == 0, machine.run(f"journalctl -u register-{name}").stdout


def test_processes_are_replaced_by_the_line_of_the_manual(machine):
    lines = lines_of("Upgrades")
    before = machine.run("ls -i /run/register").stdout
    done = machine.run(f"release={RELEASE}\n{lines}")
    assert done.returncode == 0, done.stderr
    assert machine.ask("http://localhost/healthz") == "200"
    assert machine.run("ls -i /run/register").stdout != before


def test_a_process_that_is_killed_is_started_again(machine):
    machine.run("systemctl kill --signal=KILL register-web@1")
    assert machine.ask("http://localhost/healthz") == "200"
    deadline = time.monotonic() + 30
    while (state := machine.run("systemctl is-active register-web@1").stdout.strip()) != "active":
        assert time.monotonic() < deadline, state
        time.sleep(0.2)


def test_documents_are_read_in_the_sandbox_of_the_units(machine):
    # Its name begins as the others' do, so what is common to all counts for it.
    unit = "[Service]\\nType=oneshot\\nExecStart=/opt/register/current/.venv/bin/python manage.py import_minutes %s"
    for name in DOCUMENTS:
        path = f"/var/lib/register/{name}"
        done = machine.run(
            f"printf '{unit}\\n' {path} >/etc/systemd/system/register-trial.service; systemctl daemon-reload;"
            f" cp /trial/release/{name} {path}; systemctl start register-trial"
        )
        assert done.returncode == 0, machine.run("journalctl -u register-trial").stdout


def test_nothing_else_can_be_written_and_nobody_else_reads_the_settings(machine):
    unit = '[Service]\\nType=oneshot\\nExecStart=/bin/sh -c "%s"\\n'
    for script, status in {
        "touch /var/lib/register/x /tmp/x": 0,
        "touch /var/backups/register/x": 1,
        "cat /etc/register/register.env": 1,
    }.items():
        done = machine.run(
            f"printf '{unit}' '{script}' >/etc/systemd/system/register-trial.service; systemctl daemon-reload;"
            " systemctl start register-trial"
        )
        assert done.returncode == status, script
