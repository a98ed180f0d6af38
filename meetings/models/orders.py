"""Orders and conditions of lists of tasks, and the indexes for them.

A database uses an index only for the very expression it was made from, so constants are part of the expression.
"""

from typing import Any

from django.db.models import DateField, Func, Index, Q, TextField, Transform

# The order of the register, also for tasks that are equal in what a list is ordered by.
REGISTER_ORDER = ("issued_on", "meeting_id", "suggestion_position", "number", "id")


class WithoutIndex(Func):
    """A column that SQLite uses no index for, because nearly all rows match."""

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """Return the plain column: PostgreSQL knows that from its statistics."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class FirstLetters(Func):
    """The beginning of a text: short enough for an index, long enough to sort by."""

    template = "SUBSTR(%(expressions)s, 1, 60)"
    output_field = TextField()


class Filled(Func):
    """A column of text, or NULL where it is empty."""

    template = "NULLIF(%(expressions)s, '')"


class NotZero(Func):
    """A number, or NULL where it is 0."""

    template = "NULLIF(%(expressions)s, 0)"


@DateField.register_lookup
class OrNever(Transform):
    """A day, or the last of all days for NULL: one range instead of two conditions."""

    lookup_name = "or_never"
    template = "COALESCE(%(expressions)s, '9999-12-31')"


# No department answers for the task, or nobody supervises it: the task repeats the first one's spelling.
UNASSIGNED = Q(department_spelling__isnull=True)
UNSUPERVISED = Q(leader_spelling__isnull=True)

# The intervals of a day, with all columns that health is computed from. Most of them last until now: these are in the
# order of their tasks, whose rows and parts are then read one after the other.
DAY_INDEX = Index(
    OrNever("until").desc(),
    *("task", "since", "until", "status", "next_due", "next_review", "deadline_kind", "last_report"),
    name="state_by_day",
)


def _order_index(name: str, *keys: str | Func) -> Index:
    return Index(*keys, *REGISTER_ORDER, name=name, condition=Q(joined_into__isnull=True))


ORDER_INDEXES = [
    # As the tables print, the newest meeting first.
    Index(
        name="task_printed",
        fields=["-issued_on", "-meeting", "suggestion_position", "number", "id"],
        condition=Q(joined_into__isnull=True),
    ),
    # With all columns that health is computed from: PostgreSQL reads nothing else for a list or a count of one health,
    # SQLite the rows, too, for the column of the condition, which is not in the index.
    Index(
        name="task_by_health",
        fields=["status", "next_due", "next_review", "deadline_kind", "issued_on", "meeting", *REGISTER_ORDER[2:]],
        condition=Q(joined_into__isnull=True),
    ),
    _order_index("task_by_number"),
    _order_index("task_by_status", "status"),
    _order_index("task_by_due", "next_due"),
    _order_index("task_by_review", "next_review"),
    _order_index("task_by_report", "reported_on"),
    _order_index("task_by_closure", "closed_on"),
    _order_index("task_by_original", "original_due_date"),
    _order_index("task_by_extensions", NotZero("extension_count")),
    _order_index("task_by_text", FirstLetters("text")),
    _order_index("task_by_department", "department_spelling"),
    _order_index("task_by_leader", "leader_spelling"),
    _order_index("task_by_remarks", Filled(FirstLetters("remarks"))),
]
