"""What a person has to confirm: codes with details; ``messages.py`` has the texts."""

from dataclasses import dataclass, field

from meetings.core.converter import rename_keys
from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import DeadlineProblem


@dataclass(frozen=True, slots=True)
class ParserIssue:
    """One doubt.

    ``row`` is the position in ``ParsedMinutes.rows``, 1 for the first, or None where it is about the whole; ``column``
    a name of the JSON contract; ``value`` the printed piece in question; ``deadline_problem`` the deadline's own.
    """

    row: int | None
    column: str
    value: str
    code: ProblemCode
    parameters: dict[str, int] = field(default_factory=dict)
    deadline_problem: DeadlineProblem | None = None


rename_keys(ParserIssue, deadline_problem="doubt")
