"""What `make run` begins with: the real meeting, accounts, the demonstration."""

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.accounts.services.accounts import new_password, store_password
from meetings.core.text import display_width
from meetings.devtools.demonstration_meeting import make_demonstration
from meetings.models import Account, Department, Meeting, Person, Role

FIXTURE = "meeting_81"
# The department and the leader of most tasks of the real meeting.
DEPARTMENT = "技术部"
LEADER = "肖良"

# User names, and the names shown beside what they do; the user name is the role's.
DISPLAY_NAMES = {
    Role.SECRETARIAT: "演示·秘书处",
    Role.LIAISON: "演示·技术部联络员",
    Role.LEADER: "演示·分管领导",
    Role.READER: "演示·只读",
    Role.ADMINISTRATOR: "演示·管理员",
}

Passwords = list[tuple[Account, str]]


def load_meeting_into_empty_register() -> bool:
    """Load the meeting of 〔2023〕81号 if there is none; return whether it was loaded."""
    if Meeting.objects.exists():
        return False
    call_command("loaddata", FIXTURE, verbosity=0)
    return True


def make_demonstration_beside_real_meeting() -> bool:
    """Make the invented meeting beside the real one; return whether it was made.

    Its history needs the accounts of `create_accounts`: where others use the register, it is not made.
    """
    accounts = {account.username: account for account in demonstration_accounts()}
    if not settings.DEMONSTRATION or not {Role.SECRETARIAT, Role.LIAISON} <= accounts.keys():
        return False
    make_demonstration(secretariat=accounts[Role.SECRETARIAT], liaison=accounts[Role.LIAISON])
    return True


@transaction.atomic
def create_accounts() -> Passwords:
    """Create one account per role if there is none; return them with passwords.

    The passwords are stored as hashes only: what is not noted now is lost (`set_new_passwords` makes others).
    """
    if Account.objects.exists():
        return []
    leader, _created = Person.objects.get_or_create(name=LEADER, unit="")
    department, _created = Department.objects.get_or_create(name=DEPARTMENT)
    for role, display_name in DISPLAY_NAMES.items():
        person = leader if role == Role.LEADER else None
        account = Account.objects.create_user(role.value, role=role, display_name=display_name, person=person)
        if role == Role.LIAISON:
            account.departments.add(department)
    return set_new_passwords()


def demonstration_accounts() -> list[Account]:
    """Return the demonstration accounts there are, in the order of the roles."""
    accounts = {account.username: account for account in Account.objects.filter(username__in=DISPLAY_NAMES)}
    return [accounts[role] for role in DISPLAY_NAMES if role in accounts]


@transaction.atomic
def set_new_passwords() -> Passwords:
    """Give every demonstration account a new password and end its lockout."""
    changed = []
    for account in demonstration_accounts():
        password = new_password()
        store_password(account, password, actor=None)
        changed.append((account, password))
    return changed


def password_table(passwords: Passwords) -> str:
    """Return accounts and passwords as a table for a terminal, in both languages."""
    head = [in_both_languages(title) for title in (_("User name"), _("Password"), _("Role"))]
    rows = [
        [account.username, password, in_both_languages(Role(account.role).label)] for account, password in passwords
    ]
    widths = [max(map(display_width, column)) for column in zip(head, *rows, strict=True)]
    rule = ["─" * width for width in widths]
    return "\n".join(
        "  ".join(cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, rule, *rows]
    )


def in_both_languages(message: Promise | str) -> str:
    """Return a lazy ``message`` in Chinese and in English."""
    translations = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translations.append(str(message))
    # Once where the catalogue is not compiled yet.
    return " / ".join(dict.fromkeys(translations))
