"""The wheel, the bundle and its installer, as far as they can be tried on a machine that shall stay as it is.

`deploy/offline/try.sh` tries the whole of it on bare Debians.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .units import ROOT

pytestmark = pytest.mark.same_on_both
OFFLINE = ROOT / "deploy" / "offline"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that `make bundle` makes."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture
def release(wheel, tmp_path) -> Path:
    """The folder of a release, as the installer makes it."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    shutil.copy(ROOT / "manage.py", tmp_path)
    return tmp_path


# In one process, which takes as long to start as the rest.
FIRST_STEPS = """
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
call_command("loaddata", "meeting_81")
call_command("collectstatic", interactive=False, verbosity=0)
print(Client().get("/accounts/login/").content.decode())
"""


@pytest.mark.long
def test_the_wheel_holds_what_the_register_needs_and_neither_tests_nor_documents(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    held = set(names)
    for folder in ("cnas_tasks", "meetings"):
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        assert {str(path.relative_to(ROOT)) for path in files} - held == set()
    for folder in ("templates", "static", "fixtures"):
        files = {f"cnas_tasks/resources/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*.*")}
        assert {name for name in files if not name.endswith(".copied")} - held == set()
    assert "cnas_tasks/resources/locale/zh_Hans/LC_MESSAGES/django.mo" in held
    assert {name.partition("/")[0] for name in names} == {
        "cnas_tasks",
        "meetings",
        next(name for name in names if ".dist-info/" in name).partition("/")[0],
    }


@pytest.mark.slow
def test_what_is_installed_from_the_wheel_has_words_pages_and_fixtures(release):
    told = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "manage.py", "shell", "-c", FIRST_STEPS]
    page = subprocess.run(command, cwd=release, env=told, capture_output=True, text=True, check=True).stdout
    assert (release / "data/register.sqlite3").exists()
    assert "Installed" in page
    assert (release / "staticfiles/vendor/app.css").exists()
    assert "委员会任务台账" in page
    assert re.search(r"/static/vendor/app\.\w+\.css", page)


@pytest.mark.long
def test_a_wheel_in_an_environment_keeps_its_data_beside_that(wheel, tmp_path):
    environment = tmp_path / "register" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "others.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    command = [environment / "bin" / "python", "-m", "cnas_tasks", "migrate", "sessions", "--verbosity", "0"]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "register/data/register.sqlite3").exists()


# --- the installer's checks -------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path) -> Path:
    """A bundle without wheels, whose Python is always too old: whatever becomes of a check, nothing is installed."""
    shutil.copy(OFFLINE / "install.sh", tmp_path)
    conf = f'version=1.2.3\nmachine={platform.machine()}\npythons="3.11 3.12 3.13"\n'
    (tmp_path / "bundle.conf").write_text(conf)
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.7.3 || echo 3.7\n')
    python.chmod(0o755)
    names = ("install.sh", "bundle.conf", "python")
    sums = subprocess.run(["sha256sum", *names], cwd=tmp_path, capture_output=True, text=True, check=True)
    (tmp_path / "SHA256SUMS").write_text(sums.stdout)
    return tmp_path


def install(bundle: Path, language: str = "C.UTF-8") -> subprocess.CompletedProcess:
    if os.geteuid() != 0:
        pytest.skip("The installer is for root.")
    told = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": language, "PYTHON": str(bundle / "python")}
    return subprocess.run([bundle / "install.sh"], env=told, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "C.UTF-8",
            "This machine's Python is 3.7.3, and the register needs 3.11 to 3.13: run it in a container",
        ),
        ("zh_CN.UTF-8", "本机 Python 为 3.7.3，本系统需要 3.11 至 3.13：请改用容器部署"),
    ],
)
def test_where_python_is_too_old_the_installer_says_so_in_a_sentence_and_names_the_container(
    bundle, language, sentence
):
    done = install(bundle, language)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1


def test_where_there_is_no_python_the_installer_names_the_package(bundle):
    (bundle / "python").unlink()
    sums = [line for line in (bundle / "SHA256SUMS").read_text().splitlines() if not line.endswith(" python")]
    (bundle / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    done = install(bundle, "zh_CN.UTF-8")
    assert (done.returncode, done.stderr) == (1, "没有找到 Python：请先安装（Debian：apt-get install python3）。\n")


def test_a_bundle_that_was_changed_is_refused(bundle):
    (bundle / "bundle.conf").write_text((bundle / "bundle.conf").read_text() + "\n")
    done = install(bundle)
    assert done.returncode == 1
    assert done.stderr.endswith("The bundle is not whole, or was changed. Copy it anew.\n")


def test_a_bundle_for_another_machine_is_refused(bundle):
    (bundle / "bundle.conf").write_text('version=1.2.3\nmachine=riscv64\npythons="3.11 3.12 3.13"\n')
    sums = subprocess.run(["sha256sum", "bundle.conf"], cwd=bundle, capture_output=True, text=True, check=True)
    (bundle / "SHA256SUMS").write_text(sums.stdout)
    done = install(bundle)
    assert (done.returncode, done.stderr) == (
        1,
        f"This machine is {platform.machine()}, the bundle is for riscv64.\n",
    )


def test_where_an_installation_was_broken_off_the_next_is_still_the_first(tmp_path):
    (line,) = re.findall(r"^current=.*$", (OFFLINE / "install.sh").read_text(), re.MULTILINE)
    (tmp_path / "releases/1.0.0").mkdir(parents=True)

    def current() -> str:
        script = f'set -eu; register={tmp_path}; {line}\nprintf %s "$current"'
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout

    assert current() == ""
    (tmp_path / "current").symlink_to(tmp_path / "releases/1.0.0")
    assert current() == str(tmp_path / "releases/1.0.0")


# --- make, and the image ----------------------------------------------------------------------------


@pytest.mark.long
def test_make_needs_no_npm_where_the_static_files_of_a_bundle_are(wheel, tmp_path):
    for path in (*ROOT.glob("requirements*.txt"), *ROOT.glob("*.json"), ROOT / "Makefile", ROOT / "frontend.mjs"):
        shutil.copy(path, tmp_path)
    asked = ["make", "--dry-run", "static/vendor/.copied"]
    planned = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "npm.sh run --silent build" in planned.stdout
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith("cnas_tasks/resources/static/"):
                target = tmp_path / Path(name).relative_to("cnas_tasks/resources")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    planned = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "npm" not in planned.stdout


def test_the_image_takes_the_register_and_neither_tests_nor_documents():
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = listed.stdout.split("\0")
    folders = {path.partition("/")[0] for path in tracked if "/" in path}
    taken = {"cnas_tasks", "deploy", "fixtures", "locale", "meetings", "static", "templates"}
    assert {folder for folder in folders if folder not in left_out} == taken
    inside = {path.split("/")[1] for path in tracked if path.startswith("deploy/")}
    started = {"backup", "daily", "healthcheck.py", "verify"}
    assert {"tests", "docs"} <= folders
    assert {name for name in inside if f"deploy/{name}" not in left_out} == started
