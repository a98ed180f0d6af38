"""What no page can mean is refused before any view, in words."""

from __future__ import annotations

import gzip
import random
import re
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st
from lxml import html

from tests import factories
from tests.access_matrix import ADMINISTRATOR, ALL_ADMIN_ROWS, LEADER, NOBODY, ROWS, SECRETARIAT, Row
from tests.depth import THOROUGH
from tests.tasks.update_form import parsed, signed_in
from tests.test_permissions import admin_places, browser_of, places  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

BAD_UTF8 = "%C3%28%FF%ED%A0%80"
FORM = "application/x-www-form-urlencoded"
SENTENCE = "//main//p"


def sentence(response) -> str:
    return " ".join(parsed(response).xpath(SENTENCE)[0].text_content().split())


# --- what is sent back ----------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_pages_and_their_parts_are_compressed_padded_and_stored_nowhere(client, staff, headers):
    plain = client.get("/tasks/", headers=headers)
    packed = [client.get("/tasks/", headers={"accept-encoding": "gzip", **headers}) for _turn in range(9)]
    assert all(len(answer.content) < len(plain.content) / 2 for answer in packed)
    assert {answer["Content-Encoding"] for answer in packed} == {"gzip"}
    assert {answer["Cache-Control"] for answer in packed} == {"private, no-store"}
    assert all("Accept-Encoding" in answer["Vary"] for answer in packed)
    # A length that is not the same twice is no measure of what a page repeats.
    assert len({len(answer.content) for answer in packed}) > 1
    assert len({len(gzip.decompress(answer.content)) for answer in packed}) == 1


@pytest.mark.same_on_both
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_files_come_as_they_are_with_their_length(client, staff, ending):
    response = client.get(f"/tasks/?export={ending}", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in response
    assert int(response["Content-Length"]) == len(response.getvalue())


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.same_on_both
@pytest.mark.parametrize("parameter", ["q=%00", "q=a%0bb", "%7f=1", f"q={BAD_UTF8}", "department=%B0%EC"])
def test_an_address_that_is_no_text_is_refused_in_words(client, staff, parameter):
    response = client.get(f"/tasks/?{parameter}")
    assert response.status_code == 400
    assert "no text" in sentence(response)


@pytest.mark.same_on_both
@pytest.mark.parametrize("words", ["培训\t能力", "a\nb", "１２", "%", "\u200b"])
def test_whatever_is_text_is_looked_for(client, staff, words):
    assert client.get("/tasks/", {"q": words}).status_code == 200


@pytest.mark.same_on_both
@pytest.mark.parametrize("name", ["q", "department", "as_of", "page", "sort", "export", "next", "colour"])
@pytest.mark.parametrize("address", ["/tasks/", "/meetings/", "/"])
def test_no_page_is_asked_with_a_nul(client, staff, address, name):
    response = client.get(address, {name: "培训\0"})
    assert response.status_code == 400
    assert "no text" in sentence(response)


@pytest.mark.same_on_both
def test_an_address_too_long_is_refused_in_words(client, staff):
    response = client.get("/tasks/", {"q": "x" * 10_000})
    assert response.status_code == 414
    assert "8000" in sentence(response)


def test_a_cookie_that_is_no_text_is_none(client):
    # As a browser sends it; newer Pythons make no such cookie.
    value = "\\000" * 32
    sent = {"cookie": f'{django_settings.SESSION_COOKIE_NAME}="{value}"'}
    assert client.get("/tasks/", headers=sent)["Location"].startswith("/accounts/login/")


@pytest.mark.same_on_both
@pytest.mark.parametrize(
    "elsewhere", ["/\t///evil.example/", "/\n/evil.example/", "//evil.example", "/\\evil.example", "//["]
)
def test_no_page_leads_out_of_the_register(elsewhere):
    world = factories.small_world()
    client, task = signed_in(world.secretariat), world.on_track
    for address in (f"/tasks/{task.pk}/", f"/tasks/{task.pk}/status/"):
        page = client.get(address, {"next": elsewhere}).content.decode()
        assert not re.search(r"""(href|value)=["'][^"'/]*/[/\\s\\\\]*evil""", page)
    sent = {"column": "text", "next": elsewhere}
    assert urlsplit(client.post("/tasks/columns/", sent)["Location"]).path == "/tasks/"
    account = factories.account(password="a password of this test alone")
    sent = {"username": account.username, "password": "a password of this test alone", "next": elsewhere}
    where = Client().post("/accounts/login/", sent)["Location"]
    assert "evil" not in urlsplit(where).netloc
    assert not where.startswith(("//", "/\\"))


# --- what is sent -------------------------------------------------------------------------------


@pytest.mark.same_on_both
def test_a_body_is_as_large_as_its_page_takes(client, staff):
    task = factories.task()
    sizes = {
        "/accounts/settings/": 3_000_000,
        f"/tasks/{task.pk}/": 250_000_000,
        "/import/": 250_000_000,
        "/fill-in/": 250_000_000,
    }
    for address, size in sizes.items():
        response = client.post(address, {"note": "x"}, CONTENT_LENGTH=str(size))
        assert response.status_code == 413, address
        assert "MB" in sentence(response)


@pytest.mark.same_on_both
def test_who_is_not_signed_in_sends_little_and_it_is_not_read():
    assert Client().post("/accounts/login/", {"username": "x"}, CONTENT_LENGTH="100000000").status_code == 413
    assert Client().post("/i18n/setlang/", {"language": "en"}, CONTENT_LENGTH="100000000").status_code == 413
    # The client would fail a view that reads more than there is.
    response = Client(enforce_csrf_checks=True).post("/tasks/1/", {"note": "x"}, CONTENT_LENGTH="100000000")
    assert response["Location"] == "/accounts/login/?next=/tasks/1/"


@pytest.mark.same_on_both
@pytest.mark.parametrize("body", ["language=en%00", f"language={BAD_UTF8}", "%00=1"])
def test_a_form_that_is_no_text_is_refused_in_words(client, staff, body):
    response = client.post("/accounts/settings/", body, content_type=FORM)
    assert response.status_code == 400
    assert "Nothing was saved" in sentence(response)


@pytest.mark.same_on_both
def test_a_form_with_files_that_is_no_text_is_refused_in_words(client, staff):
    boundary = b'--x\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\xb0\xec\r\n--x--\r\n'
    response = client.post("/accounts/settings/", boundary, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert "Nothing was saved" in sentence(response)


@pytest.mark.same_on_both
@pytest.mark.parametrize("name", ["note", "version", "status", "effective_on", "next", "any"])
def test_a_form_with_a_nul_changes_nothing(client, staff, name):
    task = factories.task()
    sent = {
        "version": task.version,
        "status_was": "not_started",
        "status": "in_progress",
        "note": "因为。",
        name: "进\0",
    }
    entries = task.log.count()
    response = client.post(f"/tasks/{task.pk}/", sent)
    assert response.status_code == 400
    assert "Nothing was saved" in sentence(response)
    assert task.log.count() == entries


@pytest.mark.same_on_both
def test_control_characters_that_came_along_with_pasted_words_are_left_out(client, staff):
    task = factories.task()
    sent = {"version": task.version, "text": "会\x02议\x0b第二行"}
    assert client.post(f"/tasks/{task.pk}/comment/", sent).status_code == 302
    assert task.log.last().note == "会议\n第二行"


def test_a_name_longer_than_any_is_a_wrong_one(settings):
    settings.AXES_ENABLED = True
    response = Client().post("/accounts/login/", {"username": "n" * 256, "password": "x" * 10_000})
    assert response.status_code == 200
    assert parsed(response).xpath("//input[@name='username']/following-sibling::*[@class='invalid-feedback']")


# --- everywhere ---------------------------------------------------------------------------------

VALUES = [
    "\t",
    "\0",
    "\n",
    "x" * 10_000,
    "长" * 256,
    None,
    "9" * 30,
    "-1",
    "/\t//evil.example/",
    "\x1b",
    "１",
    "2024-13-45",
]


def parameters_of(client: Client, address: str) -> set[str]:
    """The names that the page sends by its forms and links."""
    response = client.get(address)
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return set()
    page = html.document_fromstring(response.content)
    queries = [urlsplit(link).query for link in page.xpath("//@href | //@hx-get")]
    linked = {part.partition("=")[0] for query in queries for part in query.split("&") if part}
    return linked | set(page.xpath("//*[@name][not(self::meta)]/@name")) - {"csrfmiddlewaretoken"}


ALWAYS = ("next", "as_of", "known_on", "export", "page", "per_page", "sort", "columns", "version", "after")


@pytest.mark.long
@settings(
    max_examples=150 if THOROUGH else 15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    row=st.sampled_from((*ROWS, *ALL_ADMIN_ROWS)),
    role=st.sampled_from([SECRETARIAT, ADMINISTRATOR, NOBODY, LEADER]),
    value=st.sampled_from(VALUES),
    choice=st.integers(0, 10**6),
)
def test_no_address_and_no_parameter_fails_on_what_is_no_input(world, admin_places, row, role, value, choice):  # noqa: F811
    with transaction.atomic():
        answers = list(answers_to_nonsense(browser_of(world, role), row, {**admin_places, "version": 0}, value, choice))
        # The next example finds the register as this one did.
        transaction.set_rollback(True)
    for response in answers:
        assert response.status_code < 500
        where = response.get("Location", "/")
        assert urlsplit(where).netloc in ("", "testserver")
        assert not where.startswith(("//", "/\\"))


def answers_to_nonsense(client: Client, row: Row, numbers: dict[str, object], value: str | None, choice: int):
    """What comes back where a few parameters have ``value``, in the address, the form and the path."""
    address = row.address.format(**numbers)
    known = sorted({*parameters_of(client, address), *ALWAYS, *(row.sent or {})})
    names = random.Random(choice).sample(known, 1 + choice % 4)
    encoded = BAD_UTF8 if value is None else quote(value)
    query = "&".join(f"{quote(name)}={encoded}" for name in names)
    yield client.get(f"{address}{'&' if '?' in address else '?'}{query}")
    sent = {name: text.format(**numbers) for name, text in (row.sent or {}).items() if name not in names}
    yield client.post(address, "&".join(filter(None, [urlencode(sent), query])), content_type=FORM)
    yield client.get(f"{address.partition('?')[0]}{encoded}/")
