"""A full disk on the command line: one line on stderr, and no file (docs/domain.md, Contracts)."""

import gc
import sys

import pytest
from django.core.management import load_command_class

from tests.helpers import full_disk

# About the disk of the files that commands write.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.long
@pytest.mark.parametrize("temporary_too", [False, True])
@pytest.mark.parametrize("line", ["export_register x.xlsx", "report {} x.docx", "export_breakdown {} x.xlsx"])
def test_is_told_in_one_line(world, tmp_path, monkeypatch, capsys, line, temporary_too):
    """No file may become larger than a few bytes, or than all but the whole."""
    name, *arguments = line.format(world.meeting.pk).split()
    monkeypatch.chdir(tmp_path)
    # As outside of a test: what a destructor fails with is written to stderr.
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    with full_disk(100 if temporary_too else 3000), pytest.raises(SystemExit, match="1"):
        load_command_class("meetings", name).run_from_argv(["manage.py", name, *arguments])
    gc.collect()
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1, said
    assert "磁盘已满" in said
    assert list(tmp_path.iterdir()) == []
