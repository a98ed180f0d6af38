"""The second factor in a browser: set up by its picture, and asked for at the next sign-in."""

import re
import time

import pyotp
import pytest
from playwright.sync_api import expect

from meetings.models import Role
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
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("[name=code]").fill(codes.generate_otp(step))
    page.get_by_role("button", name="设置").click()
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
