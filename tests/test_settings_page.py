"""What a person sets about their own account, and the language that stays with it."""

import pytest
from django.conf import settings as django_settings

from meetings.models import Account, CalendarAddress, Language, Role
from tests import factories

pytestmark = pytest.mark.django_db


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
    assert language_of(response) == "en" and "Your settings are saved." in response.content.decode()
    account.refresh_from_db()
    other.refresh_from_db()
    assert (account.language, account.wants_digest) == (Language.ENGLISH, False)
    assert (other.language, other.wants_digest) == ("", True)


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
    assert address in made.content.decode() and address.startswith("https://register.example.org/calendar/")
    assert "no-store" in made.headers["Cache-Control"]
    assert client.get(address.removeprefix("https://register.example.org")).status_code == 200
    assert address not in client.get("/accounts/settings/").content.decode()
    client.post("/accounts/settings/calendar/revoke/")
    assert not CalendarAddress.objects.exists()
    assert client.get(address.removeprefix("https://register.example.org")).status_code == 404


def test_the_name_in_the_bar_leads_here(client, account):
    assert 'href="/accounts/settings/"' in client.get("/tasks/").content.decode()
