"""How deep a test digs: a little in `make test`, all the way in `make test-slow` (HYPOTHESIS_PROFILE=thorough)."""

import os

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def examples(thorough: int) -> int:
    """Return how many examples or rounds to try, where all the way would be ``thorough``."""
    return thorough if THOROUGH else max(5, thorough // 8)
