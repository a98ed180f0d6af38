"""One small world for all tests: plain functions that make rows the way the register itself makes them.

Every argument has a sensible default, so that a test names only what it is about. Tasks are entered and moved by the
verbs of `meetings.tasks.services`, so their log and intervals are what a person's work would have left behind.
"""

from .inboxes import fill_inboxes
from .meetings import dated, deadline, fill_in_upload, meeting, minutes_document, suggestion
from .organisation import account, department, passkey, person, secretariat
from .tasks import act, batch, entry, evidence, export, extension_request, instruction, move, progress, task
from .world import SmallWorld, living_register, real_meeting, small_world

__all__ = [
    "department",
    "person",
    "account",
    "passkey",
    "secretariat",
    "meeting",
    "suggestion",
    "minutes_document",
    "fill_in_upload",
    "dated",
    "deadline",
    "act",
    "task",
    "progress",
    "move",
    "entry",
    "evidence",
    "export",
    "extension_request",
    "instruction",
    "batch",
    "SmallWorld",
    "real_meeting",
    "living_register",
    "small_world",
    "fill_inboxes",
]
