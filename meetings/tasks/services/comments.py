"""Comments: words about a task that change nothing and are no report."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CONCERNED
from meetings.errors import Incomplete
from meetings.models import Account, EntryKind, TaskLog

from .log import locked_task, write_entry
from .validators import require_taker


@transaction.atomic
def comment(*, task_id: int, version: int, actor: Account, text: str) -> TaskLog:
    """Write a comment, effective today: the secretariat, the task's liaisons and its leaders. Raises Refused."""
    task = locked_task(task_id, version)
    require_taker(actor, task, CONCERNED, _("Only those who have to do with a task comment on it."))
    if not text.strip():
        raise Incomplete(_("Write the comment."), field="text")
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.COMMENT,
        effective_on=max(timezone.localdate(), task.suggestion.meeting.issued_on),
        note=text.strip(),
        changes={},
    )
