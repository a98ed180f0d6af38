"""The usual widgets are drawn as Django's own templates draw them."""

import datetime

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test import SimpleTestCase
from hypothesis import given, strategies as st

from meetings.ui.renderer import FormRenderer
from meetings.ui.widget_markup import DRAWN

CHOICES = [("", "无"), ("a<b", 'A & "B"'), ("组", [(1, "一"), ("2", "<二>")]), ("空", [])]
ATTRS = {"class": "form-control", "id": "x", "required": True, "disabled": False, "data-words": "<&\"'>", "rows": 3}
WIDGETS = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.Textarea,
    forms.CheckboxInput,
    forms.Select,
    forms.SelectMultiple,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
]
VALUES = [None, "", "a<b", "\n两行\n", 0, 1, True, False, datetime.date(2024, 2, 9), ["2", "a<b"]]


def draw(widget: type[forms.Widget], value: object, renderer: TemplatesSetting) -> str:
    options = {"choices": CHOICES} if issubclass(widget, forms.widgets.ChoiceWidget) else {}
    return widget(attrs=ATTRS, **options).render("name<", value, renderer=renderer)


@pytest.mark.parametrize("widget", WIDGETS)
def test_each_widget_is_what_its_template_says(widget):
    for value in VALUES:
        ours, django = (draw(widget, value, renderer()) for renderer in (FormRenderer, TemplatesSetting))
        SimpleTestCase().assertHTMLEqual(ours, django)


@given(value=st.text())
def test_what_was_typed_comes_back_to_the_letter(value):
    for widget in (forms.TextInput, forms.Textarea):
        assert draw(widget, value, FormRenderer()) == draw(widget, value, TemplatesSetting())


def test_every_function_takes_the_place_of_a_template_of_django():
    assert all(TemplatesSetting().get_template(name) for name in DRAWN)
