"""Passwords that were handed out, idle sessions, and one's own sessions."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from meetings.accounts.sessions import describe_browser
from meetings.models import Account, ChangeKind, Role
from tests import factories
from tests.tasks.update_form import parsed

pytestmark = pytest.mark.django_db

PASSWORD, BETTER = "a password of this test alone", "one that its owner chose"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def sign_in(client: Client, account: Account, password: str = PASSWORD, **options):
    return client.post("/accounts/login/", {"username": account.username, "password": password}, **options)


def change_password(client: Client, old: str, new: str, **more: str):
    sent = {"old_password": old, "new_password1": new, "new_password2": new, **more}
    return client.post("/accounts/settings/password/", sent)


@pytest.fixture
def handed_out(client) -> tuple[Account, str]:
    """An account with the password that an administrator made for it."""
    account = factories.account(Role.READER, password=PASSWORD, language="en")
    client.force_login(factories.account(Role.ADMINISTRATOR))
    page = client.post(f"/accounts/{account.pk}/password/")
    return account, page.context["password"]


# --- passwords that were handed out -------------------------------------------------------------------


@pytest.mark.same_on_both
def test_a_password_that_was_handed_out_opens_nothing_but_the_page_for_another(handed_out):
    account, password = handed_out
    client = Client()
    sign_in(client, account, password)
    for address in ("/", "/tasks/?health=overdue", "/accounts/settings/", "/help/"):
        assert client.get(address)["Location"].startswith("/accounts/settings/password/?next="), address
    assert client.post("/accounts/settings/", {"language": "en"})["Location"] == "/accounts/settings/password/?next="
    assert client.get("/healthz").status_code == 200
    page = client.get("/accounts/settings/password/?next=/tasks/%3Fhealth%3Doverdue")
    assert "somebody else has seen it" in page.content.decode()
    assert parsed(page).xpath("string(//input[@name='next']/@value)") == "/tasks/?health=overdue"
    answer = change_password(client, password, BETTER, next="/tasks/?health=overdue")
    assert answer["Location"] == "/tasks/?health=overdue"
    assert client.get("/tasks/").status_code == 200
    assert sign_in(Client(), account, BETTER)["Location"] == "/"


def test_the_password_that_was_handed_out_is_not_chosen_again(handed_out):
    account, password = handed_out
    client = Client()
    sign_in(client, account, password)
    answer = change_password(client, password, password)
    assert answer.status_code == 422
    assert "This is the password you have." in answer.content.decode()
    assert "registration/new_password.html" in {template.name for template in answer.templates}
    assert client.get("/").status_code == 302


def test_a_password_that_was_handed_out_shows_an_administrator_no_figures(client):
    account = factories.account(role=Role.ADMINISTRATOR)
    client.force_login(account)
    assert client.get("/metrics").status_code == 200
    type(account).objects.filter(pk=account.pk).update(password_issued_at=timezone.now())
    assert client.get("/metrics").status_code == 403


def test_who_has_to_choose_a_password_can_sign_out(handed_out):
    account, password = handed_out
    client = Client()
    sign_in(client, account, password)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/tasks/")["Location"].startswith("/accounts/login/")


@pytest.mark.same_on_both
def test_a_new_account_and_one_of_before_differ(client):
    client.force_login(factories.account(Role.ADMINISTRATOR))
    sent = {"username": "zhang", "display_name": "张", "role": "reader"}
    password = client.post("/accounts/new/", sent).context["password"]
    new, former = Client(), Client()
    assert sign_in(new, Account.objects.get(username="zhang"), password).status_code == 302
    assert new.get("/").status_code == 302
    assert sign_in(former, factories.account(password=PASSWORD)).status_code == 302
    assert former.get("/").status_code == 200


# --- idle sessions ------------------------------------------------------------------------------------


def lasts(client: Client) -> float:
    """Return for how many more minutes the session lasts."""
    row = Session.objects.get(session_key=client.cookies[django_settings.SESSION_COOKIE_NAME].value)
    return (row.expire_date - timezone.now()).total_seconds() / 60


def leave_alone(client: Client, minutes: float) -> None:
    """Let the session be as it is after so many minutes."""
    session = client.session
    session["seen"] -= minutes * 60
    session.save()
    Session.objects.filter(session_key=session.session_key).update(
        expire_date=timezone.now() + datetime.timedelta(minutes=30 - minutes)
    )


@pytest.fixture
def idle(settings) -> Client:
    """Somebody who is signed in where sessions end after half an hour without a request."""
    settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 30, 30 * 60
    client = Client()
    client.force_login(factories.account())
    client.get("/")
    return client


def test_a_page_that_asks_by_itself_keeps_no_session(idle):
    leave_alone(idle, 20)
    idle.get(f"/exports/{uuid.uuid4()}/", headers={"hx-request": "true"})
    assert 9 < lasts(idle) <= 10
    idle.get(f"/exports/{uuid.uuid4()}/")
    assert 29 < lasts(idle) <= 30


def test_each_request_lets_a_session_last_half_an_hour_more(idle):
    assert 29 < lasts(idle) <= 30
    leave_alone(idle, 20)
    assert 9 < lasts(idle) <= 10
    answer = idle.get("/")
    assert answer.cookies[django_settings.SESSION_COOKIE_NAME]["max-age"] == 30 * 60
    assert 29 < lasts(idle) <= 30
    leave_alone(idle, 31)
    assert idle.get("/")["Location"].startswith("/accounts/login/")


def test_the_session_is_not_written_by_every_request(idle):
    leave_alone(idle, 2)
    assert django_settings.SESSION_COOKIE_NAME not in idle.get("/").cookies
    assert lasts(idle) < 29


def test_unless_it_is_set_a_session_lasts_two_weeks_and_no_request_writes_it():
    client = Client()
    client.force_login(factories.account())
    assert django_settings.SESSION_COOKIE_NAME not in client.get("/").cookies
    assert 13.9 < lasts(client) / 60 / 24 <= 14


# --- one's own sessions -------------------------------------------------------------------------------


def listed(client: Client) -> list[str]:
    """Return what the settings say of each session."""
    items = parsed(client.get("/accounts/settings/?whole=sessions")).xpath("//*[@id='sessions']//li")
    return [" ".join(item.text_content().split()) for item in items]


@pytest.fixture
def two(client) -> tuple[Client, Client, Account]:
    """Somebody who is signed in here and elsewhere, and somebody else."""
    account = factories.account(password=PASSWORD, language="en")
    elsewhere = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    sign_in(elsewhere, account)
    sign_in(client, account)
    Client().force_login(factories.account())
    return client, elsewhere, account


@pytest.mark.same_on_both
def test_own_sessions_are_listed_and_ended(two):
    here, elsewhere, account = two
    own, other = listed(here)
    assert "this one" in own
    assert "End it" not in own
    assert "Firefox on Windows" in other
    assert "from 192.0.2.7" in other
    page = here.get("/accounts/settings/?whole=sessions")
    assert elsewhere.cookies[django_settings.SESSION_COOKIE_NAME].value not in page.content.decode()
    chosen = parsed(page).xpath("string(//*[@id='sessions']//button[text()[contains(.,'End it')]]/@value)")
    before = Session.objects.count()
    ended = here.post("/accounts/settings/sessions/end/", {"session": chosen})
    assert ended["Location"] == "/accounts/settings/?whole=sessions#sessions"
    assert Session.objects.count() == before - 1
    assert elsewhere.get("/")["Location"].startswith("/accounts/login/")
    assert here.get("/").status_code == 200
    entry = account.change_log.filter(kind=ChangeKind.SIGNED_OUT).get()
    assert entry.actor == account
    assert "Firefox on Windows" in entry.note
    assert entry.changes == {"address": {"old": None, "new": "192.0.2.7"}}


def test_all_others_are_ended_at_once_and_nobody_elses(two):
    here, elsewhere, account = two
    Client().force_login(account)
    others = Session.objects.count() - 3
    here.post("/accounts/settings/sessions/end/", {"session": "others"})
    assert Session.objects.count() == others + 1
    assert len(listed(here)) == 1
    assert elsewhere.get("/").status_code == 302


def test_sessions_that_a_new_password_ended_are_not_listed(two):
    here, elsewhere, account = two
    assert change_password(here, PASSWORD, BETTER).status_code == 302
    assert len(listed(here)) == 1
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize("chosen", ["", "0" * 64, "current"])
def test_what_is_no_session_of_ones_own_ends_none(two, chosen):
    here, elsewhere, account = two
    before = Session.objects.count()
    answer = here.post("/accounts/settings/sessions/end/", {"session": chosen}, follow=True)
    assert "had ended already" in answer.content.decode()
    assert Session.objects.count() == before


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/109.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0", "WeChat on Android"),
        ("curl/8.5", "A browser of unknown kind"),
        ("", "A browser of unknown kind"),
    ],
)
def test_browsers_are_named(user_agent, device):
    with translation.override("en"):
        assert describe_browser(user_agent) == device
