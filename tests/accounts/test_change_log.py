"""What was changed besides tasks, and who signed in: entries of the log, their page and their file."""

from __future__ import annotations

import datetime
from io import BytesIO, StringIO
from unittest import mock

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from meetings.management.commands import changepassword as own_changepassword
from meetings.models import Account, ChangeLog, Language, Role
from tests import factories
from tests.tasks.update_form import parsed

from .test_sign_in import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Account:
    return factories.account(Role.ADMINISTRATOR, language=Language.ENGLISH)


@pytest.fixture
def page(client, administrator):
    """Open the page as an administrator."""
    client.force_login(administrator)

    def page(query: str = ""):
        return client.get(f"/accounts/changes/{query}")

    return page


def entries_of(account: Account) -> list[tuple]:
    return [
        (entry.kind, entry.actor, entry.changes, entry.note)
        for entry in ChangeLog.objects.filter(account=account).order_by("pk")
    ]


def rows(response) -> list[str]:
    return [" ".join(row.text_content().split()) for row in parsed(response).xpath("//tbody/tr")]


def address(text: str) -> dict:
    return {"address": {"old": None, "new": text}}


def test_who_signs_in_fails_and_signs_out_is_an_entry_with_the_address_it_came_from():
    account = factories.account(password=PASSWORD)
    client = Client(REMOTE_ADDR="10.1.2.3")
    sign_in(client, account, "wrong")
    sign_in(client, account)
    client.post("/accounts/logout/")
    assert entries_of(account) == [
        ("sign_in_failed", None, address("10.1.2.3"), ""),
        ("signed_in", account, address("10.1.2.3"), ""),
        ("signed_out", account, address("10.1.2.3"), ""),
    ]


def test_neither_a_name_that_nobody_has_nor_what_the_lockout_turns_away_fills_the_log(settings):
    settings.AXES_ENABLED = True
    account = factories.account(password=PASSWORD)
    Client().post("/accounts/login/", {"username": "nobody", "password": "x"})
    for _number in range(settings.AXES_FAILURE_LIMIT + 3):
        sign_in(Client(), account, "wrong")
    assert [kind for kind, *_rest in entries_of(account)] == ["sign_in_failed"] * settings.AXES_FAILURE_LIMIT


@pytest.mark.long
def test_each_of_ones_own_settings_is_an_entry_and_no_password_stands_in_it(client):
    account = factories.account(Role.READER, password=PASSWORD)
    client.force_login(account)
    first = len(entries_of(account))
    settings = {"language": "en", "wants_digest": "", "page_size": "50", "landing": "tasks"}
    client.post("/accounts/settings/", settings)
    client.post("/accounts/settings/", settings)
    new = "another password of this test"
    client.post("/accounts/settings/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    client.post("/accounts/settings/calendar/")
    client.post("/accounts/settings/calendar/revoke/")
    client.post("/accounts/settings/calendar/revoke/")
    written = entries_of(account)[first:]
    assert [actor for _kind, actor, *_rest in written] == [account] * 4
    assert written[0][2] == {
        "language": {"old": None, "new": "en"},
        "wants_digest": {"old": True, "new": False},
        "page_size": {"old": None, "new": 50},
        "landing_page": {"old": "dashboard", "new": "tasks"},
    }
    assert [note for *_rest, note in written[1:]] == [
        "A new password was set.",
        "A calendar address was made.",
        "The calendar address was revoked.",
    ]
    assert not any(new in str(entry) or PASSWORD in str(entry) for entry in written)


def test_what_the_server_s_commands_do_to_accounts_is_an_entry(monkeypatch):
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda self, prompt="": "another password of this test")
    call_command("createsuperuser", "--noinput", "--username", "root", "--display_name", "根", stdout=StringIO())
    root = Account.objects.get(username="root")
    call_command("changepassword", "root", stdout=StringIO())
    assert [(kind, actor) for kind, actor, *_rest in entries_of(root)] == [("entered", None), ("corrected", None)]


def test_a_password_whose_entry_cannot_be_written_is_not_changed(monkeypatch):
    account = factories.account(Role.LIAISON, password=PASSWORD)
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda self, prompt="": "another password of this test")
    monkeypatch.setattr(own_changepassword, "log_change", mock.Mock(side_effect=OperationalError))
    with pytest.raises(OperationalError):
        call_command("changepassword", account.username, stdout=StringIO())
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_the_page_lists_finds_and_pages(page, administrator):
    other = factories.account(Role.LIAISON, username="wangwu", password=PASSWORD)
    sign_in(Client(REMOTE_ADDR="10.1.2.3"), other)
    today = timezone.localdate().isoformat()
    assert any("(wangwu)" in row and "10.1.2.3" in row for row in rows(page()))
    assert rows(page("?q=wangwu&kind=signed_in")) == [row for row in rows(page()) if "wangwu" in row]
    assert rows(page("?q=wangwu&kind=changes")) == []
    assert rows(page(f"?from={today}&to={today}&kind=sign_ins&q=wangwu")) != []
    assert rows(page("?to=2020-01-01")) == []
    assert "Nothing like this was recorded" in page("?to=2020-01-01").content.decode()
    assert page("?from=x").status_code == 422
    assert page(f"?from={today}&to=2020-01-01").status_code == 422
    ChangeLog.objects.bulk_create(ChangeLog(account=other, kind="corrected", note=str(n)) for n in range(60))
    assert len(rows(page())) == 50
    assert len(rows(page("?page=2&q=wangwu"))) == 11


def test_days_are_those_of_the_register_s_zone(page, administrator):
    entry = ChangeLog(account=administrator, kind="corrected", note="半夜")
    entry.recorded_at = datetime.datetime(2024, 2, 29, 16, 0, tzinfo=datetime.UTC)
    entry.save()
    assert len(rows(page("?from=2024-03-01&to=2024-03-01"))) == 1
    assert rows(page("?from=2024-02-29&to=2024-02-29")) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_list_is_exported_as_it_is_found(page, ending):
    other = factories.account(Role.LIAISON, username="wangwu", display_name="王五", password=PASSWORD)
    sign_in(Client(REMOTE_ADDR="10.1.2.3"), other)
    content = b"".join(page(f"?q=wangwu&kind=signed_in&export={ending}").streaming_content)
    if ending == "csv":
        lines = [line.split(",") for line in content.decode("utf-8-sig").splitlines()]
    else:
        sheet = load_workbook(BytesIO(content)).worksheets[0]
        lines = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
        while lines[0][0] != "Day":
            lines.pop(0)
    head, line = lines
    assert head[:6] == ["Day", "At", "By", "What was done", "About", "Name"]
    assert line[2:6] == ["王五 (wangwu)", "Signed in", "account", "王五 (wangwu)"]
    assert line[7] == "From the address: 10.1.2.3"


def test_the_account_s_own_page_lists_changes_and_leaves_out_who_signed_in(client, administrator):
    client.force_login(administrator)
    text = client.get(f"/accounts/{administrator.pk}/").content.decode()
    assert "Signed in" not in text


def test_the_list_costs_as_many_queries_for_any_number_of_entries(page, administrator, django_assert_num_queries):
    page()
    for number in (0, 40):
        ChangeLog.objects.bulk_create(
            ChangeLog(account=factories.account(Role.READER), kind="corrected") for _number in range(number)
        )
        with django_assert_num_queries(4):
            assert page().status_code == 200
