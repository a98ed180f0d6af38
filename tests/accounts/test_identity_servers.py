"""Signing in by an OpenID provider, a directory and a CAS server, each a real one on loopback."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from lxml import html

from meetings.accounts.directory import ask_directory
from meetings.models import Account, ChangeKind, Role
from tests import factories
from tests.conftest import missing
from tests.tasks.update_form import parsed

from .identity_servers import PEOPLE, SLAPD, cas_server, directory, openid_provider

pytestmark = pytest.mark.django_db

PASSWORD = "a password of this test alone"
OIDC, CAS = "/accounts/login/oidc/", "/accounts/login/cas/"
ROLES = {"register-staff": "secretariat", "everybody": "reader"}
# Of everybody in the directory.
RIGHT = "of the directory"
NOBODY_IS_YOURS = "no account here is yours"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def here(address: str) -> str:
    """Return where a way back leads, as the test's client asks for it."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == django_settings.BASE_URL
    return f"{parts.path}?{parts.query}"


def whose(client: Client) -> str:
    """Return as whom the browser is signed in."""
    return Account.objects.get(pk=client.session["_auth_user_id"]).username if "_auth_user_id" in client.session else ""


def said(response) -> str:
    return parsed(response).xpath("string(//*[@role='alert'])").strip()


# --- OpenID Connect -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider():
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def by_oidc(settings, provider):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = provider.issuer, "register", "secret"
    settings.IDENTITY_MATCH = "email"
    return provider


@pytest.mark.same_on_both
def test_a_link_leads_to_the_provider_and_back_to_the_page_one_was_on_the_way_to(by_oidc, client):
    account = factories.account(username="zhang", email="zhang@example.org", language="en")
    by_oidc.tell("7", email="zhang@example.org", email_verified=True, preferred_username="anything")
    page = client.get("/accounts/login/?next=/tasks/%3Fq%3Dx")
    [link] = parsed(page).xpath("//a[contains(., 'office’s account')]/@href")
    answer = client.get(link)
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert answer["Location"].startswith(by_oidc.issuer)
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    back = client.get(here(by_oidc.agree(answer["Location"], "7")))
    assert back["Location"] == "/tasks/?q=x"
    assert whose(client) == "zhang"
    assert client.get("/tasks/").status_code == 200
    assert account.change_log.filter(kind=ChangeKind.SIGNED_IN).count() == 1
    row = Session.objects.get(session_key=client.session.session_key)
    assert (row.expire_date - account.change_log.latest("pk").recorded_at).days >= 13


def test_an_unverified_address_opens_nobodys_account(by_oidc, client):
    factories.account(username="zhang", email="zhang@example.org", password=PASSWORD)
    by_oidc.tell("7", email="zhang@example.org", email_verified=False, preferred_username="zhang")
    answer = client.get(here(by_oidc.agree(client.get(OIDC)["Location"], "7")))
    assert answer.status_code == 403
    assert said(answer) == (
        "You signed in there as zhang, but no account here is yours. Ask the administrator for one."
    )
    assert whose(client) == ""


def test_groups_of_the_provider_give_roles(by_oidc, settings, client):
    settings.IDENTITY_ROLES = ROLES
    by_oidc.tell("9", preferred_username="li", name="李四", groups=["everybody"])
    client.get(here(by_oidc.agree(client.get(OIDC)["Location"], "9")))
    assert Account.objects.get(username="li").role == Role.READER
    assert whose(client) == "li"


def test_what_another_browser_began_or_the_provider_refused_signs_nobody_in(by_oidc, client):
    factories.account(username="zhang", email="zhang@example.org")
    by_oidc.tell("7", email="zhang@example.org", email_verified=True)
    begun_elsewhere = here(by_oidc.agree(Client().get(OIDC)["Location"], "7"))
    refused = here(by_oidc.refuse(client.get(OIDC)["Location"]))
    begun = client.get(OIDC)["Location"]
    forged = here(by_oidc.agree(begun, "7")).replace("code=", "code=x")
    for address in (begun_elsewhere, refused, forged, f"{OIDC}?state=x&code=y"):
        answer = client.get(address)
        assert answer.status_code == 403, address
        assert "did not answer as it should" in said(answer)
        assert whose(client) == ""


def test_who_turns_back_and_gives_a_password_has_a_session_as_long_as_any(by_oidc, client):
    account = factories.account(password=PASSWORD)
    client.get(OIDC)
    assert 0 < client.session.get_expiry_age() <= 600
    sign_in(client, account.username, PASSWORD)
    assert client.session.get_expiry_age() > 13 * 24 * 3600


def test_what_the_provider_leaves_empty_is_nothing(by_oidc, settings, client):
    settings.IDENTITY_ROLES = ROLES
    by_oidc.tell("9", preferred_username="li", name=None, email=None, groups="everybody")
    assert client.get(here(by_oidc.agree(client.get(OIDC)["Location"], "9"))).status_code == 302
    account = Account.objects.get(username="li")
    assert (account.display_name, account.email, account.role) == ("li", "", Role.READER)


def test_a_code_is_taken_once(by_oidc, client):
    factories.account(username="zhang", email="zhang@example.org")
    by_oidc.tell("7", email="zhang@example.org", email_verified=True)
    address = here(by_oidc.agree(client.get(OIDC)["Location"], "7"))
    assert client.get(address).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(address).status_code == 403


def test_a_local_administrator_gets_in_while_the_provider_is_away(by_oidc, settings, client):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    administrator = factories.account(Role.ADMINISTRATOR, password=PASSWORD)
    answer = client.get(OIDC)
    assert answer.status_code == 403
    assert "Whoever has a password here, signs in by it." in said(answer)
    assert sign_in(client, administrator.username, PASSWORD)["Location"] == "/"


def test_who_comes_by_an_identity_server_is_not_asked_for_our_second_factor(by_oidc, settings, client):
    settings.SECOND_FACTOR_ROLES = ["reader"]
    factories.account(Role.READER, username="zhang", email="zhang@example.org")
    by_oidc.tell("7", email="zhang@example.org", email_verified=True)
    client.get(here(by_oidc.agree(client.get(OIDC)["Location"], "7")))
    assert client.get("/tasks/").status_code == 200


def test_ways_that_are_not_set_up_are_not_there(client):
    assert not parsed(client.get("/accounts/login/")).xpath("//a[contains(@href, '/login/')]")
    for way in ("oidc", "cas", "saml"):
        assert client.get(f"/accounts/login/{way}/").status_code == 404


@pytest.mark.parametrize("address", ["", "ldaps://directory.example.org"])
def test_the_page_says_whether_the_directorys_passwords_count(client, settings, address):
    settings.LDAP_URL = address
    page = client.get("/accounts/login/").content.decode()
    assert ("password sign you in, too" in page) is bool(address)


# --- LDAP ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    if SLAPD is None:
        missing("slapd", required_by="REQUIRE_SLAPD")
    with directory(tmp_path_factory.mktemp("slapd")) as people:
        people.add_person("zhang", RIGHT, displayName="张三", mail="zhang@example.org")
        people.add_person("root", RIGHT)
        people.add_group("everybody", "zhang", "root")
        yield people


@pytest.fixture
def by_ldap(settings, people, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(people.certificate))
    settings.LDAP_URL, settings.LDAP_BASE, settings.IDENTITY_GROUPS = people.url, PEOPLE, "memberOf"
    settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD = "cn=register,dc=example,dc=org", "looks people up"
    settings.IDENTITY_ROLES = {"everybody": "reader"}
    return people


def sign_in(client: Client, username: str, password: str):
    return client.post("/accounts/login/", {"username": username, "password": password})


@pytest.mark.same_on_both
def test_name_and_password_of_the_directory_sign_in_on_our_page(by_ldap, client):
    assert sign_in(client, "zhang", RIGHT)["Location"] == "/"
    account = Account.objects.get(username="zhang")
    assert (account.display_name, account.email, account.role) == ("张三", "zhang@example.org", Role.READER)
    assert whose(client) == "zhang"
    # The directory takes names in any case; it is one person.
    other = Client()
    assert sign_in(other, "ZHANG", RIGHT)["Location"] == "/"
    assert whose(other) == "zhang"
    assert Account.objects.filter(identities__issuer="ldap").count() == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("zhang", "wrong"),
        ("zhang", ""),
        ("nobody", "x"),
        ("*", RIGHT),
        ("zhang)(uid=*", RIGHT),
    ],
)
def test_what_the_directory_does_not_know_is_wrong_as_anywhere(by_ldap, client, username, password):
    answer = sign_in(client, username, password)
    assert answer.status_code == 200
    assert whose(client) == ""
    assert not Account.objects.filter(identities__issuer="ldap").exists()
    assert NOBODY_IS_YOURS not in answer.content.decode()


def test_an_account_here_of_the_same_name_is_not_the_directorys(by_ldap, client):
    root = factories.account(Role.ADMINISTRATOR, username="root", password=PASSWORD)
    answer = sign_in(client, "root", RIGHT)
    assert NOBODY_IS_YOURS in said(answer)
    assert whose(client) == ""
    assert sign_in(client, "root", PASSWORD)["Location"] == "/"
    assert whose(client) == root.username


def test_the_lockout_comes_before_the_directory(by_ldap, settings, client):
    settings.AXES_ENABLED = True
    answers = [sign_in(client, "zhang", "wrong").status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers[-1] == 429
    assert sign_in(client, "zhang", RIGHT).status_code == 429


@pytest.mark.same_on_both
@pytest.mark.parametrize("is_known", [False, True])
def test_the_lockout_takes_a_name_in_any_case_for_one_as_the_directory_does(by_ldap, settings, client, is_known):
    if is_known:
        sign_in(Client(), "zhang", RIGHT)
    settings.AXES_ENABLED = True
    for name in ("zhang", "Zhang", "zHang", "zhAng", "zhaNg")[: settings.AXES_FAILURE_LIMIT - 1]:
        assert sign_in(client, name, "wrong").status_code == 200
    assert sign_in(client, "ZHANG", "wrong").status_code == 429
    assert sign_in(client, "zhanG", RIGHT).status_code == 429


def test_a_name_that_only_the_directory_takes_for_another_is_nobodys(by_ldap):
    by_ldap.add_person("li ming", RIGHT)
    assert ask_directory("li   ming", RIGHT) is None
    assert ask_directory("Li Ming", RIGHT).username == "li ming"


def test_no_password_goes_to_a_directory_that_anybody_could_be(by_ldap, monkeypatch, client):
    monkeypatch.delenv("SSL_CERT_FILE")
    answer = sign_in(client, "zhang", RIGHT)
    assert "The directory did not answer." in said(answer)
    assert whose(client) == ""


def test_who_has_a_password_here_gets_in_while_the_directory_is_away(by_ldap, settings, client):
    settings.LDAP_URL = "ldap://127.0.0.1:9"
    administrator = factories.account(Role.ADMINISTRATOR, password=PASSWORD)
    assert "The directory did not answer." in said(sign_in(client, "zhang", RIGHT))
    assert sign_in(client, administrator.username, PASSWORD)["Location"] == "/"


# --- CAS ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cas(tmp_path_factory):
    with cas_server(tmp_path_factory.mktemp("cas")) as address:
        yield address


@pytest.fixture
def by_cas(settings, cas):
    settings.CAS_URL, settings.IDENTITY_ROLES = cas, ROLES


def sign_in_at_cas(address: str) -> str:
    """Type name and password at the page that the register led to; return the way back."""
    browser = requests.Session()
    form = html.fromstring(browser.get(address, timeout=20).text).xpath("//form")[0]
    fields = {field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@name]")}
    sent = {**fields, "username": "test", "password": "test"}
    return browser.post(address, data=sent, allow_redirects=False, timeout=20).headers["Location"]


@pytest.mark.same_on_both
def test_a_ticket_of_the_cas_server_signs_in_with_its_groups(by_cas, client):
    [link] = parsed(client.get("/accounts/login/?next=/tasks/")).xpath("//a[contains(., 'CAS')]/@href")
    answer = client.get(here(sign_in_at_cas(client.get(link)["Location"])))
    assert answer["Location"] == "/tasks/"
    account = Account.objects.get(username="test")
    assert (account.display_name, account.email, account.role) == ("张三", "zhang@example.org", Role.SECRETARIAT)
    assert whose(client) == "test"


def test_a_ticket_is_taken_once_and_from_who_asked_for_it(by_cas, client):
    way_back = here(sign_in_at_cas(client.get(CAS)["Location"]))
    stranger = Client()
    stranger.get(CAS)
    for address in (way_back, f"{CAS}?ticket=ST-x", way_back.replace("ticket=ST-", "ticket=ST-x")):
        answer = stranger.get(address)
        assert answer.status_code == 403, address
        assert "did not answer as it should" in said(answer)
        assert whose(stranger) == ""
    assert client.get(way_back).status_code == 302
    client.post("/accounts/logout/")
    assert client.get(way_back).status_code == 403


@pytest.mark.long
@pytest.mark.same_on_both
def test_who_may_not_is_told_so(by_cas, settings, client):
    settings.IDENTITY_ROLES = {"heads": "secretariat"}
    answer = client.get(here(sign_in_at_cas(client.get(CAS)["Location"])))
    assert said(answer) == "None of your groups may use the register. Ask the administrator."
