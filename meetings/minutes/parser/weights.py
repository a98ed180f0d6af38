"""The weights by which a layout is scored, all of them (docs/importing.md)."""

from dataclasses import dataclass, field, fields
from typing import Any


def _weight(points: float, says: str) -> Any:
    return field(default=points, metadata={"says": says})


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for and against a column being of a kind, and a table being the tasks'.

    Shares are those of a column's filled cells, 0 to 1. Where a weight counts one "either way", all cells earn it whole
    and none costs it whole. Those that are called least decide by themselves.
    """

    head: float = _weight(4.0, "The head is a word for the kind.")
    head_near: float = _weight(2.0, "The head is a word for a kind printed alike: a task for an aspect, and so on.")
    head_finer: float = _weight(0.5, "Of two heads of one kind, this is the finer or surer word (具体措施, 分管领导).")
    head_of_another: float = _weight(-2.5, "The head is a word for another kind.")
    head_unknown: float = _weight(-1.5, "The head is no word that is known, for tasks and aspects.")
    head_unseen: float = _weight(-5.0, "The head is no word that is known, for suggestions and sources.")
    numbers: float = _weight(4.0, "Share of cells that are running numbers, either way, for the number.")
    deadlines: float = _weight(4.0, "Share of cells that read as deadlines, either way, for the deadline.")
    departments: float = _weight(4.0, "Share of names that are departments, either way, for the departments.")
    people: float = _weight(4.0, "Share of names that are people's, either way, for the leaders.")
    known_names: float = _weight(2.0, "Share of names that the register knows, for departments and leaders.")
    texts: float = _weight(2.0, "Share of cells that are none of these, either way, for tasks, suggestions, aspects.")
    distinct: float = _weight(3.0, "Share of rows with a text of their own, either way, for the tasks.")
    repeated: float = _weight(3.0, "Share of rows with the text of another, for the aspect; either way if unknown.")
    length: float = _weight(1.5, "Length of the texts, whole at ten characters, for the tasks.")
    blank: float = _weight(-2.0, "Share of rows in which it is blank, for the tasks.")
    left_of_tasks: float = _weight(1.0, "It stands left of the tasks, for number, aspect and suggestion.")
    right_of_tasks: float = _weight(
        -5.0, "It stands right of tasks or departments, for number and aspect, and no head says so."
    )
    right_of_duties: float = _weight(
        -5.0, "Tasks under a head that is no word for texts stand right of departments or deadlines."
    )
    text_left_out: float = _weight(-0.5, "Texts of their own under an unknown head that would be a remark.")
    head_reads_as_cells: float = _weight(
        -2.0, "A head that reads as the cells below it do is a row, not a head; twice where a number or a day does."
    )
    row_above_head: float = _weight(-2.0, "A row of three cells or more stands above the head.")
    deeper_head: float = _weight(-1.0, "For each further row of the head.")
    no_head: float = _weight(-4.0, "The table has no head.")
    named_columns: float = _weight(1.0, "For each column whose head is a word for what it was taken for.")
    title_names_tasks: float = _weight(3.0, "The title over the table speaks of tasks and of who does what.")
    title_names_others: float = _weight(-6.0, "The title speaks of projects, wishes, indicators, lists of people.")
    counted: float = _weight(2.0, "The text claims as many items as the table has rows.")
    further_right: float = _weight(
        -0.01, "For each place further right, for what stands once; further left, for named tasks."
    )
    later_day: float = _weight(0.01, "For each 1,000 days that its days are later, for the deadline.")
    least_group: float = _weight(0.6, "At least this share of texts is what tasks right of it are about.")
    least_known: float = _weight(0.5, "More known names than this are departments, even apart from a named column.")
    least_points: float = _weight(2.0, "At least these points has a column of texts, and one of people or days.")
    least_score: float = _weight(14.0, "At least these points has a table of tasks.")
    least_share: float = _weight(0.72, "At least this share of the best table's points has another one of tasks.")


WEIGHTS = Weights()


def list_weights() -> list[tuple[str, float, str]]:
    """Return name, points and meaning of each weight, for docs/importing.md."""
    return [(of.name, getattr(WEIGHTS, of.name), of.metadata["says"]) for of in fields(Weights)]
