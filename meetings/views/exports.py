"""Handing out files. Wired to `meetings.exporting`."""

from __future__ import annotations

FORMATS = ("xlsx", "csv")
BREAKDOWN_FORMS = ("breakdown", "document", "status")


def register_response(tasks, day, kind):
    raise NotImplementedError


def breakdown_response(meeting, day, kind):
    raise NotImplementedError
