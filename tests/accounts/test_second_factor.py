"""The second factor: set up, asked for, guarded by the lockout, required of roles, removed."""

from __future__ import annotations

import datetime
import json
import time
from urllib.parse import unquote

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from meetings.accounts.services.second_factors import STEP_SECONDS, add_codes, new_secret
from meetings.models import Account, ChangeKind, FactorKind, Role, SecondFactor
from tests import factories
from tests.api.conftest import token_of
from tests.tasks.update_form import parsed

pytestmark = pytest.mark.django_db

PASSWORD = "a password of this test alone"
PAGE, STEP = "/accounts/settings/second-factor/", "/accounts/login/second-factor/"


class App:
    """An app on a phone; each code it shows is of another half minute, for each is taken once."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.shown = 0

    def code(self) -> str:
        self.shown = max(self.shown + 1, int(time.time()) // STEP_SECONDS - 1)
        return pyotp.TOTP(self.secret).generate_otp(self.shown)


@pytest.fixture(autouse=True)
def english(settings):
    """Notes are in the language of who makes them; of nobody's, in that of the register."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def account() -> Account:
    return factories.account(Role.READER, password=PASSWORD, language="en")


@pytest.fixture
def app() -> App:
    return App(new_secret())


@pytest.fixture
def recovery_codes(account, app) -> list[str]:
    """Of ``account``, which signs in with the codes of ``app``."""
    return add_codes(account=account, secret=app.secret, code=app.code())


def give_password(client: Client, account: Account, **more: str):
    return client.post("/accounts/login/", {"username": account.username, "password": PASSWORD, **more})


def give_code(client: Client, code: str):
    return client.post(STEP, {"second_factor": code})


def is_in(client: Client) -> bool:
    return client.get("/tasks/").status_code == 200


def notes(account: Account) -> list[str]:
    return list(account.change_log.exclude(note="").order_by("pk").values_list("note", flat=True))


# --- setting it up ------------------------------------------------------------------------------------


@pytest.mark.same_on_both
def test_codes_are_set_up_from_the_picture_and_asked_for_from_then_on(client, account):
    client.force_login(account)
    elsewhere = Client()
    elsewhere.force_login(account)
    page = parsed(client.get(PAGE))
    secret = page.xpath("string(//code)")
    assert "svg" in unquote(page.xpath("string(//ol//img/@src)"))
    assert len(secret) == 32
    app = App(secret)
    answer = client.post(PAGE, {"password": PASSWORD, "code": app.code()})
    shown = [code.text_content() for code in parsed(answer).xpath("//*[@role='status']//li")]
    assert answer.status_code == 200
    assert len(set(shown)) == 8
    assert is_in(client)
    assert not is_in(elsewhere), "who is signed in elsewhere did without"
    stored = SecondFactor.objects.get(account=account, kind=FactorKind.CODES)
    assert secret not in stored.secret
    assert not SecondFactor.objects.filter(secret__in=shown).exists()
    assert "Codes of an app were set up as a second factor." in notes(account)
    new = Client()
    assert give_password(new, account, next="/tasks/?q=x")["Location"] == STEP
    assert not is_in(new)
    assert give_code(new, app.code())["Location"] == "/tasks/?q=x"
    assert is_in(new)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"password": PASSWORD, "code": "000000"}, "not the code that the app shows"),
        ({"password": "another", "code": "right"}, "This is not your password."),
        ({"password": PASSWORD, "code": ""}, "Fill in “Code that the app shows now”."),
    ],
)
@pytest.mark.same_on_both
def test_what_proves_nothing_sets_nothing_up(client, account, sent, sentence):
    client.force_login(account)
    app = App(parsed(client.get(PAGE)).xpath("string(//code)"))
    if sent["code"] == "right":
        sent = {**sent, "code": app.code()}
    answer = client.post(PAGE, sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not account.second_factors.exists()
    assert parsed(answer).xpath("string(//code)") == app.secret, "the app keeps what it has read"


def test_recovery_codes_are_made_anew_and_the_former_are_void(client, account, app, recovery_codes):
    client.force_login(account)
    assert client.post(f"{PAGE}recovery-codes/", {"password": "another"}).status_code == 422
    answer = client.post(f"{PAGE}recovery-codes/", {"password": PASSWORD})
    new = [code.text_content() for code in parsed(answer).xpath("//*[@role='status']//li")]
    assert len(new) == 8
    assert not set(new) & set(recovery_codes)
    visitor = Client()
    give_password(visitor, account)
    assert give_code(visitor, recovery_codes[0]).status_code == 422
    assert give_code(visitor, new[0]).status_code == 302
    assert "New recovery codes were made." in notes(account)


def test_without_a_second_factor_there_are_no_recovery_codes_to_make(client, account):
    client.force_login(account)
    client.post(f"{PAGE}recovery-codes/", {"password": PASSWORD})
    assert not account.second_factors.exists()
    assert "New recovery codes were made." not in notes(account)


@pytest.mark.parametrize("page", ["", "recovery-codes/", "remove/"])
def test_who_has_no_password_here_changes_it_shortly_after_signing_in(client, account, app, recovery_codes, page):
    # As who signs in by an identity server.
    account.set_unusable_password()
    account.save()
    if not page:
        account.second_factors.all().delete()
    client.force_login(account)
    former = set(account.second_factors.values_list("secret"))
    secret = parsed(client.get(PAGE)).xpath("string(//code)")
    session = client.session
    signed_in = datetime.datetime.fromisoformat(session["sign_in"]["at"])
    session["sign_in"]["at"] = (signed_in - datetime.timedelta(minutes=10)).isoformat()
    session.save()
    answer = client.post(f"{PAGE}{page}", {"code": App(secret).code() if secret else ""})
    assert answer.status_code == 422
    assert "You signed in more than 10 minutes ago. Sign in again, then change it." in answer.content.decode()
    assert set(account.second_factors.values_list("secret")) == former
    session["sign_in"]["at"] = (signed_in - datetime.timedelta(minutes=9)).isoformat()
    session.save()
    assert client.post(f"{PAGE}{page}", {"code": App(secret).code() if secret else ""}).status_code < 400
    assert set(account.second_factors.values_list("secret")) != former


# --- signing in ---------------------------------------------------------------------------------------


def test_nothing_opens_between_the_steps_nor_without_the_first(client, account, app, recovery_codes):
    assert client.get(STEP)["Location"] == "/accounts/login/"
    assert give_code(client, app.code())["Location"] == "/accounts/login/"
    give_password(client, account)
    for address in ("/", "/tasks/", "/accounts/settings/", PAGE):
        assert client.get(address)["Location"].startswith("/accounts/login/"), address


def test_a_code_and_a_recovery_code_are_taken_once(client, account, app, recovery_codes):
    code = app.code()
    for tried, status in ((code, 302), (code, 422), (recovery_codes[0], 302), (recovery_codes[0], 422)):
        visitor = Client()
        give_password(visitor, account)
        assert give_code(visitor, tried).status_code == status, tried
    assert "A recovery code was used; so many are left: 7" in notes(account)


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} "])
def test_blanks_in_a_code_do_no_harm(client, account, app, recovery_codes, typed):
    code = app.code()
    give_password(client, account)
    assert give_code(client, typed.format(code[:3], code[3:])).status_code == 302


@pytest.mark.parametrize("seconds", [STEP_SECONDS * 3, -STEP_SECONDS * 3])
def test_a_code_of_another_time_is_refused(client, account, app, recovery_codes, seconds):
    give_password(client, account)
    code = pyotp.TOTP(app.secret).at(int(time.time()) + seconds)
    assert give_code(client, code).status_code == 422


def test_the_first_step_ends_after_five_minutes_and_with_its_password(client, account, app, recovery_codes):
    give_password(client, account)
    session = client.session
    session["first_step"] = {**session["first_step"], "at": int(time.time()) - 301}
    session.save()
    assert give_code(client, app.code())["Location"] == "/accounts/login/"
    give_password(client, account)
    account.set_password("another of the same owner")
    account.save()
    assert give_code(client, recovery_codes[0])["Location"] == "/accounts/login/"


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(settings, client, account, app, recovery_codes):
    settings.AXES_ENABLED = True
    give_password(client, account)
    answers = [give_code(client, "000000") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers] == [422] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert account.username in answers[-1].content.decode()
    assert give_code(client, recovery_codes[0]).status_code == 429, "the right one does not help now"
    assert account.second_factors.filter(kind=FactorKind.RECOVERY).count() == 8
    failures = account.change_log.filter(kind=ChangeKind.SIGN_IN_FAILED)
    assert {entry.note for entry in failures} == {"The password was right, the second factor was not."}


def test_the_right_password_alone_forgets_no_failure(settings, account, app, recovery_codes):
    settings.AXES_ENABLED = True
    statuses = []
    for _ in range(settings.AXES_FAILURE_LIMIT):
        visitor = Client()
        give_password(visitor, account)
        statuses.append(give_code(visitor, "000000").status_code)
    assert statuses[-1] == 429


def test_after_a_change_of_the_secret_key_recovery_codes_still_sign_in(settings, client, account, app, recovery_codes):
    settings.SECRET_KEY = "another one, as after a restore elsewhere"
    give_password(client, account)
    assert give_code(client, app.code()).status_code == 422
    assert give_code(client, recovery_codes[0]).status_code == 302


@pytest.mark.parametrize("answer", ["{}", "{", '{"id": 1}', json.dumps({"id": "YSBrZXk", "rawId": "YSBrZXk"})])
@pytest.mark.same_on_both
def test_what_no_key_signed_signs_nobody_in(client, account, answer):
    factories.passkey(account)
    assert give_password(client, account)["Location"] == STEP
    options = json.loads(parsed(client.get(STEP)).xpath("string(//form/@data-options)"))
    assert options["rpId"] == "localhost"
    assert [key["id"] for key in options["allowCredentials"]] == ["YSBrZXk"]
    assert give_code(client, answer).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("answer", ["", "{}", "no JSON"])
@pytest.mark.same_on_both
def test_what_no_browser_made_is_no_passkey(client, account, answer):
    client.force_login(account)
    client.get(PAGE)
    sent = {"password": PASSWORD, "name": "手机", "passkey": answer}
    assert "This browser made no passkey." in client.post(f"{PAGE}passkeys/", sent).content.decode()
    assert client.post(f"{PAGE}passkeys/", {**sent, "password": "another"}).status_code == 422
    assert not account.passkeys.exists()


def test_passkeys_are_not_offered_where_browsers_make_none(settings, client, account):
    client.force_login(account)
    assert parsed(client.get(PAGE)).xpath("//form[@data-passkey]")
    settings.BASE_URL = "http://register.example.org"
    assert not parsed(client.get(PAGE)).xpath("//form[@data-passkey]")


def test_one_of_several_passkeys_is_removed_and_the_last_takes_recovery_codes_along(client, account):
    client.force_login(account)
    first, second = factories.passkey(account), factories.passkey(account)
    client.post(f"{PAGE}recovery-codes/", {"password": PASSWORD})
    for passkey, left in ((first, 1), (second, 0)):
        assert "Remove the passkey “手机”" in client.get(PAGE).content.decode()
        client.post(f"{PAGE}remove/", {"password": PASSWORD, "passkey": str(passkey.pk)})
        assert account.passkeys.count() == left
    assert not account.second_factors.exists()
    assert "A passkey was removed: 手机" in notes(account)


# --- asked of roles -----------------------------------------------------------------------------------


@pytest.mark.same_on_both
def test_whose_role_asks_for_it_sets_it_up_before_anything_else(settings, client, account):
    settings.SECOND_FACTOR_ROLES = ["reader"]
    leader = Client()
    leader.force_login(factories.account(Role.LEADER))
    assert leader.get("/").status_code == 200
    give_password(client, account)
    assert client.get("/tasks/?q=x")["Location"] == f"{PAGE}?next=/tasks/%3Fq%3Dx"
    assert client.post(f"{PAGE}remove/", {"password": PASSWORD})["Location"] == f"{PAGE}?next="
    page = parsed(client.get(f"{PAGE}?next=/tasks/%3Fq%3Dx"))
    assert "Your role signs in with a second factor" in page.text_content()
    app = App(page.xpath("string(//code)"))
    sent = {"password": PASSWORD, "code": app.code(), "next": page.xpath("string(//input[@name='next']/@value)")}
    shown = parsed(client.post(PAGE, sent))
    assert "/tasks/?q=x" in shown.xpath("//a/@href")
    assert is_in(client)
    new = Client()
    give_password(new, account)
    give_code(new, app.code())
    assert is_in(new)


def test_a_token_is_asked_for_neither_a_factor_nor_another_password(settings, account):
    settings.SECOND_FACTOR_ROLES = ["reader"]
    settings.SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 30, 1800
    account.password_issued_at = timezone.now()
    account.save()
    program = Client(headers={"authorization": f"Bearer {token_of(account)}"})
    answer = program.get("/api/v1/tasks")
    assert answer.status_code == 200
    assert not answer.cookies, "nor does it get a session"
    person = Client()
    person.force_login(account)
    assert person.get("/api/v1/tasks").status_code == 403


# --- removing it --------------------------------------------------------------------------------------


def test_its_owner_removes_it_with_the_password(client, account, app, recovery_codes):
    client.force_login(account)
    assert client.post(f"{PAGE}remove/", {"password": "another"}).status_code == 422
    assert account.second_factors.exists()
    assert client.post(f"{PAGE}remove/", {"password": PASSWORD})["Location"] == "/accounts/settings/"
    assert not account.second_factors.exists()
    assert give_password(Client(), account)["Location"] == "/"


def test_an_administrator_removes_it_and_it_is_an_entry(client, account, app, recovery_codes):
    administrator = factories.account(Role.ADMINISTRATOR, language="en")
    client.force_login(administrator)
    address = f"/accounts/{account.pk}/"
    assert "Remove the second factor" in client.get(address).content.decode()
    assert client.post(f"{address}second-factor/")["Location"] == address
    assert "Remove the second factor" not in client.get(address).content.decode()
    entry = account.change_log.get(note="The second factor was removed.")
    assert entry.actor == administrator
    answer = client.post(f"{address}second-factor/", follow=True)
    assert "The account had no second factor." in answer.content.decode()


def test_a_command_removes_it_where_no_administrator_can(account, app, recovery_codes, capsys):
    call_command("remove_second_factor", account.username)
    assert not account.second_factors.exists()
    assert account.change_log.latest("pk").actor is None
    for name in (account.username, "nobody"):
        with pytest.raises(CommandError):
            call_command("remove_second_factor", name)
