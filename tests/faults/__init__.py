"""Faults on purpose, while people write: `python -m tests.faults`, or `make faults` (docs/reliability.md)."""

# Of the register here (20 deployed): as long a writer waits for another one.
LOCK_TIMEOUT_SECONDS = 3
