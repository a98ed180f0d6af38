"""When commands that run each night last came to a good end.

Each has a file in settings.RUNS_DIR, whose time it is: a backup may be of a database that cannot be written to.
"""

import datetime
import logging
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from .heartbeat import moment_of

logger = logging.getLogger(__name__)

COMMANDS = ("backup", "verify_register")


def note_run(command: str) -> None:
    """Note that ``command`` has just come to a good end."""
    folder = Path(settings.RUNS_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / command).touch()
    except OSError as error:
        # What it was asked for, it has done.
        logger.warning("That the command ran cannot be noted: %s", error)


def find_ages() -> dict[str, datetime.timedelta]:
    """Return how long ago each of them did; without those that never have."""
    runs = {command: moment_of(Path(settings.RUNS_DIR) / command) for command in COMMANDS}
    return {command: timezone.now() - moment for command, moment in runs.items() if moment}
