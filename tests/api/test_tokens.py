"""Tokens: whose they are, how far and how long they go, and what becomes of wrong ones."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import Account, ApiToken, ChangeLog, Role
from tests import factories

from .conftest import Program, token_of

pytestmark = pytest.mark.django_db

SETTINGS = "/accounts/settings/tokens/"


def test_a_token_is_made_in_the_settings_shown_once_and_stored_as_its_hash(world, client):
    client.force_login(world.reader)
    ends_on = timezone.localdate() + datetime.timedelta(days=30)
    page = client.post(SETTINGS, {"name": "门户", "scope": "read", "ends_on": ends_on.isoformat()})
    assert page.status_code == 200
    secret = page.context["new_token"]
    assert page.content.decode().index(secret) < page.content.decode().index('id="account-heading"'), "on top"
    token = ApiToken.objects.get()
    assert secret not in str(vars(token))
    assert secret not in client.get("/accounts/settings/?whole=tokens").content.decode()
    assert "门户" in ChangeLog.objects.latest("pk").note
    assert secret not in ChangeLog.objects.latest("pk").note
    assert Program(secret).read("tasks").status_code == 200

    client.post(f"{SETTINGS}{token.pk}/revoke/")
    assert Program(secret).read("tasks").status_code == 401
    assert "门户" in ChangeLog.objects.latest("pk").note


@pytest.mark.parametrize("days", [-1, 367])
def test_a_token_ends_within_a_year(world, client, days):
    client.force_login(world.reader)
    ends_on = timezone.localdate() + datetime.timedelta(days=days)
    page = client.post(SETTINGS, {"name": "门户", "scope": "read", "ends_on": ends_on.isoformat()})
    assert page.status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_but_its_owner_and_administrators_revokes_a_token(world, client):
    token_of(world.reader)
    token = ApiToken.objects.get()
    client.force_login(world.secretariat)
    assert client.post(f"{SETTINGS}{token.pk}/revoke/").status_code == 404
    client.force_login(world.administrator)
    assert f"{SETTINGS}{token.pk}/revoke/" in client.get(f"/accounts/{world.reader.pk}/").content.decode()
    assert client.post(f"{SETTINGS}{token.pk}/revoke/")["Location"] == f"/accounts/{world.reader.pk}/"
    entry = ChangeLog.objects.latest("pk")
    assert (entry.account, entry.actor) == (world.reader, world.administrator)


def test_a_token_lasts_as_long_as_its_day_and_its_account(world):
    secret = token_of(world.reader, days=0)
    assert Program(secret).read("tasks").status_code == 200
    ApiToken.objects.update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    assert Program(secret).read("tasks").status_code == 401
    ApiToken.objects.update(ends_on=timezone.localdate())
    Account.objects.filter(pk=world.reader.pk).update(is_active=False)
    answer = Program(secret).read("tasks")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_token_to_read_changes_nothing(world):
    task = world.due_soon
    program = Program(token_of(world.secretariat, "read"))
    answer = program.send(f"tasks/{task.pk}/comment", {"text": "请注意。"}, task.version)
    assert answer.status_code == 403
    assert task.log.count() == task.version


@pytest.mark.long
@pytest.mark.same_on_both
def test_wrong_tokens_are_slowed_as_wrong_passwords_are_and_right_ones_are_not(world, settings):
    settings.AXES_ENABLED = True
    right = Program(token_of(world.reader))
    answers = [Program("no token of ours").read("tasks") for _try in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1]["Content-Type"] == "application/problem+json"
    others = [Program(f"guess {number}").read("tasks").status_code for number in range(12)]
    assert set(others) == {401, 429}
    assert right.read("tasks").status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_session(world, client):
    client.force_login(world.secretariat)
    assert client.get("/api/v1/tasks").status_code == 200
    assert client.get("/api/v1/tasks", headers={"authorization": "Bearer wrong"}).status_code == 401
    # A token of the API opens no page.
    page = Client().get("/tasks/", headers={"authorization": f"Bearer {token_of(world.secretariat)}"})
    assert page.status_code == 302


def test_a_session_writes_with_its_token_against_forgery_alone(world):
    task, client = world.due_soon, Client(enforce_csrf_checks=True)
    client.force_login(world.secretariat)
    page = client.get("/api/v1/")
    headers = {"if-match": f'"{task.version}"'}
    address, body = f"/api/v1/tasks/{task.pk}/comment", {"text": "请注意。"}
    assert client.post(address, body, content_type="application/json", headers=headers).status_code == 403
    headers["x-csrftoken"] = str(page.context["csrf_token"])
    assert client.post(address, body, content_type="application/json", headers=headers).status_code == 200


def test_errors_are_told_in_the_language_of_the_account(world):
    account = factories.account(Role.READER, language="en")
    answer = Program(token_of(account)).read("nothing")
    assert (answer["Content-Language"], answer.json()["title"]) == ("en", "There is no such thing here")


def test_the_description_is_for_who_is_signed_in_or_has_a_token(world, client):
    assert client.get("/api/v1/").status_code == 302
    assert client.get("/api/v1/openapi.json").status_code == 401
    described = Program(token_of(world.reader)).read("openapi.json").json()
    assert described["openapi"].startswith("3.1")
