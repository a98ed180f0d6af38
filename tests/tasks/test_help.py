"""The first day on an empty register, and the page that explains the rest."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from meetings.models import Meeting, Role, Task
from tests import factories

# Reads no more of the database than pages do that are tested on both.
pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(factories.account(role))
    return client


@pytest.mark.parametrize("page", ["dashboard", "task_list", "meeting_list"])
def test_an_empty_register_says_how_to_begin(page):
    text = signed_in(Role.SECRETARIAT).get(reverse(page)).content.decode()
    for way in ("load_sample", "import_home", "meeting_new"):
        assert f'"{reverse(way)}"' in text.split('class="card getting-started"')[1], way
    assert reverse("help") in text


@pytest.mark.parametrize("page", ["dashboard"])
def test_the_beginning_stands_alone_without_a_page_full_of_noughts(page):
    main = signed_in(Role.SECRETARIAT).get(reverse(page)).content.decode().split("<main")[1].split("</main>")[0]
    assert main.count("<h2") == 1


@pytest.mark.parametrize("role", [Role.READER, Role.LEADER])
@pytest.mark.parametrize("page", ["dashboard"])
def test_who_may_not_enter_anything_is_told_to_wait(page, role):
    client = signed_in(role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = client.get(reverse(page)).content.decode()
    assert 'class="card getting-started"' in text
    assert reverse("load_sample") not in text
    assert "Three ways" not in text


@pytest.mark.long
def test_the_sample_meeting_is_loaded_once_and_the_beginning_is_over():
    client = signed_in(Role.SECRETARIAT)
    page = client.post(reverse("load_sample"), follow=True).content.decode()
    assert Meeting.objects.count() == 1
    assert Task.objects.count() == 18
    assert 'class="card getting-started"' not in page
    page = client.post(reverse("load_sample"), follow=True).content.decode()
    assert "alert-danger" in page
    assert Meeting.objects.count() == 1


def test_a_register_with_a_meeting_is_never_given_the_sample():
    factories.task()
    signed_in(Role.SECRETARIAT).post(reverse("load_sample"))
    assert Meeting.objects.count() == 1
    assert Task.objects.count() == 1


def help_in(language: str, role: str) -> str:
    client = signed_in(role)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get(reverse("help")).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_both_languages_explain_the_same_with_the_same_pictures(role):
    chinese, english = help_in("zh-hans", role), help_in("en", role)
    assert 'lang="zh-hans"' in chinese
    assert 'lang="en"' in english
    sections = re.findall(r'<section[^>]* id="([\w-]+)"', chinese)
    assert sections
    assert sections == re.findall(r'<section[^>]* id="([\w-]+)"', english)
    pictures = [re.findall(r"img/help/(?:zh-hans|en)/([\w-]+)\.", text) for text in (chinese, english)]
    assert pictures[0] == pictures[1]
    assert bool(pictures[0]) is (role != Role.READER)
    assert "img/help/en/" not in chinese
    assert "img/help/zh-hans/" not in english


@pytest.mark.long
@pytest.mark.parametrize("role", Role.values)
def test_every_section_is_in_the_table_of_contents_and_every_address_leads_somewhere(role):
    client = signed_in(role)
    factories.task()
    text = help_in("en", role)
    main = text.split("<main")[1].split("</main>")[0]
    sections = re.findall(r'<section[^>]* id="([\w-]+)"', main)
    # Two sections are seen at a glance.
    assert re.findall(r'href="(#[\w-]+)"', main) == ([f"#{name}" for name in sections] if len(sections) > 2 else [])
    for address in set(re.findall(r'href="(/[^"#]*)', main)):
        assert client.get(address).status_code == 200, address


def test_the_keys_come_when_they_are_asked_for():
    client = signed_in(Role.READER)
    assert 'id="shortcuts"' not in client.get("/").content.decode()
    keys = client.get("/help/", headers={"HX-Request": "true"}).content.decode()
    assert keys.strip().startswith('<dialog id="shortcuts"')


def test_the_help_of_another_role_is_one_click_away_and_nonsense_gives_ones_own():
    client = signed_in(Role.LIAISON)

    def main(address: str) -> str:
        return client.get(address).content.decode().split("<main")[1].split("</main>")[0]

    assert "签收" in main("/help/")
    assert 'href="/help/?role=administrator"' in main("/help/")
    assert "工作日历" in main("/help/?role=administrator")
    assert main("/help/?role=../x") == main("/help/")
