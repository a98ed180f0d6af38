"""Notifications: digests, reminders by hand, and the private calendar.

Reading order: sections (what one account is told of) → digest (the sections of a day) → mails (their words) →
delivery (each of them once); calendar stands by itself.
"""
