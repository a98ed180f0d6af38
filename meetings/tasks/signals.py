"""Signals by which rooms above `tasks` learn what happened to a task."""

from django.dispatch import Signal

# Sent inside the transaction that recorded reminders by hand in one act, with ``entries`` (`TaskLog` -> ids of the
# departments that it is for) and whether there are mails to be sent (``has_mails``).
reminders_recorded = Signal()
# Sent inside the transaction that recorded ``entries`` (a sequence of `TaskLog`).
entries_recorded = Signal()
