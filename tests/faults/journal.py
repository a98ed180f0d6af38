"""What the writers know of their saves, and what came of each fault."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"


@dataclass
class Write:
    """One save: its mark stands in the register, once, if it was stored.

    ``fault`` is the one during which it was sent, or broken off. Its ``attempts`` were made with the same form, version
    token and all.
    """

    mark: str
    kind: str
    fault: str
    outcome: str = UNKNOWN
    attempts: int = 0
    # Whether one of them ended without an answer.
    may_be_stored: bool = False


@dataclass
class Journal:
    """Every save, in the order in which its outcome was known."""

    writes: list[Write] = field(default_factory=list)
    # What nobody should ever see: an answer without words, a register that does not come back.
    violations: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    # For each fault, the seconds from its end to the next saves.
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    fault: str = "none"
    # What writers do most now.
    favoured: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, fault: str, favoured: str = "") -> None:
        """Note that a fault begins; what is sent from now on is sent during it."""
        self.fault, self.favoured = fault, favoured

    def add(self, write: Write) -> None:
        """Note the outcome of a save."""
        with self.lock:
            self.writes.append(write)

    def report(self, violation: str) -> None:
        """Note what should never happen."""
        with self.lock:
            self.violations.append(violation)

    def count(self, outcome: str) -> int:
        """Return how many saves have ended so."""
        with self.lock:
            return sum(write.outcome == outcome for write in self.writes)

    def wait_for_saves(self, number: int, seconds: float) -> float | None:
        """Return after how many seconds so many more saves were acknowledged; None if never."""
        start, before = time.monotonic(), self.count(ACKNOWLEDGED)
        while time.monotonic() - start < seconds:
            if self.count(ACKNOWLEDGED) >= before + number:
                return time.monotonic() - start
            time.sleep(0.05)
        return None

    def as_json(self) -> list[dict]:
        """Return the saves for the audit, which runs in a process of its own."""
        return [asdict(write) for write in self.writes]
