"""The language of the pages, and switching it."""

from __future__ import annotations

from itertools import product

import pytest
from django.test import Client

from tests import factories
from tests.tasks.update_form import parsed, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.long
def test_pages_are_chinese_until_somebody_chooses_otherwise():
    client = signed_in(factories.account())
    for browsers_wish in ("en", "de", "zh-TW"):
        page = client.get("/", headers={"accept-language": browsers_wish})
        assert parsed(page).get("lang") == page["Content-Language"] == "zh-hans"
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/tasks/?q=x"})
    assert response["Location"] == "/tasks/?q=x"
    assert parsed(client.get("/")).get("lang") == "en"
    client.post("/i18n/setlang/", {"language": "fr", "next": "/"})
    assert parsed(client.get("/")).get("lang") == "en", "an unknown language changes nothing"
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    assert parsed(client.get("/")).get("lang") == "zh-hans"


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_switching_the_language_leads_nowhere_else(where):
    assert "evil" not in Client().post("/i18n/setlang/", {"language": "en", "next": where})["Location"]


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_in_one_language(world, language):
    """A Chinese page without the English words of the interface, an English one without the Chinese."""
    client = signed_in(world.secretariat)
    client.post("/i18n/setlang/", {"language": language})
    strange = {"zh-hans": ("Task", "Deadline", "Health", "Save", "Meeting"), "en": ("任务", "预警", "办理", "保存")}
    ours = {world.meeting.title, world.meeting.document_number}
    for address in ("/", f"/tasks/{world.closed.pk}/", "/tasks/?q=没有"):
        main = parsed(client.get(address)).xpath("//main")[0]
        heads = [
            text
            for text in main.xpath(".//h1//text() | .//h2//text() | .//th//text() | .//label//text()")
            if text.strip()
        ]
        for words, text in product(strange[language], heads):
            if not any(own in text for own in ours):
                assert words not in text, f"{address}: {text!r}"


def test_switching_the_language_of_a_page_that_a_button_gave_leads_to_the_dashboard():
    for sent in ({"next": "/batches/1/undo/"}, {}):
        response = Client(headers={"referer": "http://testserver/batches/1/undo/"}).post(
            "/i18n/setlang/", {"language": "en", **sent}
        )
        assert response["Location"] == "/"
