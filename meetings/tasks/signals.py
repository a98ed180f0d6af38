"""Signals by which rooms above `tasks` learn what happened to a task."""

from django.dispatch import Signal

# Sent after the transaction that recorded reminders, with ``mailings``, the list of `Mailing` rows to be sent.
reminders_recorded = Signal()
