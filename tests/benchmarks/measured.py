"""What is measured: its name, its address, its floor and how many times that it may cost.

Addresses may name ``{task}``, ``{department}``, ``{middle}`` (a page of the list) and ``{past}`` (a day), or be
``{following}``, to which the page in the middle leads.
A floor is an address, too: a bare view (`floors`), or another page of the register.
"""

from __future__ import annotations

from dataclasses import dataclass

LIST = "/floor/list/"
BARE = 1.5
# What the columns of the list are to a bare view that sorts by them; department and leader are held against its usual
# order, for a plain join would repeat rows.
SORTS = {
    "number": "",
    "-number": "",
    "text": "?sort=task__text",
    "department": "",
    "leader": "",
    "due": "?sort=next_due",
    "-due": "?sort=-next_due",
    "status": "?sort=status",
    "health": "",
    "progress": "?sort=last_report__effective_on",
}
EACH = "person"
ROLES = ("secretariat", "leader", "liaison", "reader", "administrator")


@dataclass(frozen=True)
class Measured:
    """One thing: ``goal`` is for a large register, ``small`` for one of 18 tasks; None where none was set.

    ``weight`` is what its HTML may weigh at 18 tasks, in kB. With the role ``EACH`` everybody asks once, so that
    nothing is there from a former page of theirs.
    """

    name: str
    address: str
    floor: str
    goal: float | None = None
    small: float | None = None
    role: str = "secretariat"
    fragment: bool = False
    weight: int | None = None

    @property
    def is_save(self) -> bool:
        """Whether it is the POST of a form that is opened at the address first."""
        return self.address.endswith("/status/")

    def goal_for(self, tasks: int) -> float | None:
        """Return the ratio that is to be kept with that many tasks."""
        return self.small if tasks < 10_000 else self.goal


MEASURED = (
    Measured("list", "/tasks/", LIST, BARE, 4, weight=40),
    Measured("list, first page of an account", "/tasks/", LIST, BARE, 4, EACH),
    Measured("list, as a fragment", "/tasks/", LIST, BARE, 4, fragment=True),
    Measured("list, overdue", "/tasks/?health=overdue", f"{LIST}?overdue", BARE, 4),
    Measured("list, overdue, by date", "/tasks/?health=overdue&sort=due", f"{LIST}?overdue&sort=next_due", BARE, 4),
    Measured("list, one department", "/tasks/?department={department}", f"{LIST}?department={{department}}", BARE, 4),
    *(Measured(f"list by {sort}", f"/tasks/?sort={sort}", LIST + floor, BARE) for sort, floor in SORTS.items()),
    Measured("list, middle page by its number ÷ first", "/tasks/?page={middle}", "/tasks/", 1.2),
    Measured("list, middle page by its link ÷ first", "{following}", "/tasks/", 1.2),
    Measured("list, last page ÷ first", "/tasks/?page=last", "/tasks/", 1.2),
    Measured("list, two characters", "/tasks/?q=评审", f"{LIST}?q=评审", 2),
    Measured("list, one character", "/tasks/?q=审", f"{LIST}?q=审", 2),
    Measured("search box", "/search/?q=评审", "/floor/search/?q=评审", 2),
    Measured("search box, one character", "/search/?q=审", "/floor/search/?q=审", 2),
    *(Measured(f"dashboard, {role}", "/", "/floor/dashboard/", 2, 4, role, weight=40) for role in ROLES),
    Measured("dashboard, past day ÷ today", "/?as_of={past}", "/", 1.5),
    Measured("list, past day ÷ today", "/tasks/?as_of={past}", "/tasks/", 1.5),
    Measured("task", "/tasks/{task}/", "/floor/task/{task}/", 4, 4, weight=40),
    Measured("settings", "/accounts/settings/", "/floor/signed-in/", 2, 2),
    Measured("settings ÷ frame", "/accounts/settings/", "/floor/frame/"),
    Measured("frame", "/floor/frame/", "/floor/signed-in/"),
    Measured("saving a status (POST)", "/tasks/{task}/status/", "/floor/save/{task}/", 2, 2),
    Measured("meetings", "/meetings/", "/floor/signed-in/"),
    Measured("inbox", "/inbox/", "/floor/signed-in/"),
)
