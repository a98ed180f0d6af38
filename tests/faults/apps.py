"""What is waited for by the minute is waited for by the second, so that a round takes minutes instead of days."""

import datetime

from django.apps import AppConfig


class ImpatientConfig(AppConfig):
    name = "tests.faults"
    label = "impatient"

    def ready(self) -> None:
        """Shorten the waits of the worker and of the mails; what they wait for stays."""
        from meetings.jobs import heartbeat, worker
        from meetings.notifications import delivery

        heartbeat.BEAT_EVERY, heartbeat.GONE_AFTER = 1, 5
        worker.LOOK_FOR_LOST_EVERY = 2
        worker.RETRY_AFTER = tuple(datetime.timedelta(seconds=seconds) for seconds in (1, 4, 15))
        # Still longer than handing a mail over takes.
        delivery.LEASE = datetime.timedelta(seconds=15)
