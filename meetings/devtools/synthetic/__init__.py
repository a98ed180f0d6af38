"""A made-up register of any size, for benchmarks and for trying things out.

Every history is one the services would have allowed: steps follow `meetings.core.lifecycle`, changes of state follow
one another, deadlines move by extension only. Entries have no author, for nobody made them.
"""

import datetime

from django.utils import timezone

from .generator import FIRST_ISSUE, Generator


def generate(count: int, *, seed: int = 1, today: datetime.date | None = None) -> None:
    """Add ``count`` made-up tasks, with meetings of 2019 to 2026, to the register.

    The same ``seed`` and ``today`` (a day in Asia/Shanghai after 2019-02-28; the present day unless given) make up the
    same; nothing happens after ``today``. What the register holds already stays. One transaction, in which nobody else
    reads on PostgreSQL where thousands are added: their indexes are made in the end (BENCHMARKS.md).
    """
    Generator(seed=seed, today=today or timezone.localdate()).write(count)
