"""The settings of a deployment that a test starts: it writes into the test's own folder."""

import os
from pathlib import Path

from cnas_tasks.settings import *  # noqa: F403 - all of them

DATA_DIR = Path(os.environ["TEST_DATA_DIR"])
MEDIA_ROOT, WORKERS_DIR, EXPORTS_DIR = DATA_DIR / "media", DATA_DIR / "workers", DATA_DIR / "exports"
RUNS_DIR = DATA_DIR / "runs"
