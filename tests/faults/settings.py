"""The settings of a deployment in a folder of its own, with patience of seconds instead of minutes."""

import os
from pathlib import Path

from cnas_tasks.settings import *  # noqa: F403
from cnas_tasks.settings import DATABASES, INSTALLED_APPS as DEPLOYED

from . import LOCK_TIMEOUT_SECONDS

FOLDER = Path(os.environ["FAULTS_FOLDER"])
# "uploads" may be a disk of its own, which is full now and then.
MEDIA_ROOT = FOLDER / "uploads" / "media"
WORKERS_DIR = FOLDER / "workers"
EXPORTS_DIR = FOLDER / "exports"
RUNS_DIR = FOLDER / "runs"
# On the same disk: what is too large for memory meets it full while it arrives.
FILE_UPLOAD_TEMP_DIR = FOLDER / "uploads"
INSTALLED_APPS = [*DEPLOYED, "tests.faults.apps.ImpatientConfig"]
EMAIL_TIMEOUT = 2

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["timeout"] = LOCK_TIMEOUT_SECONDS
else:
    DATABASES["default"]["OPTIONS"]["options"] = f"-c lock_timeout={LOCK_TIMEOUT_SECONDS}s"
