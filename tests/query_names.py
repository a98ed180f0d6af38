"""The queries of each page by name, and what reads them."""

from __future__ import annotations

from meetings.models import Role

# Every page: who asks.
SIGNED_IN = ["session", "account"]
# What the lines of a list of tasks show besides the task, its suggestion, its aspect and its meeting.
PARTS = ["departments of the tasks", "leaders of the tasks"]
LIST = [
    *SIGNED_IN,
    "the saved views, and what is asked for by id or name, in one union",
    "how many are found",
    "which they are, in order",
    "the tasks of the page",
    *PARTS,
    "each department's last report",
]
WORD = ["whether nearly every task has the word"]
NOTHING_FOUND = [*LIST[:4], *WORD]
# A wrong parameter is said without asking for tasks.
WRONG = LIST[:3]
DASHBOARD = [
    *SIGNED_IN,
    "counts by meeting, whose sum is that by health, by department and by leader",
    "the names in sight, in one union",
    "open instructions",
    "the demonstration",
    "the trend at the ends of twelve months",
    "counts by month",
    "which overdue ones wait longest",
    "which reviews were missed longest ago",
    "the red tasks and whose move it is",
    "departments of the tasks",
    "each department's last report",
]
# What the dashboard has besides for who works with it; what waits is counted once, for here and the navigation.
AT_WORK = {
    Role.SECRETARIAT: [
        "what waits, in one count",
        "what is open to confirm, in one count",
        "deadlines to settle",
        "departments without a liaison",
    ],
    Role.LIAISON: ["what waits, in one count"],
    Role.LEADER: [
        "what waits, in one count",
        "what changed",
        "that they looked",
    ],
}
# What it has besides for the secretariat.
CHASED = [
    "who has not reported",
    "who has not taken over",
    "when each was reminded last",
    "whom to chase",
    "which became overdue of late",
    "whose reviews were missed of late",
]
TASK = [
    *SIGNED_IN,
    "the task",
    *PARTS,
    "its log",
    "its siblings",
    "the sources of its suggestion",
    "its import issues",
    "the row of the file it came from",
    "evidence of its log",
    "what became of its suggestion",
    "its open instructions",
    "the later deadlines asked for",
]
# What programs read, by a session or by a token, which costs one query instead of two.
API_TASKS = [
    *SIGNED_IN,
    "how many are found",
    "which they are, in order",
    "the tasks of the page",
    *PARTS,
    "milestones of the tasks",
]
API_TASK = [*SIGNED_IN, "the task", *PARTS, "its milestones"]
API_LOG = [*API_TASK[:-1], "its log", "evidence of its log"]
API_MEETINGS = [*SIGNED_IN, "the meetings of the page"]
API_SUGGESTIONS = [
    *SIGNED_IN,
    "the suggestions of the page",
    "sources with their people",
    "the worst of their tasks",
    "what became of them",
]
MEETINGS = [*SIGNED_IN, "how many meetings", "the meetings of the page", "counts by meeting"]
MEETING = [
    *SIGNED_IN,
    "the meeting with its chair and lead",
    "its leads",
    "who attended",
    "its tasks",
    *PARTS,
    "sources of the suggestions",
    "people of the sources",
    "counts by health",
    "its files",
    "its change log",
]
ARRANGE = [
    *SIGNED_IN,
    "the meeting with its chair and lead",
    "its aspects",
    "its rows with their aspects",
    "sources with their people",
    "the tasks of the rows",
    *PARTS,
    "what the page shows: its aspects",
    "what the page shows: its rows",
    "what the page shows: the sources of its rows",
    "what the page shows: their tasks",
]
# The ids of those used most come besides where there are more than are seen at a glance.
OPTIONS = [*SIGNED_IN, "the ids of the slice", "their names"]
SEARCH = [
    *SIGNED_IN,
    "people",
    "departments",
    "meetings",
    "whether nearly every suggestion has the word",
    "suggestions",
    "how their tasks stand",
    *WORD,
    "the keys of the first tasks",
    "these tasks",
    "how many tasks",
]
CONFIRMATIONS = [
    *SIGNED_IN,
    "how many rows have something open",
    "the rows of the page",
    "their open import issues with the tasks",
    *PARTS,
    "people or departments of the parts",
    "people or departments of the parts",
    "milestones of the tasks",
    "how many questions are open",
]
EDIT_TASK = [
    *SIGNED_IN,
    "the task",
    *PARTS,
    "its log, for the last change of state",
    "its milestones",
    "whether a later deadline is asked for",
    "the departments to choose from",
    "the leaders to choose from",
    "its log, for what was printed",
    "its siblings",
]
# What a role costs besides.
OWN_DEPARTMENTS = ["the departments of a liaison"]
INBOX = {role: ["what waits, in one count"] for role in (Role.SECRETARIAT, Role.LIAISON, Role.LEADER)}
INBOX[Role.SECRETARIAT].append("what is open to confirm, in one count")
# A page of each group that has something, with what its rows show.
GROUP = ["the tasks of a group", "their departments"]
INBOX_PAGE = {
    Role.SECRETARIAT: [
        *SIGNED_IN,
        *INBOX[Role.SECRETARIAT],
        *GROUP * 3,
        "how many tasks claim days",
        "the days claimed",
    ],
    Role.LIAISON: [
        *SIGNED_IN,
        *INBOX[Role.LIAISON],
        *GROUP * 4,
        "what is to be taken over",
        "what they were reminded of",
    ],
    Role.LEADER: [*SIGNED_IN, *INBOX[Role.LEADER], *GROUP],
}

REPORTS = [*SIGNED_IN, "the meetings to choose from", "the people to choose from"]
COMPARISON = [
    *SIGNED_IN,
    "the first meeting",
    "the second meeting",
    "the earlier one's suggestions",
    "who made them",
    "the later one's suggestions",
    "who made them",
    "the tasks of the earlier one",
    *PARTS,
    "each department's last report",
    "their outcomes",
    "the meetings to choose from, for the one field",
    "and for the other",
]
RAISED_BEFORE = [
    *SIGNED_IN,
    "the suggestion",
    "the texts of all earlier ones",
    "who made it",
    "what they suggested before",
    "the likest",
    "who made those",
    "who made it, in printed order",
]

DUE_CALENDAR = [
    *SIGNED_IN,
    "what falls due in twelve months by department",
    "what of it is nobody's",
    "what falls due on each day",
    "what falls due on none",
]
FILL_IN = [
    *SIGNED_IN,
    "the departments offered",
    "the meetings offered",
    "the workbooks that wait",
    "the workbooks accepted last",
]
FILL_IN_WORKBOOK = [
    *SIGNED_IN,
    "the departments asked for",
    "how many open tasks each has",
    "their open tasks",
    *PARTS,
    "each department's last report",
    "that they were handed out",
]
# What the rows change is asked of the verbs, which load the tasks in their own way.
FILL_IN_REVIEW = [
    *SIGNED_IN,
    "the workbook",
    "the next one that waits",
    "the others that wait",
    "the last entry of the log",
    "the tasks of its rows",
    "what each department reported last",
    *PARTS,
    "all departments",
    "the tasks as the rules ask for them",
    "their departments",
    "their logs",
    "their milestones",
]
DRAFT = [
    *SIGNED_IN,
    "the draft with its scan",
    "its rows",
    "former names of departments",
    "the departments",
    "the people",
    "an accepted file of the same content",
]
