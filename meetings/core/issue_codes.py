"""Codes of what may be open about a row of an imported table, as stored with it."""

from enum import StrEnum


class ProblemCode(StrEnum):
    """Every doubt the reading of minutes can have, beside those about a deadline."""

    DEADLINE = "deadline"  # says ``doubt``
    DEPARTMENTS_OF_SEVERAL_TASKS = "departments_of_several_tasks"  # names, tasks
    LEADERS_OF_SEVERAL_TASKS = "leaders_of_several_tasks"  # names, tasks
    NO_DEPARTMENT = "no_department"
    UNNAMED_DEPARTMENTS = "unnamed_departments"
    PERSON_AMONG_DEPARTMENTS = "person_among_departments"
    CARRIED_PREFIX = "carried_prefix"  # count
    NAMES_RUN_TOGETHER = "names_run_together"
    DOUBTFUL_NAME = "doubtful_name"
    NO_TASK = "no_task"
    HIDDEN_ROW = "hidden_row"
    MISSING_COLUMN = "missing_column"
    TASKS_FROM_SUGGESTIONS = "tasks_from_suggestions"
    HIDDEN_SHEET = "hidden_sheet"
    COLUMN_BY_CELLS = "column_by_cells"  # what a head that is no known word holds
    NO_TEXT = "no_text"  # formulas, errors, pictures
    TABLE_LEFT_OUT = "table_left_out"
    UNREAD_NUMBER = "unread_number"
    NUMBERS_JUMP = "numbers_jump"
    DOUBTFUL_SCAN = "doubtful_scan"
    NO_TITLE = "no_title"
    NO_ISSUE_DAY = "no_issue_day"
    YEAR_OF_MEETING = "year_of_meeting"
    YEAR_OF_TITLE = "year_of_title"  # year, count
    ROWS_LEFT_OUT = "rows_left_out"  # count
    ASPECTS_DIFFER = "aspects_differ"  # claimed, found
    SUGGESTIONS_DIFFER = "suggestions_differ"  # claimed, found


class QuestionCode(StrEnum):
    """A printed name that the register cannot match for certain."""

    DEPARTMENT_LIKE_KNOWN = "department_like_known"  # known
    PERSON_LIKE_KNOWN = "person_like_known"  # known
    SEVERAL_PEOPLE = "several_people"  # known
