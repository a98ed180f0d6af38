"""What lists of tasks are ordered by and found by, and the indexes that have it.

An index is found by the very expression that it was made from, so that numbers and texts are written out in it.
"""

from typing import Any

from django.db.models import DateField, Func, Index, Q, TextField, Transform

# The order of the register, which decides between tasks that are equal in what a list is ordered by.
REGISTER_ORDER = ("issued_on", "meeting_id", "suggestion_position", "number", "id")


class WithoutIndex(Func):
    """A column that SQLite looks for no index of: nearly all rows fulfil it."""

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """Return the column as it is: statistics tell PostgreSQL as much."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class FirstLetters(Func):
    """The beginning of a text: short enough for an index, long enough to sort by."""

    template = "SUBSTR(%(expressions)s, 1, 60)"
    output_field = TextField()


class Filled(Func):
    """A column, or nothing where it holds what it does when nobody filled it in."""

    template = "NULLIF(%(expressions)s, '')"


class NotZero(Func):
    """A number, or nothing where it is 0."""

    template = "NULLIF(%(expressions)s, 0)"


@DateField.register_lookup
class OrNever(Transform):
    """A day, or one after all others where there is none: one range instead of two."""

    lookup_name = "or_never"
    template = "COALESCE(%(expressions)s, '9999-12-31')"


# No department answers for it, or nobody supervises it: a task repeats how the first of them is spelled.
UNASSIGNED = Q(department_spelling__isnull=True)
UNSUPERVISED = Q(leader_spelling__isnull=True)

# The intervals of a day, with all that a health is worked out of. Most hold still: those are in the order of their
# tasks, whose rows and parts are then read one beside the other.
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
    # With all that a health is worked out of: a list or a count of one needs nothing else.
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
