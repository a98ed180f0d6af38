"""Receivers of the tasks' signals; connected by `MeetingsConfig.ready`."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from meetings.models import Mailing
from meetings.tasks.signals import reminders_recorded

from .delivery import send_now


@receiver(reminders_recorded)
def send_reminders_at_once(mailings: Sequence[Mailing], **kwargs: Any) -> None:
    """Send reminders by hand at once; what fails waits for `send_reminders`."""
    send_now(mailings)
