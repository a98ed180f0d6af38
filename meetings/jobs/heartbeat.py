"""Whether a worker lives, told by a file of its own in settings.WORKERS_DIR.

A file, for an idle worker must not write to the database: on SQLite it would keep others from writing. The web server
and its workers share the directory, as they share that of the uploaded files.
"""

import datetime
import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)

# How often a worker says that it lives, and after how long a silence it counts as gone; in seconds.
BEAT_EVERY = 10
GONE_AFTER = 60


class Heartbeat:
    """Says that a worker lives, also while it is busy, until the block ends."""

    def __init__(self, worker_id: str) -> None:
        self.path = _path(worker_id)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        """Begin to say so; raise OSError where the file cannot be made."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget_the_gone()
        self.path.touch()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self.path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_EVERY):
            try:
                self.path.touch()
            except OSError as error:
                # The disk may be back for the next beat; till then the worker counts as gone.
                logger.warning("The worker cannot say that it lives: %s", error)


def last_seen() -> datetime.datetime | None:
    """Return when a worker last said that it lives; None where none ever did."""
    beats = [moment_of(path) for path in _directory().glob("*")]
    return max((beat for beat in beats if beat is not None), default=None)


def is_any_alive() -> bool:
    """Return whether a worker was seen within the last minute."""
    return _is_recent(last_seen())


def is_alive(worker_id: str) -> bool:
    """Return whether this worker was seen within the last minute."""
    return _is_recent(moment_of(_path(worker_id)))


def _directory() -> Path:
    return Path(settings.WORKERS_DIR)


def _path(worker_id: str) -> Path:
    return _directory() / worker_id


def moment_of(path: Path) -> datetime.datetime | None:
    """Return when a sign of life was last given; None where there is none."""
    try:
        beat = path.stat().st_mtime
    except FileNotFoundError:  # a worker ended just now
        return None
    return datetime.datetime.fromtimestamp(beat, tz=datetime.UTC)


def _is_recent(beat: datetime.datetime | None) -> bool:
    return beat is not None and timezone.now() - beat < datetime.timedelta(seconds=GONE_AFTER)


def _forget_the_gone() -> None:
    """Take away the files of workers that were killed long ago."""
    for path in _directory().glob("*"):
        beat = moment_of(path)
        if beat is not None and timezone.now() - beat > datetime.timedelta(days=1):
            path.unlink(missing_ok=True)
