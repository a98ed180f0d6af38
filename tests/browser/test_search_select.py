"""The searching select, whatever form it stands in: it comes into a page as htmx would bring it."""

import re

import pytest
from django import forms
from django.template import engines
from django.utils import translation
from playwright.sync_api import Page, expect

from meetings.models import Department, Person
from meetings.organisation.services.organisation import rename
from meetings.ui.widgets import MAX_OPTIONS, SearchChoiceField, SearchMultipleChoiceField
from tests import factories

from .axe import assert_accessible
from .conftest import DESK, PHONE

NAMES = ("技术部", "办公室", "国际部", "财务部", "人事部", "信息中心", "认可一处", "认可二处", "综合处", "Überblick")
PEOPLE = ("刘仲书", "肖良", "张朝华", "单霁翔", "曾益新", "重庆来", "李文", "王芳", "赵敏", "钱进")


class ExampleForm(forms.Form):
    leader = SearchChoiceField(
        label="Leader", queryset=Person.objects.selectable_as_leaders(), help_text="Who supervises it."
    )
    departments = SearchMultipleChoiceField(label="Departments", queryset=Department.objects.selectable())


TEMPLATE = """
<form id="example" class="card card-body" method="post">
{% for field in form %}<div class="field">
<label class="form-label" for="{{ field.id_for_label }}">{{ field.label }}</label>{{ field }}
{% if field.help_text %}<div class="hint" id="{{ field.id_for_label }}_helptext">{{ field.help_text }}</div>{% endif %}
{% if field.errors %}<div class="invalid-feedback" id="{{ field.id_for_label }}_error">{{ field.errors.0 }}</div>
{% endif %}</div>{% endfor %}
<button type="submit">Save</button></form>
"""
BRING = """html => {
    const main = document.querySelector("main .container-xl");
    main.insertAdjacentHTML("beforeend", html);
    const brought = document.getElementById("example");
    brought.dispatchEvent(new CustomEvent("htmx:load", {bubbles: true, detail: {elt: brought}}));
}"""


@pytest.fixture
def example(visit, db):
    """Open a page with the form in it."""
    for name in NAMES:
        factories.department(name)
    for name in PEOPLE:
        factories.person(name)
    factories.task(departments=[(Department.objects.get(name="综合处"), "lead")])

    def example(data=None, **options) -> Page:
        page = visit("/meetings/", as_="reader", language="en", **options)
        with translation.override("en"):
            page.evaluate(BRING, engines["django"].from_string(TEMPLATE).render({"form": ExampleForm(data)}))
        # The browser's own selects are comboboxes, too, until the library has come.
        expect(page.locator("#example .ts-wrapper")).to_have_count(2)
        return page

    return example


def chosen(page: Page) -> list[str]:
    """Return what the form would send, as labels of options."""
    return page.evaluate(
        "() => [...document.querySelectorAll('#example option:checked')].filter(o => o.value).map(o => o.label)"
    )


def test_one_is_chosen_by_initials_and_several_by_pinyin_from_the_keyboard(example):
    page = example()
    leader = page.get_by_role("combobox", name="Leader")
    leader.focus()
    page.keyboard.type("LZS")
    expect(page.get_by_role("option")).to_have_text(["刘仲书"])
    page.keyboard.press("Enter")
    departments = page.get_by_role("combobox", name="Departments")
    departments.focus()
    # What was used lately stands first.
    expect(page.get_by_role("option").first).to_have_text("综合处")
    expect(page.get_by_role("group", name="Used most")).to_be_visible()
    page.keyboard.type("renke")
    expect(page.get_by_role("option")).to_have_text(["认可一处", "认可二处"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("uber")
    page.keyboard.press("Enter")
    page.keyboard.type("没有这个")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    page.keyboard.press("Escape")
    assert sorted(chosen(page)) == sorted(["刘仲书", "认可二处", "Überblick"])
    expect(departments).to_have_accessible_description("Chosen: 认可二处, Überblick")
    page.get_by_role("button", name="Remove 认可二处").click()
    assert chosen(page) == ["刘仲书", "Überblick"]
    expect(leader).to_have_accessible_description("Chosen: 刘仲书 Who supervises it.")


def test_one_of_more_than_the_page_holds_is_found_on_the_server(example):
    for number in range(MAX_OPTIONS):
        factories.person(f"甲{number:03}")
    formerly = factories.person("子虚")
    rename(subject=formerly, name="字某", actor=factories.account("secretariat"))
    page = example()
    leader = page.get_by_role("combobox", name="Leader")
    for words in ("zimou", "子虚"):
        leader.focus()
        page.keyboard.type(words)
        expect(page.get_by_role("option")).to_have_text(["字某"])
        page.keyboard.press("Enter")
        assert chosen(page) == ["字某"]
    leader.focus()
    page.keyboard.type("没有这个")
    expect(page.get_by_text("Nothing found.")).to_be_visible()


@pytest.mark.parametrize("color_scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_it_is_accessible_open_and_closed_and_with_a_mistake(example, picture, color_scheme):
    for size in (DESK, PHONE):
        ids = [str(pk) for pk in Department.objects.values_list("pk", flat=True)[:3]]
        page = example({"departments": ids}, width=size, color_scheme=color_scheme)
        expect(page.get_by_role("combobox", name="Leader")).to_have_attribute("aria-invalid", "true")
        assert_accessible(page)
        for name in ("Leader", "Departments"):
            page.get_by_role("combobox", name=name).focus()
            expect(page.get_by_role("option").first).to_be_visible()
            assert_accessible(page)
            picture(page, f"select {name} {color_scheme} {size[0]}")
            page.keyboard.press("Escape")


def test_a_needed_choice_left_out_is_marked_once_the_form_is_sent_and_not_before(example):
    page = example()
    leader = page.locator("#example .ts-wrapper").first
    red = "rgb(200, 16, 46)"
    expect(leader).not_to_have_css("border-top-color", red)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("combobox", name="Leader")).to_be_focused()
    expect(page.get_by_role("combobox", name="Leader")).to_have_attribute("aria-invalid", "true")
    expect(leader).to_have_css("border-top-color", red)


def test_a_long_filter_is_searched_and_what_is_ticked_stays_in_sight(example):
    page = example(width=DESK)
    page.goto("/tasks/")
    pick = page.locator(".filter-picks details.pick", has_text="Responsible department")
    pick.locator("summary").click()
    expect(pick.get_by_text("Used most")).to_be_visible()
    expect(pick.get_by_role("checkbox").first).to_have_accessible_name("综合处")
    search = pick.get_by_role("searchbox", name="Find in this list")
    expect(search).to_be_focused()
    page.keyboard.type("rkyc")
    expect(pick.get_by_role("checkbox")).to_have_count(1)
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("department="))
    expect(pick.locator(".pick-count")).to_have_text("1")
    search.fill("zzz")
    expect(pick.get_by_role("checkbox")).to_have_accessible_name("认可一处")
    expect(pick.get_by_text("Nothing found.")).to_be_visible()
    # Another list is not asked for the same.
    other = page.locator(".filter-picks details.pick", has_text="Supervising leader")
    other.locator("summary").click()
    expect(other.get_by_role("checkbox").first).to_be_visible()


def test_a_list_of_many_goes_on_in_slices_and_keeps_the_focus(visit, db):
    for number in range(60):
        factories.department(f"第{number:02}处")
    factories.task()
    page = visit("/tasks/", as_="reader", language="en")
    pick = page.locator(".filter-picks details.pick", has_text="Responsible department")
    pick.locator("summary").click()
    expect(pick.get_by_role("searchbox")).to_be_focused()
    more = pick.get_by_role("button", name="Show more")
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_count(0)
    first = pick.get_by_role("checkbox", name="第50处")
    expect(first).to_be_focused()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"\?department=\d+$"))
    expect(first).to_be_focused()
    # Ticked, it stays in sight whatever is looked for, and in the list.
    pick.get_by_role("searchbox").fill("d07c")
    expect(pick.get_by_role("checkbox", name="第07处")).to_be_visible()
    pick.get_by_role("checkbox", name="第07处").check()
    expect(page).to_have_url(re.compile(r"\?department=\d+&department=\d+$"))
    expect(pick.locator(".pick-count")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(pick.locator("summary")).to_be_focused()


def test_without_scripts_a_filter_is_chosen_on_a_page_of_its_own(visit, world):
    page = visit("/tasks/?health=overdue", as_="reader", language="en", javascript=False)
    page.locator(".filter-picks summary", has_text="Responsible department").click()
    page.get_by_role("link", name="Choose from the list").first.click()
    page.get_by_role("checkbox", name="技术部").check()
    page.get_by_role("button", name="Show the tasks").click()
    expect(page).to_have_url(re.compile(rf"/tasks/\?health=overdue&department={world.technology.pk}$"))
    expect(page.locator("#results tbody tr")).to_have_count(1)
