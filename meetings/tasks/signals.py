"""Signals by which rooms above `tasks` learn what happened to a task."""

from django.dispatch import Signal

# Sent inside the transaction that recorded a reminder by hand, with ``entry``, the `TaskLog` whose mails are to be
# sent.
reminders_recorded = Signal()
