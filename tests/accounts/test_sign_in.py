"""Signing in and out, what is said of a wrong password, and the lockout."""

from __future__ import annotations

import datetime
import uuid

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from meetings.models import Account
from tests import factories
from tests.tasks.update_form import parsed, send

pytestmark = pytest.mark.django_db


PASSWORD = "a password of this test alone"


def sign_in(client: Client, account: Account, password: str = PASSWORD, **more: str):
    return client.post("/accounts/login/", {"username": account.username, "password": password, **more})


@pytest.mark.same_on_both
def test_signing_in_leads_where_one_wanted_to_go_and_out_again():
    account = factories.account(password=PASSWORD)
    client = Client()
    asked = client.get("/tasks/?health=overdue")
    assert asked["Location"] == "/accounts/login/?next=/tasks/%3Fhealth%3Doverdue"
    [form] = parsed(client.get(asked["Location"])).xpath("//form[.//input[@name='password']]")
    response = send(client, "", form, username=account.username, password=PASSWORD)
    assert response["Location"] == "/tasks/?health=overdue"
    assert client.get("/tasks/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 405, "a link must not sign anybody out"
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/tasks/").status_code == 302


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(where):
    account = factories.account(password=PASSWORD)
    assert sign_in(Client(), account, next=where)["Location"] == "/"


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer():
    account = factories.account(password=PASSWORD)
    off = factories.account(password=PASSWORD, is_active=False)
    wrong = sign_in(Client(), account, "wrong")
    unknown = Client().post("/accounts/login/", {"username": "nobody", "password": PASSWORD})
    switched_off = sign_in(Client(), off)
    said = {parsed(r).xpath("string(//*[@role='alert'])").strip() for r in (wrong, unknown, switched_off)}
    assert len(said) == 1
    assert said.pop()


def test_an_account_without_a_password_lets_nobody_in():
    account = factories.account()
    for password in ("", "None", "!", account.password):
        assert sign_in(Client(), account, password).status_code == 200


def test_repeated_failures_lock_the_account_and_no_other(settings):
    settings.AXES_ENABLED = True
    account, other = factories.account(password=PASSWORD), factories.account(password=PASSWORD)
    client = Client()
    answers = [sign_in(client, account, "wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [200] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert sign_in(client, account).status_code == 429, "the right password does not help now"
    assert sign_in(Client(), other).status_code == 302


@pytest.mark.long
def test_a_success_forgets_the_failures_before(settings):
    settings.AXES_ENABLED = True
    account = factories.account(password=PASSWORD)
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            assert sign_in(Client(), account, "wrong").status_code == 200
        assert sign_in(Client(), account).status_code == 302


def test_the_session_is_a_new_one_after_signing_in():
    account = factories.account(password=PASSWORD)
    client = Client()
    client.get("/accounts/login/")
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "planted"
    sign_in(client, account)
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != "planted"


def test_a_form_sent_into_an_ended_session_leads_back_to_its_page(client):
    sent = {"note": "text"}
    answer = client.post("/tasks/1/start/", sent, headers={"referer": "http://testserver/tasks/1/?next=/tasks/#log"})
    assert answer["Location"] == "/accounts/login/?next=/tasks/1/%3Fnext%3D/tasks/"
    answer = client.post("/tasks/", sent, headers={"referer": "http://elsewhere.example/tasks/1/"})
    assert answer["Location"] == "/accounts/login/?next=/tasks/"


def test_the_former_address_for_discarding_words_leads_to_the_dashboard(client):
    client.force_login(factories.secretariat())
    assert client.post("/accounts/unsaved/discard/")["Location"] == "/"


@pytest.mark.parametrize(
    "where", ["/batches/1/undo/", "/accounts/logout/", f"/jobs/{uuid.UUID(int=1)}/retry/", "/views/1/delete/"]
)
def test_signing_in_leads_to_no_address_that_a_button_alone_takes(where):
    account = factories.account(password=PASSWORD)
    assert sign_in(Client(), account, next=where)["Location"] == "/"


def test_signing_in_forgets_ended_sessions_and_what_was_tried_long_ago(settings):
    settings.AXES_ENABLED = True
    now = timezone.now()
    for number, day in enumerate((-1, 1)):
        Session.objects.create(session_key=str(number), session_data="", expire_date=now + datetime.timedelta(days=day))
    for days in (1, 89, 91):
        attempt = AccessAttempt.objects.create(username=f"tried {days}", failures_since_start=1)
        log = AccessLog.objects.create(username=f"signed in {days}")
        # They put the present moment in by themselves.
        for row in (attempt, log):
            type(row).objects.filter(pk=row.pk).update(attempt_time=now - datetime.timedelta(days=days))
    account = factories.account(password=PASSWORD)
    assert sign_in(Client(), account).status_code == 302
    assert Session.objects.filter(session_key="1").exists()
    assert not Session.objects.filter(session_key="0").exists()
    assert not AccessAttempt.objects.exists()
    kept = AccessLog.objects.filter(username__startswith="signed in").values_list("username", flat=True)
    assert set(kept) == {"signed in 1", "signed in 89"}
