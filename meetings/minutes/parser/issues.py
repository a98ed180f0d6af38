"""What a person has to confirm: codes with details, and their messages."""

from dataclasses import dataclass, field

from meetings.core.converter import rename_keys
from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import DeadlineProblem
from meetings.display.deadline_messages import deadline_problem_message
from meetings.display.import_issues import problem_message


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

    @property
    def message(self) -> str:
        """The problem in one sentence or two, in the active language."""
        if self.deadline_problem is not None:
            return deadline_problem_message(self.deadline_problem)
        return problem_message(self.code, self.column, self.value, self.parameters)


rename_keys(ParserIssue, deadline_problem="doubt")
