"""Notifications: digests, reminders by hand, webhooks, and the private calendar.

Reading order: `sections` (what one account is told of) → `digest` (the sections of a day) → `mails` (their words) →
`delivery` (sends each of them once). `robot_messages` tells group robots the same, through `robots`; `webhooks` tell
other systems what was recorded; `calendar` is independent of the others.
"""
