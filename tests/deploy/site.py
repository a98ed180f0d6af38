"""A deployment on this machine: the units' own commands, as systemd starts and stops them, behind nginx."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.helpers import free_port

from .units import ROOT, Unit, environment_file, load_unit

NGINX = ROOT / "deploy" / "nginx" / "register.conf"
# Debian has it where only root looks.
NGINX_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
SECONDS_TO_START = 60


class StartError(Exception):
    """Raised where a service ends before it says that it is ready, or does not say so in time."""


class Site:
    """Processes of the units and nginx; what is absolute in the files under `deploy` lies in one folder here."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        for name in ("run", "log", "data", "backups", "nginx"):
            (folder / name).mkdir()
        # From the particular to the general.
        self.paths = {
            "/opt/register/current/.venv/bin": str(Path(sys.executable).parent),
            "/opt/register/current": str(ROOT),
            "/etc/register": str(folder),
            "/run/register": str(folder / "run"),
            "/var/backups/register": str(folder / "backups"),
            "/var/log/nginx": str(folder / "log"),
            "listen 80 ": f"listen 127.0.0.1:{self.port} ",
        }
        self.processes: dict[str, subprocess.Popen] = {}
        example = (ROOT / "deploy" / "register.env.example").read_text()
        # What the units' folders are on a real machine, settings are here.
        settings |= {"DJANGO_SETTINGS_MODULE": "tests.deploy.settings", "TEST_DATA_DIR": str(folder / "data")}
        self.settings = environment_file(example) | {"BASE_URL": f"http://127.0.0.1:{self.port}"} | settings
        lines = [f"{name}={value}\n" for name, value in self.settings.items()]
        (folder / "register.env").write_text("".join(lines))

    def here(self, text: str) -> str:
        """Put the paths and ports of this site into what stands in a file under `deploy`."""
        for there, here in self.paths.items():
            text = text.replace(there, here)
        return text

    # --- units ----------------------------------------------------------------------------------------

    def environment(self, unit: Unit) -> dict[str, str]:
        """Return what systemd tells the processes of a unit, and nothing of the test's own."""
        told = {"LANG": "C.UTF-8", "HOME": str(self.folder)}
        for value in unit.values("Service", "Environment"):
            name, _equals, said = self.here(value).partition("=")
            told[name] = said
        for value in unit.values("Service", "EnvironmentFile"):
            path = Path(self.here(value.removeprefix("-")))
            if path.exists() or not value.startswith("-"):
                told |= environment_file(path.read_text())
        return told

    def start(self, name: str) -> None:
        """Start a service, and wait until it says that it is ready (Type=notify); run one that ends (oneshot)."""
        unit = load_unit(name)
        environment, kind = self.environment(unit), unit.value("Service", "Type")
        with contextlib.ExitStack() as stack:
            if kind == "notify":
                notified = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
                environment["NOTIFY_SOCKET"] = str(self.folder / "run" / f"notify-{time.monotonic_ns()}")
                notified.bind(environment["NOTIFY_SOCKET"])
                notified.settimeout(0.1)
            log = stack.enter_context((self.folder / "log" / f"{name}.log").open("ab"))
            process = subprocess.Popen(
                [self.here(argument) for argument in unit.command],
                cwd=self.here(unit.value("Service", "WorkingDirectory")),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=int(unit.value("Service", "UMask"), 8),
            )
            self.processes[name] = process
            if kind == "notify":
                self._wait_until_ready(name, notified)
            elif kind == "oneshot":
                del self.processes[name]
                assert process.wait() == 0, self.log(name)

    def _wait_until_ready(self, name: str, notified: socket.socket) -> None:
        said, deadline = b"", time.monotonic() + SECONDS_TO_START
        while b"READY=1" not in said:
            with contextlib.suppress(TimeoutError):
                said = notified.recv(4096)
            if b"READY=1" not in said and self.processes[name].poll() is not None:
                del self.processes[name]
                raise StartError(self.log(name))
            if time.monotonic() > deadline:
                raise StartError(f"{name} is not ready.")

    def stop(self, name: str) -> int:
        """Stop a service as systemd does with KillMode=mixed, and return how its process ended."""
        unit, process = load_unit(name), self.processes.pop(name)
        assert unit.value("Service", "KillMode") == "mixed"
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(float(unit.value("Service", "TimeoutStopSec")))
        finally:
            self._kill([process, *children])

    def restart(self, name: str) -> None:
        """Stop and start a service that runs."""
        status = self.stop(name)
        assert status == 0, self.log(name)
        self.start(name)

    def crash(self, name: str) -> None:
        """End all processes of a service at once, as kill -9 and systemd after it do."""
        process = self.processes.pop(name)
        assert process.poll() is None, self.log(name)
        self._kill([process, *psutil.Process(process.pid).children(recursive=True)])

    @staticmethod
    def _kill(processes: list) -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()
            process.wait()

    def log(self, name: str) -> str:
        """Return what a unit or nginx has said so far."""
        return (self.folder / "log" / f"{name}.log").read_text()

    # --- nginx ----------------------------------------------------------------------------------------

    def start_nginx(self, change=lambda conf: conf) -> None:
        """Start nginx with the file as shipped, in a main configuration of the least."""
        folder, conf = self.folder / "nginx", self.here(change(NGINX.read_text()))
        temporary = "".join(
            f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user}daemon off;\npid {folder / 'pid'};\nworker_processes 1;\nevents {{}}\n"
            f"error_log {self.folder / 'log' / 'error.log'};\nhttp {{\n{temporary}{conf}\n}}\n"
        )
        program = shutil.which("nginx", path=NGINX_PATH)
        arguments = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
        checked = subprocess.run([*arguments, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert not re.search(r"\[(warn|error|emerg)\]", checked.stderr), checked.stderr
        with (self.folder / "log" / "nginx.log").open("wb") as log:
            self.processes["nginx"] = subprocess.Popen(arguments, stdout=log, stderr=log)
        self._wait_for_port()

    def _wait_for_port(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def close(self) -> None:
        """End whatever runs, whatever became of the test."""
        for process in self.processes.values():
            if process.poll() is None:
                self._kill([process, *psutil.Process(process.pid).children(recursive=True)])
