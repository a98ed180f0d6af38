"""Accounts, through the front door: administrators need no administration site for them."""

from __future__ import annotations

import pytest
from django.test import Client

from meetings.accounts.services.accounts import edit_account, reset_password
from meetings.errors import PermissionDeniedError
from meetings.models import Account, DepartmentRole, Role
from meetings.organisation.services.organisation import version_of
from meetings.organisation.tables import AccountTable
from tests import factories
from tests.tasks.update_form import parsed

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def administrator() -> Account:
    return factories.account(Role.ADMINISTRATOR)


@pytest.fixture
def browser(client: Client, administrator) -> Client:
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    return client


NEW = {"username": "wang", "display_name": "王芳", "email": "wang@example.org", "role": "reader"}


def fields_of(account: Account, **changed) -> dict:
    departments = list(account.departments.values_list("pk", flat=True))
    return {
        "version": version_of(account),
        "username": account.username,
        "display_name": account.display_name,
        "email": account.email,
        "role": account.role,
        "departments": departments,
        "person": account.person_id or "",
        "is_active": "on",
        **changed,
    }


def test_an_account_is_opened_with_a_password_that_is_shown_once(browser):
    page = browser.post("/accounts/new/", NEW)
    password = page.context["password"]
    account = Account.objects.get(username="wang")
    assert password in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert password not in browser.get(f"/accounts/{account.pk}/").content.decode()
    own = Client()
    assert own.post("/accounts/login/", {"username": "wang", "password": password}).status_code == 302
    assert password not in str(list(account.change_log.values()))
    assert account.change_log.changes().get().kind == "entered"


def test_what_an_account_may_do_is_changed_and_logged(browser, administrator):
    department = factories.department("技术部")
    account = factories.account(Role.READER)
    sent = fields_of(account, role=Role.LIAISON, departments=[department.pk])
    page = browser.post(f"/accounts/{account.pk}/", sent, follow=True)
    account.refresh_from_db()
    assert (account.role, list(account.departments.all())) == (Role.LIAISON, [department])
    entry = account.change_log.changes().get()
    assert entry.actor == administrator
    assert entry.changes["liaison_departments"]["new"] == ["技术部"]
    assert "Department liaison" in page.content.decode()
    browser.post(f"/accounts/{account.pk}/", {k: v for k, v in fields_of(account).items() if k != "is_active"})
    account.refresh_from_db()
    assert not account.is_active
    assert account.change_log.changes().first().kind == "retired"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"role": "liaison"}, "Say which departments this liaison reports for."),
        ({"role": "leader"}, "Say which leader this account belongs to."),
        ({"username": "taken"}, "There is already an account of this name."),
        ({"username": "a b"}, "Enter a valid username"),
        ({"display_name": ""}, "Fill in “Name shown”."),
        ({"display_name": "长" * 101}, "at most 100 characters"),
        ({"email": "nowhere"}, "Enter a valid email address."),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(browser, changed, sentence):
    factories.account(Role.READER, username="taken")
    page = browser.post("/accounts/new/", {**NEW, **changed})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert "wang@example.org" in page.content.decode() or "email" in changed
    assert not Account.objects.filter(username="wang").exists()


def test_all_that_is_wrong_with_an_account_is_said_at_once(browser):
    factories.account(Role.READER, username="taken")
    account = factories.account(Role.READER)
    wrong = {"username": "taken", "email": "nowhere", "role": "liaison"}
    for page in (
        browser.post("/accounts/new/", {**NEW, **wrong}),
        browser.post(f"/accounts/{account.pk}/", fields_of(account, **wrong)),
    ):
        assert page.status_code == 422
        for sentence in ("already an account of this name", "Enter a valid email address", "Say which departments"):
            assert sentence in page.content.decode()


def test_the_last_administrator_stays_one(browser, administrator):
    page = browser.post(f"/accounts/{administrator.pk}/", fields_of(administrator, role=Role.READER))
    assert page.status_code == 422
    assert "last administrator" in page.content.decode()
    factories.account(Role.ADMINISTRATOR)
    browser.post(f"/accounts/{administrator.pk}/", fields_of(administrator, role=Role.READER))
    administrator.refresh_from_db()
    assert administrator.role == Role.READER


def test_an_administrator_who_may_not_sign_in_does_not_count_as_another(browser, administrator):
    factories.account(Role.ADMINISTRATOR, is_active=False)
    page = browser.post(f"/accounts/{administrator.pk}/", fields_of(administrator, role=Role.READER))
    assert page.status_code == 422
    administrator.refresh_from_db()
    assert administrator.role == Role.ADMINISTRATOR


def test_a_new_password_ends_the_old_one_and_its_session(browser):
    account = factories.account(Role.READER, password="correct-horse-7")
    signed_in = Client()
    signed_in.login(username=account.username, password="correct-horse-7")
    signed_in.force_login(account)
    password = browser.post(f"/accounts/{account.pk}/password/").context["password"]
    account.refresh_from_db()
    assert account.check_password(password)
    assert not account.check_password("correct-horse-7")
    assert signed_in.get("/tasks/").status_code == 302


def test_an_administrator_sets_the_language_and_the_digest_of_somebody_elses_account(browser):
    account = factories.account(Role.READER)
    browser.post(f"/accounts/{account.pk}/", fields_of(account, language="en", wants_digest="no"))
    account.refresh_from_db()
    assert (account.language, account.wants_digest) == ("en", False)
    assert set(account.change_log.changes().get().changes) == {"language", "wants_digest"}
    # Fields that are not sent stay as they are.
    browser.post(f"/accounts/{account.pk}/", fields_of(account, display_name="另一个名字"))
    account.refresh_from_db()
    assert (account.language, account.wants_digest, account.display_name) == ("en", False, "另一个名字")


def test_who_comes_second_sees_what_the_first_did(browser, administrator):
    account = factories.account(Role.READER)
    sent = fields_of(account, display_name="第二个名字")
    first = {**fields_of(account), "display_name": "第一个名字", "is_active": True, "person": None, "departments": []}
    edit_account(account=account, actor=administrator, **first)
    page = browser.post(f"/accounts/{account.pk}/", sent)
    assert page.status_code == 409
    assert "第一个名字" in page.content.decode()
    assert "第二个名字" in page.content.decode()


def test_the_table_is_sorted_and_searched(browser):
    for role in Role.values:
        factories.account(role)
    for column in AccountTable.sortable_names():
        up = [row.record.pk for row in browser.get("/accounts/", {"sort": column}).context["table"].rows]
        down = [row.record.pk for row in browser.get("/accounts/", {"sort": f"-{column}"}).context["table"].rows]
        assert sorted(up) == sorted(down)
        assert len(up) == 6
    assert len(browser.get("/accounts/", {"role": "reader"}).context["table"].rows) == 1
    assert len(browser.get("/accounts/", {"q": "liaison"}).context["table"].rows) == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_only_administrators_manage_accounts(role):
    with pytest.raises(PermissionDeniedError):
        reset_password(account=factories.account(Role.READER), actor=factories.account(role))


def without_sign_in(account: Account, **changed) -> dict:
    sent = {**fields_of(account), **changed}
    return {name: value for name, value in sent.items() if name != "is_active"}


@pytest.mark.parametrize("way", ["switched off", "another role", "another department"])
def test_each_way_that_the_last_liaison_goes_is_told_and_stays_at_a_glance(browser, client, way):
    department, other = factories.department("技术部"), factories.department("办公室")
    factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    last = factories.account(Role.LIAISON, departments=[department])
    sent = {
        "switched off": without_sign_in(last),
        "another role": fields_of(last, role=Role.READER, departments=[]),
        "another department": fields_of(last, departments=[other.pk]),
    }[way]
    page = browser.post(f"/accounts/{last.pk}/", sent, follow=True)
    assert "技术部 has no liaison any more" in page.content.decode()
    client.force_login(factories.secretariat())
    path = "//a[contains(@href, 'sort=liaisons')]"
    assert parsed(client.get("/")).xpath(path)
    factories.account(Role.LIAISON, departments=[department])
    assert not parsed(client.get("/")).xpath(path)


@pytest.mark.long
def test_a_department_that_loses_its_last_liaison_is_told(browser):
    department = factories.department("技术部")
    for _ in range(2):
        factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    first, last = (factories.account(Role.LIAISON, departments=[department]) for _ in range(2))
    page = browser.post(f"/accounts/{first.pk}/", without_sign_in(first), follow=True)
    assert "no liaison any more" not in page.content.decode()
    reader = fields_of(last, role=Role.READER, departments=[])
    page = browser.post(f"/accounts/{last.pk}/", reader, follow=True)
    assert "技术部 has no liaison any more: nobody reports on its 2 open tasks." in page.content.decode()
    last.refresh_from_db()
    # Who was none before is not the one who left.
    page = browser.post(f"/accounts/{last.pk}/", without_sign_in(last), follow=True)
    assert "no liaison any more" not in page.content.decode()


def test_the_secretariat_sees_at_a_glance_what_has_no_liaison(client):
    department = factories.department("技术部")
    task = factories.task(departments=[(department, DepartmentRole.RESPONSIBLE)])
    client.force_login(factories.secretariat())
    path = "//a[contains(@href, 'sort=liaisons')]"
    assert parsed(client.get("/")).xpath(f"string({path})") == "有未办结任务而无联络员的部室1"
    assert client.get("/organisation/?sort=liaisons").status_code == 200
    factories.account(Role.LIAISON, departments=[department])
    assert not parsed(client.get("/")).xpath(path)
    assert task.departments.get() == department
