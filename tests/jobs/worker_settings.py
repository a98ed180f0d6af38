"""The settings of a worker that a test starts: it says that it lives in the test's own folder."""

import os

from cnas_tasks.settings import *  # noqa: F403 - all of them

WORKERS_DIR = os.environ["TEST_WORKERS_DIR"]
