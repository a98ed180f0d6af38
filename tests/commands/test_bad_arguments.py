"""Bad input on the command line: exit 1 and one line on stderr, from every command (docs/domain.md, Contracts)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ARGUMENTS = [
    ["export_breakdown", "1"],
    ["export_register"],
    ["report", "1"],
    ["report", "1", "out.docx", "--as-of", ""],
    ["report", "1", "out.docx"],
    ["export_register", "out.xlsx", "--as-of", ""],
    ["export_breakdown", "1", "out.xlsx", "--as-of", "2999-01-01"],
    ["parse_deadline", "2023.12", "--wrong"],
    ["parse_deadline", "2023.12", "--issued-on"],
    ["parse_deadline", "2023.12", "--issued-on", ""],
    ["import_minutes"],
    ["import_minutes", "no-such-file.docx"],
    ["send_reminders", "--day", ""],
    ["backup"],
    ["restore", "no-such-file.zip"],
    ["generate_tasks", "many"],
    # The tables are not there yet: that is said, too, and not as a traceback.
    ["export_register", "out.xlsx"],
]


# Django is loaded once; each command line runs in a child of its own, as from a shell.
LAUNCHER = """
import json, os, runpy, sys, tempfile

sys.argv.pop(0)
sys.path.insert(0, os.path.dirname(sys.argv[0]))
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
django.setup()
import meetings.exports.register, meetings.minutes.documents, meetings.urls
results = []
for line in json.load(sys.stdin):
    with tempfile.TemporaryFile() as stderr:
        child = os.fork()
        if not child:
            code = 1
            os.dup2(stderr.fileno(), 2)
            sys.argv[1:] = line
            try:
                runpy.run_path(sys.argv[0], run_name="__main__")
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
                if isinstance(end.code, str):
                    sys.stderr.write(end.code)
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                sys.stderr.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        stderr.seek(0)
        results.append([code, stderr.read().decode(), os.listdir()])
json.dump(results, sys.stdout)
"""


def launch(lines: list[list[str]], *, folder: Path, **environment: str) -> list[list[Any]]:
    """Return of each command line its exit code, its words on stderr, and the files that are there after it."""
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, str(settings.BASE_DIR / "manage.py")],
        input=json.dumps(lines),
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, list[Any]]:
    """What became of each command line of ARGUMENTS."""
    folder = tmp_path_factory.mktemp("commands")
    found = launch(ARGUMENTS, folder=folder, DATABASE_URL=f"sqlite:///{folder / 'empty.sqlite3'}")
    return dict(zip(map(" ".join, ARGUMENTS), found, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("line", [" ".join(arguments) for arguments in ARGUMENTS])
def test_is_one_line_on_stderr_and_exit_1(results, line):
    code, stderr, files = results[line]
    assert code == 1, stderr
    assert len(stderr.splitlines()) == 1, stderr
    assert "out.xlsx" not in files


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_console_in_another_character_set_ends_no_command():
    environment = {**os.environ, "PYTHONIOENCODING": "gbk", "DEBUG": "1"}
    command = [sys.executable, "manage.py", "shell", "-c", "print('✓ 正常')"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode("gbk")
    assert done.stdout.decode("gbk").strip().endswith("? 正常")


@pytest.mark.long
@pytest.mark.same_on_both
def test_who_reads_the_first_lines_alone_is_told_nothing_of_the_others():
    environment = {**os.environ, "DEBUG": "0", "SECRET_KEY": "x" * 60, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "parse_deadline", *["2023.12"] * 2000]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=pipe, stderr=pipe) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sqlite:////proc/register.sqlite3", "unable to open database file"),
        ("postgres://register:x@127.0.0.1:1/register", "Connection refused"),
    ],
)
def test_a_database_that_does_not_answer_is_told_in_a_line(tmp_path, address, reason, subtests):
    commands = ["migrate", "createsuperuser", "send_reminders"]
    answers = launch(
        [[command] for command in commands], folder=tmp_path, DATABASE_URL=address, DEBUG="0", SECRET_KEY="x" * 60
    )
    for command, (code, stderr, _files) in zip(commands, answers, strict=True):
        with subtests.test(command):
            assert code == 1
            (line,) = stderr.strip().splitlines()
            assert line.startswith("CommandError: ")
            assert reason in line
            assert "DATABASE_URL" in line
