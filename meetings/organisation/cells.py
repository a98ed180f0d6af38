"""The cells of the lists of departments, people and accounts."""

from django.template import Context
from django.utils.translation import gettext as _, ngettext

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.display.fields import format_moment, join_items
from meetings.models import Account, Department, Person, Role
from meetings.tasks import task_markup
from meetings.ui.markup import fill_html, join_html
from meetings.ui.navigation import tasks_url
from meetings.ui.tables import ZERO, Cells, address_of_rows, draw_count, draw_link, draw_row_link


class HolderCells(Cells):
    """What departments and people have in common: names, and tasks.

    The page's context has the ``counts`` of tasks by health, by department or person, and their ``bar_scale``.
    """

    # The parameter of the list of tasks that narrows it to one of them.
    parameter = ""

    def __init__(self, context: Context) -> None:
        self.counts, self.bar_scale, self.scope = context["counts"], context["bar_scale"], context["scope"]

    def name(self, row: Department | Person) -> str:
        """Draw the name with what it can be found by besides."""
        former = [*(former.name for former in row.former_names.all()), *map(str, row.merged.all())]
        return fill_html(
            "{}{}{}",
            draw_row_link(row.get_absolute_url(), row.name),
            _draw_note_tag("" if row.is_active else _("out of use")),
            fill_html('<div class="cell-note">{} {}</div>', _("Also found as"), join_items(former)) if former else "",
        )

    def open(self, row: Department | Person) -> str:
        number = row.open_count
        return draw_count(
            number,
            tasks_url(self.scope, self.parameter, row.pk, status=sorted(OPEN_STATUSES)),
            ngettext("%(name)s: %(number)s open task", "%(name)s: %(number)s open tasks", number)
            % {"name": row.name, "number": number},
        )

    def health(self, row: Department | Person) -> str:
        count = self.counts.get(row.pk)
        if count is None:
            return ""
        note = task_markup.pressing_note(count, self.scope, self.parameter, row.pk)
        return fill_html("{}{}", task_markup.health_bar(count, self.bar_scale), note)


class DepartmentCells(HolderCells):
    """The cells of departments."""

    parameter = "department"

    def head(self, department: Department) -> str:
        head = department.head
        return draw_link(head.get_absolute_url(), str(head)) if head else ""

    def liaisons(self, department: Department) -> str:
        """Draw who reports for it."""
        accounts = [one for one in department.liaisons.all() if one.is_active and one.role == Role.LIAISON]
        return join_html("", "<div>{}</div>", ((account,) for account in accounts)) or _draw_none(_("nobody"))


class PersonCells(HolderCells):
    """The cells of people."""

    parameter = "leader"

    def unit(self, person: Person) -> str:
        return person.unit

    def suggestions(self, person: Person) -> str:
        number = person.suggestion_count
        words = ngettext("%(name)s: %(number)s suggestion", "%(name)s: %(number)s suggestions", number)
        return _draw_part(person, "suggestions", number, words)

    def meetings(self, person: Person) -> str:
        number = person.meeting_count
        words = ngettext("%(name)s: %(number)s meeting", "%(name)s: %(number)s meetings", number)
        return _draw_part(person, "meetings", number, words)


class AccountCells(Cells):
    """The cells of accounts."""

    def __init__(self, _context: Context) -> None:
        self.address = address_of_rows("account_detail")

    def username(self, account: Account) -> str:
        link = draw_row_link(self.address(account.pk), account.username)
        return fill_html("{}{}", link, _draw_note_tag("" if account.is_active else _("may not sign in")))

    def display_name(self, account: Account) -> str:
        return account.display_name

    def role(self, account: Account) -> str:
        return account.get_role_display()

    def stands_for(self, account: Account) -> str:
        """Draw the departments it reports for, and the person."""
        departments = join_html(
            _(", "), "{}", ((draw_link(one.get_absolute_url(), str(one)),) for one in account.departments.all())
        )
        person = account.person
        line = person and fill_html("<div>{}</div>", draw_link(person.get_absolute_url(), str(person)))
        return fill_html("{}{}", departments, line or "")

    def last_login(self, account: Account) -> str:
        return format_moment(account.last_login) if account.last_login else _draw_none(_("never"))


def _draw_note_tag(text: str) -> str:
    return fill_html(' <span class="note-tag">{}</span>', text) if text else ""


def _draw_none(text: str) -> str:
    return fill_html('<span class="cell-note">{}</span>', text)


def _draw_part(person: Person, part: str, number: int, words: str) -> str:
    """Draw how much there is on a part of the person's page, and lead there."""
    if not number:
        return ZERO
    label = words % {"name": person.name, "number": number}
    return fill_html('<a href="{}#{}" aria-label="{}">{}</a>', person.get_absolute_url(), part, label, number)
