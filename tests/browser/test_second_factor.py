"""The second factor in a browser: set up by its picture, and asked for at the next sign-in."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from meetings.models import Account, Role
from tests import factories

from .axe import assert_accessible
from .conftest import PHONE
from .pages import assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a password of this test alone"


def test_it_is_set_up_and_asked_for(visit, settings):
    settings.SECOND_FACTOR_ROLES = ["reader"]
    account = factories.account(Role.READER, password=PASSWORD, language="zh-hans")
    page = visit("/accounts/login/?next=/tasks/", width=PHONE)
    page.locator("[name=username]").fill(account.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    picture = page.locator("ol img")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.naturalWidth") > 100, "the policy of pages lets it be drawn"
    codes, step = pyotp.TOTP(page.locator("code").inner_text()), int(time.time()) // 30
    assert_fits(page)
    assert_accessible(page)
    page.locator("form:has([name=code]) [name=password]").fill(PASSWORD)
    page.locator("[name=code]").fill(codes.generate_otp(step))
    page.get_by_role("button", name="开启").click()
    expect(page.locator("ul.one-time li")).to_have_count(8)
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("link", name="继续").click()
    expect(page).to_have_url(re.compile("/tasks/$"))
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(account.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("[name=second_factor]")).to_be_focused()
    assert_fits(page)
    assert_accessible(page)
    page.locator("[name=second_factor]").fill(codes.generate_otp(step + 1))
    page.locator("main button[type=submit]").first.click()
    expect(page.locator(".account-name")).to_have_text(account.display_name)


def give_password(page: Page, account: Account) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(account.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()


def test_a_passkey_is_made_and_signs_in(visit, settings, live_server):
    settings.BASE_URL = live_server.url
    account = factories.account(Role.READER, password=PASSWORD, language="en")
    page = visit("/accounts/settings/second-factor/", as_=account, language="en")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    form = page.locator("form[data-passkey]")
    form.locator("[name=name]").fill("My computer")
    form.locator("[name=password]").fill(PASSWORD)
    form.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("ul.one-time li")).to_have_count(8)
    page.context.clear_cookies(name="sessionid")
    give_password(page, account)
    assert_fits(page)
    assert_accessible(page)
    button = page.get_by_role("button", name="Sign in with the passkey")
    expect(button).to_be_focused()
    button.click()
    expect(page.locator(".account-name")).to_have_text(account.display_name)
    # What was signed once signs in no more, and a device without the key does not at all.
    page.context.clear_cookies(name="sessionid")
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": added["authenticatorId"]})
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    give_password(page, account)
    page.get_by_role("button", name="Sign in with the passkey").click()
    expect(page.locator("[data-passkey-problem]")).to_be_visible()
    assert account.passkeys.get().name == "My computer"
