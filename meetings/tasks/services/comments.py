"""Comments: words about a task that change nothing and are no report."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_COMMENT
from meetings.errors import InvalidInputError
from meetings.models import Account, Department, EntryKind, Task, TaskLog

from .log import lock_task, write_planned_entry
from .validators import require_role


@transaction.atomic
def add_comment(*, task_id: int, version: int, actor: Account, text: str) -> TaskLog:
    """Add a comment by the secretariat, a liaison or leader. Raises ServiceError."""
    task = lock_task(task_id, version)
    return write_planned_entry(task, plan_comment(task, actor, text), actor)


def plan_comment(task: Task, actor: Account, text: str, department: Department | None = None) -> TaskLog:
    """Return the entry of `add_comment` without writing; raises as that does.

    ``department`` is whose words they are, where somebody else hands them on.
    """
    require_role(actor, task, CAN_COMMENT, _("Only those who have to do with a task comment on it."))
    if not text.strip():
        raise InvalidInputError(_("Write the comment."), field="text")
    day = max(timezone.localdate(), task.suggestion.meeting.issued_on)
    return TaskLog(kind=EntryKind.COMMENT, effective_on=day, note=text.strip(), department=department)
