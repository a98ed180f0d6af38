"""Whose account it is that an identity server vouches for, whichever server that is."""

from __future__ import annotations

import pytest
from django.utils import translation

from meetings.accounts.services.identities import Claim, find_account
from meetings.errors import InvalidInputError
from meetings.models import ChangeKind, ExternalIdentity, Role
from tests import factories
from tests.tasks.update_form import parsed

pytestmark = pytest.mark.django_db

PASSWORD = "a password of this test alone"
ROLES = {"register-staff": "secretariat", "everybody": "reader"}
NOBODY_IS_YOURS = "no account here is yours"


@pytest.fixture(autouse=True)
def english(settings):
    """Notes and refusals are in the language of who asks, and nobody has chosen one."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def claim(**facts) -> Claim:
    return Claim(**{"issuer": "https://id.example.org", "subject": "7", "username": "zhang", **facts})


VERIFIED = {"email": "zhang@example.org", "is_email_verified": True}


@pytest.mark.parametrize(
    ("match", "facts", "is_theirs"),
    [
        ("email", VERIFIED, True),
        ("email", {**VERIFIED, "email": "ZHANG@example.org"}, True),
        ("email", {**VERIFIED, "is_email_verified": False}, False),
        # An upper-case K of Kelvin is a k to databases, and to no mail server.
        ("email", {**VERIFIED, "email": "zhang@example.or\u212a"}, False),
        ("email", {**VERIFIED, "username": "li", "email": "li@example.org"}, False),
        ("username", {}, True),
        ("username", {**VERIFIED, "username": "li"}, False),
        ("nothing", VERIFIED, False),
    ],
)
@pytest.mark.same_on_both
def test_an_account_that_is_there_is_matched_as_it_is_set_and_not_otherwise(settings, match, facts, is_theirs):
    settings.IDENTITY_MATCH = match
    account = factories.account(username="zhang", email="zhang@example.org", password=PASSWORD)
    factories.account(username="other", email="other@example.ork")
    if is_theirs:
        assert find_account(claim(**facts)) == account
        account.refresh_from_db()
        assert not account.has_usable_password(), "one way in for each account"
        assert find_account(claim(username="renamed")) == account, "known from now on, whatever it is called"
        assert account.change_log.get().note.startswith("Signs in from now on as 7 at https://id.example.org")
    else:
        with pytest.raises(InvalidInputError, match=NOBODY_IS_YOURS):
            find_account(claim(**facts))
        account.refresh_from_db()
        assert account.check_password(PASSWORD)
        assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize("match", ["email", "username"])
@pytest.mark.parametrize(
    "fields",
    [{"role": Role.ADMINISTRATOR}, {"is_active": False}, {}],
    ids=["administrator", "off", "linked"],
)
def test_no_account_is_taken_over_that_is_an_administrators_off_or_somebody_elses(settings, match, fields):
    settings.IDENTITY_MATCH = match
    account = factories.account(username="zhang", email="zhang@example.org", password=PASSWORD, **fields)
    if not fields:
        account.identities.create(issuer="https://id.example.org", subject="8")
    with pytest.raises(InvalidInputError, match=NOBODY_IS_YOURS):
        find_account(claim(**VERIFIED))
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_an_address_of_two_accounts_is_nobodys(settings):
    settings.IDENTITY_MATCH = "email"
    for name in ("zhang", "zhang-2"):
        factories.account(username=name, email="zhang@example.org")
    with pytest.raises(InvalidInputError, match=NOBODY_IS_YOURS):
        find_account(claim(**VERIFIED))


def test_the_first_group_that_has_a_role_gives_it_and_a_new_account(settings):
    settings.IDENTITY_ROLES = ROLES
    account = find_account(claim(groups=frozenset({"everybody", "register-staff"}), name="张三"))
    assert (account.username, account.display_name, account.role) == ("zhang", "张三", Role.SECRETARIAT)
    assert account.change_log.filter(kind=ChangeKind.ENTERED, actor=None).exists()
    find_account(claim(groups=frozenset({"everybody"})))
    account.refresh_from_db()
    assert account.role == Role.READER
    assert account.change_log.latest("pk").changes == {"role": {"old": "secretariat", "new": "reader"}}
    with pytest.raises(InvalidInputError, match="None of your groups"):
        find_account(claim(groups=frozenset({"guests"})))


def test_a_role_that_needs_more_than_a_name_waits_for_the_administrator(settings):
    settings.IDENTITY_ROLES = {"liaisons": "liaison"}
    groups = frozenset({"liaisons"})
    with pytest.raises(InvalidInputError, match=NOBODY_IS_YOURS):
        find_account(claim(groups=groups))
    settings.IDENTITY_MATCH = "username"
    account = factories.account(Role.READER, username="zhang")
    with pytest.raises(InvalidInputError, match="Department liaison"):
        find_account(claim(groups=groups))
    account.departments.add(factories.department())
    assert find_account(claim(groups=groups)).role == Role.LIAISON


def test_groups_do_not_take_the_last_administrator_away_who_has_a_password(settings, client):
    settings.IDENTITY_ROLES = {"heads": "administrator", "everybody": "reader"}
    local = factories.account(Role.ADMINISTRATOR, password=PASSWORD)
    client.force_login(local)
    find_account(claim(groups=frozenset({"heads"})))
    page = client.get(f"/accounts/{local.pk}/")
    form = dict(parsed(page).xpath("//form[.//*[@name='username']]")[0].form_values())
    answer = client.post(f"/accounts/{local.pk}/", {**form, "role": "reader"})
    assert answer.status_code in (409, 422)
    assert "last administrator" in answer.content.decode()
    # Who came by a group goes by one.
    assert find_account(claim(groups=frozenset({"everybody"}))).role == Role.READER


def test_a_retired_account_stays_shut_and_an_unlinked_one_takes_a_password(settings, client):
    settings.IDENTITY_ROLES = ROLES
    groups = frozenset({"everybody"})
    account = find_account(claim(groups=groups))
    client.force_login(factories.account(Role.ADMINISTRATOR, language="en"))
    page = f"/accounts/{account.pk}/"
    assert "Signs in as 7 at https://id.example.org" in client.get(page).content.decode()
    assert "Unlink it first" in client.post(f"{page}password/", follow=True).content.decode()
    account.is_active = False
    account.save()
    with pytest.raises(InvalidInputError, match="may not sign in"):
        find_account(claim(groups=groups))
    assert client.post(f"{page}unlink/")["Location"] == page
    assert account.change_log.latest("pk").note.startswith("Signs in no more as 7")
    assert client.post(f"{page}password/").status_code == 200
    assert "No identity server opened" in client.post(f"{page}unlink/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("match", "roles", "words"),
    [
        ("nothing", {}, ["no account that is here", "nobody gets in"]),
        ("email", {}, ["same e-mail address, if that server says it has verified it", "accounts of administrators"]),
        ("username", {"staff": "reader"}, ["same user name", "accounts of administrators", "a new one is made"]),
    ],
)
def test_the_rule_is_said_where_accounts_are_managed(settings, client, match, roles, words):
    client.force_login(factories.account(role=Role.ADMINISTRATOR))
    assert "identity server" not in client.get("/accounts/").content.decode()
    settings.LDAP_URL, settings.IDENTITY_MATCH, settings.IDENTITY_ROLES = "ldaps://ldap.example.org", match, roles
    page = client.get("/accounts/").content.decode()
    for each in words:
        assert each in page
