"""What a person sets about their own account, and the language that stays with it."""

import pytest
from django.conf import settings as django_settings
from django.test import Client

from meetings.models import Account, CalendarAddress, LandingPage, Language, Role
from tests import factories
from tests.tasks.update_form import parsed

# Reads no more of the database than pages do that are tested on both.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.fixture
def account(client) -> Account:
    account = factories.account(Role.READER)
    client.force_login(account)
    return account


def language_of(response) -> str:
    return response.headers["Content-Language"]


def test_settings_are_saved_for_the_own_account(client, account):
    other = factories.account(Role.READER)
    response = client.post("/accounts/settings/", {"language": "en"}, follow=True)
    assert language_of(response) == "en"
    assert "Your settings are saved." in response.content.decode()
    account.refresh_from_db()
    other.refresh_from_db()
    assert (account.language, account.wants_digest) == (Language.ENGLISH, False)
    assert (other.language, other.wants_digest) == ("", True)


def test_what_was_changed_is_said_and_nothing_else(client, account):
    account.language = Language.ENGLISH
    account.save()

    def said(**sent) -> str:
        response = client.post("/accounts/settings/", {"language": "en", "wants_digest": "on", **sent}, follow=True)
        return str(next(iter(response.context["messages"])))

    assert said(page_size="100") == "Your settings are saved. Rows a page: 100"
    assert said(page_size="100") == "Nothing was changed: these were your settings already."
    assert said(landing="tasks", wants_digest="") == (
        "Your settings are saved. Send me the daily digest by e-mail: no; Rows a page: As usual (50); First page: Tasks"
    )


def test_the_page_size_is_that_of_every_list_until_the_address_says_another(client, account):
    factories.small_world()
    client.post("/accounts/settings/", {"page_size": "25"})
    assert client.get("/tasks/").context["listing"].per_page == 25
    assert client.get("/tasks/?per_page=3").context["listing"].per_page == 3


@pytest.mark.parametrize("sent", [{"page_size": "7"}, {"page_size": "x"}, {"landing": "moon"}, {"landing": "view-999"}])
def test_a_setting_that_is_not_offered_is_refused(client, account, sent):
    assert client.post("/accounts/settings/", {"language": "en", **sent}).status_code == 422
    account.refresh_from_db()
    assert (account.language, account.page_size, account.landing_page) == ("", None, LandingPage.DASHBOARD)


def test_the_inbox_is_a_first_page_for_those_who_have_one(client, account):
    assert (
        "inbox"
        not in client.get("/accounts/settings/").content.decode().split('name="landing"')[1].split("</select>")[0]
    )
    client.force_login(factories.account(Role.LIAISON))
    assert client.post("/accounts/settings/", {"landing": "inbox"}).status_code == 302


PASSWORD, BETTER = "correct horse 7", "battery staple 8"


@pytest.fixture
def with_password(client) -> Account:
    account = factories.account(Role.READER, password=PASSWORD, language="en")
    client.force_login(account)
    return account


def change_password(client, old: str, new: str, again: str | None = None):
    sent = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return client.post("/accounts/settings/password/", sent)


def test_a_password_is_changed_and_the_session_goes_on_here_alone(client, with_password):
    elsewhere = Client()
    elsewhere.force_login(with_password)
    assert change_password(client, PASSWORD, BETTER).status_code == 302
    with_password.refresh_from_db()
    assert with_password.check_password(BETTER)
    page = client.get("/accounts/settings/")
    assert page.status_code == 200
    assert "Your password is changed." in page.content.decode()
    assert elsewhere.get("/accounts/settings/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("wrong", BETTER, BETTER, "Your old password was entered incorrectly"),
        (PASSWORD, "short", "short", "This password is too short"),
        (PASSWORD, "1357924680", "1357924680", "This password is entirely numeric"),
        (PASSWORD, BETTER, "another", "didn’t match"),
        (PASSWORD, "", "", "Fill in “New password”."),
    ],
)
def test_a_password_that_cannot_be_is_refused_with_its_reason(client, with_password, old, new, again, sentence):
    response = change_password(client, old, new, again)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert BETTER not in page, "a password never comes back in a page"
    with_password.refresh_from_db()
    assert with_password.check_password(PASSWORD)


def test_what_is_wrong_with_a_password_is_said_in_chinese(client, with_password):
    Account.objects.update(language="zh-hans")
    page = change_password(client, "wrong", "short", "short").content.decode()
    assert "至少须有 10 个字符" in page
    assert "id_new_password1_error" in page
    assert "id_new_password2_error" not in page
    assert "旧密码不正确" in page
    assert "password is" not in page


def test_a_new_calendar_address_stands_on_top_of_the_page(client, with_password):
    page = client.post("/accounts/settings/calendar/").content.decode()
    assert page.index('id="calendar-address"') < page.index('id="account-heading"')


def test_what_is_seldom_looked_for_comes_when_it_is_opened(client, with_password, subtests, django_assert_num_queries):
    # Who asks, and the saved views that may be the first page.
    with django_assert_num_queries(3):
        page = parsed(client.get("/accounts/settings/"))
    for part in ("password", "calendar", "tokens", "sessions"):
        with subtests.test(part=part):
            (link,) = page.xpath(f"//*[@data-part='{part}']//a[contains(@class,'more-rows')]")
            assert link.get("href") == f"/accounts/settings/?whole={part}#{part}"
            assert not page.xpath(f"//*[@id='{part}']//form")
            opened = parsed(client.get(link.get("href")))
            assert len(opened.xpath(f"//*[@id='{part}']//form")) == 1
            assert len(opened.xpath("//main//section//form")) == 2, "and no other part"


def test_the_rules_of_a_new_password_are_said_beforehand(client, with_password):
    assert "at least 10 characters" in client.get("/accounts/settings/?whole=password").content.decode()


def test_a_language_that_is_not_offered_is_refused(client, account):
    response = client.post("/accounts/settings/", {"language": "tlh", "wants_digest": "on"})
    assert response.status_code == 422
    account.refresh_from_db()
    assert account.language == ""


def test_the_switch_of_a_page_is_kept_for_the_account(client, account):
    client.post("/i18n/setlang/", {"language": "en", "next": "/tasks/"})
    account.refresh_from_db()
    assert account.language == Language.ENGLISH
    # Another browser, in which somebody else chose Chinese.
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert language_of(client.get("/accounts/settings/")) == "en"
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert language_of(client.get("/accounts/settings/")) == "zh-hans"


def test_without_a_choice_the_browser_decides(client, account):
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert language_of(client.get("/accounts/settings/")) == "en"
    client.post("/i18n/setlang/", {"language": "tlh"})
    account.refresh_from_db()
    assert account.language == ""


def test_who_is_not_signed_in_switches_in_the_browser_alone(client):
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/")) == "en"
    assert not Account.objects.exclude(language="").exists()


def test_a_calendar_address_is_shown_once_and_revoked(client, account, settings):
    settings.BASE_URL = "https://register.example.org"
    made = client.post("/accounts/settings/calendar/")
    address = made.context["new_address"]
    assert address in made.content.decode()
    assert address.startswith("https://register.example.org/calendar/")
    assert "no-store" in made.headers["Cache-Control"]
    assert client.get(address.removeprefix("https://register.example.org")).status_code == 200
    assert address not in client.get("/accounts/settings/?whole=calendar").content.decode()
    client.post("/accounts/settings/calendar/revoke/")
    assert not CalendarAddress.objects.exists()
    assert client.get(address.removeprefix("https://register.example.org")).status_code == 404


def test_the_name_in_the_bar_leads_here(client, account):
    assert 'href="/accounts/settings/"' in client.get("/tasks/").content.decode()
