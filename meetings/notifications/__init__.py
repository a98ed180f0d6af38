"""Notifications: digests, reminders by hand, and the private calendar.

Reading order: sections (what one account is told of) → digest (the sections of a day) → mails (their words) →
delivery (each of them once); robot_messages tells group robots the same by robots; calendar stands by itself.
"""
