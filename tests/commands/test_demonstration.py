"""`prepare_demonstration` and `set_demonstration_passwords`: an account per role, and no password anybody knows."""

import re
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from meetings.accounts.services.accounts import new_password
from meetings.devtools import demonstration
from meetings.devtools.demonstration import password_table
from meetings.models import Account, Meeting, Role, Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_the_invented_meeting(settings) -> None:
    """Leave out what `tests/devtools/test_demonstration_meeting.py` is about."""
    settings.DEMONSTRATION = False


@pytest.fixture
def _load_the_real_meeting_once(monkeypatch) -> None:
    monkeypatch.setattr(demonstration, "call_command", lambda *_name, **_options: factories.real_meeting())


PASSWORD = re.compile(r"\b[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}\b")


def run(command: str) -> str:
    output = StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def printed(output: str) -> dict[str, str]:
    """Return the passwords of a printed table by user name."""
    return {line.split()[0]: match[0] for line in output.splitlines() if (match := PASSWORD.search(line))}


@pytest.mark.long
def test_an_empty_register_gets_the_real_meeting_and_an_account_per_role():
    passwords = printed(run("prepare_demonstration"))
    assert Task.objects.count() == 18
    assert list(passwords) == ["secretariat", "liaison", "leader", "reader", "administrator"]
    assert {account.role for account in Account.objects.all()} == set(Role.values)
    for account in Account.objects.all():
        assert account.check_password(passwords[account.username])
    assert [department.name for department in Account.objects.get(username="liaison").departments.all()] == ["技术部"]
    assert Account.objects.get(username="leader").person.name == "肖良"
    # The demonstration links to people and departments of the meeting, it adds none.
    assert Task.objects.filter(leaders__accounts__username="leader").exists()
    assert Task.objects.filter(departments__liaisons__username="liaison").exists()


@pytest.mark.long
@pytest.mark.usefixtures("_load_the_real_meeting_once")
def test_the_second_run_changes_nothing_and_prints_no_password():
    run("prepare_demonstration")
    hashes = list(Account.objects.values_list("password", flat=True))
    output = run("prepare_demonstration")
    assert not printed(output)
    assert "set_demonstration_passwords" in output
    assert list(Account.objects.values_list("password", flat=True)) == hashes
    assert (Meeting.objects.count(), Account.objects.count()) == (1, 5)


def test_a_register_with_a_meeting_or_an_account_of_its_own_keeps_to_them():
    factories.account(username="张三")
    held = factories.meeting()
    assert run("prepare_demonstration") == ""
    assert list(Meeting.objects.all()) == [held]
    assert Account.objects.count() == 1


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.usefixtures("_load_the_real_meeting_once")
def test_new_passwords_replace_the_old_ones():
    old = printed(run("prepare_demonstration"))
    new = printed(run("set_demonstration_passwords"))
    assert list(new) == list(old)
    for account in Account.objects.all():
        assert account.check_password(new[account.username])
        assert not account.check_password(old[account.username])


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.usefixtures("_load_the_real_meeting_once")
def test_only_demonstration_accounts_get_new_passwords():
    run("prepare_demonstration")
    own = factories.account(username="张三", password="我自己的密码2023")
    assert "张三" not in printed(run("set_demonstration_passwords"))
    own.refresh_from_db()
    assert own.check_password("我自己的密码2023")


def test_without_demonstration_accounts_there_is_nothing_to_set():
    factories.account(username="张三")
    with pytest.raises(CommandError) as refusal:
        run("set_demonstration_passwords")
    assert "\n" not in str(refusal.value)


def test_passwords_are_random_long_enough_and_accepted_by_the_rules():
    passwords = {new_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        assert PASSWORD.fullmatch(password)
        validate_password(password)


@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.usefixtures("_load_the_real_meeting_once")
def test_the_table_stands_in_columns():
    run("prepare_demonstration")
    lines = password_table([(account, "aaaa-bbbb-cccc") for account in Account.objects.all()]).splitlines()
    assert len({line.index("aaaa") for line in lines[2:]}) == 1
