"""Bad input on the command line: exit 1 and one line on stderr, from every command (DESIGN.md, Contracts)."""

import os
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_is_one_line_on_stderr_and_exit_1(arguments, tmp_path, repository):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, str(repository / "manage.py"), *arguments],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (tmp_path / "out.xlsx").exists()
