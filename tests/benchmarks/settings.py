"""The settings of a deployment, and the floors beside its pages."""

import os

from cnas_tasks.settings import *  # noqa: F403
from cnas_tasks.settings import MIDDLEWARE as DEPLOYED

ROOT_URLCONF = "tests.benchmarks.floors"
MIDDLEWARE = ["tests.benchmarks.floors.count_queries", *DEPLOYED]
STATIC_ROOT = os.environ["BENCHMARK_STATIC_ROOT"]
