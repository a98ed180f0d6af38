"""Who is turned away at the sign-in page, for how long, and who lets them in again."""

from __future__ import annotations

import datetime
import io

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from meetings.accounts import lockout
from meetings.models import Account, Role
from tests import factories
from tests.tasks.update_form import parsed

pytestmark = pytest.mark.django_db

PASSWORD = "a password of this test alone"
HOME, OTHER = "203.0.113.7", "198.51.100.1"


@pytest.fixture(autouse=True)
def lockouts(settings):
    settings.AXES_ENABLED = True


@pytest.fixture
def account() -> Account:
    return factories.account(Role.READER, username="reader-1", password=PASSWORD)


def attempt(name: str, password: str = "wrong", *, address: str = HOME, agent: str = "a"):
    sent = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/accounts/login/", sent, headers={"user-agent": agent})


def fail(name: str, times: int = 5, **more: str) -> list[int]:
    return [attempt(name, **more).status_code for _ in range(times)]


def wait(minutes: float) -> None:
    """Let the time pass, as seen by what was recorded."""
    for row in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=row.pk).update(
            attempt_time=row.attempt_time - datetime.timedelta(minutes=minutes)
        )


def sentence(response) -> str:
    return " ".join(parsed(response).xpath("string(//main)").split())


# --- a name at an address -----------------------------------------------------------------------


def test_a_name_is_locked_at_the_address_where_it_failed_and_nowhere_else(account):
    assert fail(account.username) == [200] * 4 + [429]
    assert attempt(account.username, PASSWORD).status_code == 429
    assert attempt(account.username, PASSWORD, address=OTHER).status_code == 302
    other = factories.account(password=PASSWORD)
    assert attempt(other.username, PASSWORD).status_code == 302


def test_another_browser_does_not_help_and_failures_are_forgotten_one_by_one(account):
    for agent in "abcde":
        attempt(account.username, agent=agent)
        wait(2)
    assert attempt(account.username, PASSWORD, agent="f").status_code == 429
    # The first of five is older than a quarter of an hour now.
    wait(6)
    assert attempt(account.username, PASSWORD, agent="f").status_code == 302


def test_trying_during_the_lock_does_not_prolong_it(account):
    fail(account.username)
    wait(14)
    before = AccessAttempt.objects.get().attempt_time
    for password in ("wrong", PASSWORD):
        assert attempt(account.username, password).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == before
    wait(1.1)
    assert attempt(account.username, PASSWORD).status_code == 302


def test_the_page_says_until_when(account):
    fail(account.username)
    until = AccessAttempt.objects.get().attempt_time + datetime.timedelta(minutes=16)
    response = attempt(account.username)
    assert f"{timezone.localtime(until):%H:%M}" in sentence(response)
    assert 890 < int(response["Retry-After"]) <= 900


# --- an address ---------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_ten_names_stop_an_address_and_not_ten_mistakes_of_one_person(account):
    names = [f"name-{number}" for number in range(lockout.MAX_NAMES)]
    for name in names[:-1]:
        attempt(name)
    fail("one-person", 4)
    # One person's fifth mistake stops that name.
    assert attempt("one-person").status_code == 429
    for response in (attempt(account.username, PASSWORD), attempt("somebody-else")):
        assert response.status_code == 429
        assert "many different names" in sentence(response) or "不同" in sentence(response)
    assert attempt(account.username, PASSWORD, address=OTHER).status_code == 302
    wait(15.1)
    assert attempt(account.username, PASSWORD).status_code == 302


@pytest.mark.long
@pytest.mark.same_on_both
def test_one_persons_mistakes_stop_nobody_else(account):
    fail("one-person", 30)
    assert attempt(account.username, PASSWORD).status_code == 302


# --- a name at many addresses -------------------------------------------------------------------


def fail_everywhere(name: str) -> None:
    for number in range(5):
        fail(name, 2, address=f"192.0.2.{number}")


@pytest.mark.long
def test_a_name_tried_from_many_addresses_is_slowed_and_not_shut(account):
    fail_everywhere(account.username)
    response = attempt(account.username, PASSWORD, address=OTHER)
    assert response.status_code == 429
    assert int(response["Retry-After"]) <= 30
    wait(0.6)
    assert attempt(account.username, PASSWORD, address=OTHER).status_code == 302


@pytest.mark.long
@pytest.mark.same_on_both
def test_where_it_last_signed_in_from_it_is_not_even_slowed(account):
    assert attempt(account.username, PASSWORD, address=HOME).status_code == 302
    fail_everywhere(account.username)
    assert attempt(account.username, address=HOME).status_code == 200
    assert attempt(account.username, PASSWORD, address=HOME).status_code == 302


# --- unlocking ----------------------------------------------------------------------------------


@pytest.fixture
def administrator(client: Client) -> Account:
    administrator = factories.account(Role.ADMINISTRATOR)
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    return administrator


@pytest.mark.long
def test_the_account_page_says_that_it_is_locked_and_unlocks_it(client, administrator, account):
    address = f"/accounts/{account.pk}/"
    unlock = f"//form[@action='{address}unlock/']"
    assert not parsed(client.get(address)).xpath(unlock)
    fail(account.username)
    fail("somebody-else", 2)
    page = client.get(address)
    until = timezone.localtime(AccessAttempt.objects.get(username=account.username).attempt_time)
    assert f"{until + datetime.timedelta(minutes=16):%H:%M}" in sentence(page)
    assert parsed(page).xpath(unlock)
    assert "unlocked" in sentence(client.post(f"{address}unlock/", follow=True))
    assert attempt(account.username, PASSWORD).status_code == 302
    assert account.change_log.changes().get().actor == administrator
    assert AccessAttempt.objects.get().username == "somebody-else"
    assert "not locked" in sentence(client.post(f"{address}unlock/", follow=True))
    assert account.change_log.changes().count() == 1


def test_a_new_password_by_the_command_unlocks(account, monkeypatch):
    fail(account.username)
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "another-Pass-4711")
    call_command("changepassword", account.username, stdout=io.StringIO())
    assert attempt(account.username, "another-Pass-4711").status_code == 302


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_new_password_unlocks(client, administrator, account):
    fail(account.username)
    password = client.post(f"/accounts/{account.pk}/password/").context["password"]
    assert attempt(account.username, password).status_code == 302
