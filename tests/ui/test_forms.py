"""The base of the forms that call a service: what becomes of a refusal, and of a save that comes too late."""

from urllib.parse import urlencode

import pytest
from django import forms
from django.http import QueryDict
from django.utils.translation import override
from lxml import html

from meetings.errors import ConflictError, InvalidInputError
from meetings.ui.forms import ServiceForm, TrackedForm


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


class NameForm(ServiceForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField()


def refuse(error):
    def service():
        raise error

    return service


def test_what_the_service_returns_is_kept():
    form = NameForm({"version": "3", "name": "技术部"})
    assert form.submit(lambda: form.cleaned_data["name"])
    assert (form.result, form.status_code) == ("技术部", 200)


def test_an_invalid_form_calls_no_service():
    form = NameForm({"version": "3", "name": ""})
    assert not form.submit(refuse(AssertionError("called")))
    assert form.status_code == 422
    assert list(form.errors) == ["name"]


@pytest.mark.parametrize(("field", "place"), [("name", "name"), ("elsewhere", "__all__"), (None, "__all__")])
def test_a_refusal_stands_beside_its_field_or_above_all(field, place):
    form = NameForm({"version": "3", "name": "技术部"})
    assert not form.submit(refuse(InvalidInputError("It is taken.", field=field)))
    assert (form.errors, form.status_code) == ({place: ["It is taken."]}, 422)


def test_after_a_conflict_the_form_stands_on_the_version_that_is_there_now():
    form = NameForm({"version": "3", "name": "技术部"})
    conflict = ConflictError(newer_entries=["renamed"], current_version=5)
    assert not form.submit(refuse(conflict))
    assert (form.status_code, form.conflict, form.errors) == (409, conflict, {})
    assert (form["version"].value(), form["name"].value()) == ("5", "技术部")


def test_a_conflict_is_told_before_what_is_wrong_with_the_fields():
    class JudgedByWhatIsThere(NameForm):
        def check_version(self):
            raise ConflictError(current_version=5)

    form = JudgedByWhatIsThere({"version": "3", "name": ""})
    assert not form.submit(refuse(AssertionError("called")))
    assert form.status_code == 409


def test_a_field_that_is_needed_is_not_called_optional():
    class Note(ServiceForm):
        marks_optional = True
        reason = forms.CharField(label="Reason")
        remark = forms.CharField(label="Remark", required=False)

    form = Note()
    assert "optional" not in form["reason"].as_field_group()
    assert "optional" in form["remark"].as_field_group()


def test_a_field_is_told_by_its_label_its_help_and_what_is_wrong_with_it():
    class Name(ServiceForm):
        name = forms.CharField(label="Name", help_text="As it is printed.")

    field = html.fromstring(Name({"name": ""})["name"].as_field_group())
    (control,) = field.xpath("//input")
    assert field.xpath("//label/@for") == [control.get("id")]
    notes = [field.get_element_by_id(name) for name in control.get("aria-describedby").split()]
    assert [note.text_content().strip() for note in notes] == ["As it is printed.", "Fill in “Name”."]
    assert control.get("aria-invalid") == "true"


def test_the_first_invalid_field_has_the_focus_unless_the_form_as_a_whole_is_refused():
    class Pair(ServiceForm):
        first = forms.CharField(label="First")
        second = forms.ChoiceField(label="Second", choices=[("a", "A")])
        third = forms.CharField(label="Third")

    def focused(form):
        return html.fromstring(f"<form>{form}</form>").xpath("//@name[../@autofocus] | //@role[../@autofocus]")

    assert focused(Pair()) == []
    form = Pair({"first": "x"})
    assert focused(form) == ["second"]
    assert form.errors == {"second": ["Choose “Second”."], "third": ["Fill in “Third”."]}
    form.add_error(None, "It is refused.")
    assert focused(form) == ["alert"]


class TextForm(TrackedForm):
    TRACKED_FIELDS = ("text", "remarks")
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField()
    remarks = forms.CharField(required=False)


def test_a_late_save_takes_over_what_was_left_alone_and_shows_what_both_changed():
    sent = {"version": "1", "text": "mine", "was-text": "old", "remarks": "old", "was-remarks": "old"}
    form = TextForm(QueryDict(urlencode(sent)), initial={"text": "theirs", "remarks": "theirs"})
    assert (form.is_changed("text"), form.is_changed("remarks")) == (True, False)
    form.add_service_error(ConflictError(current_version=2))
    assert (form["text"].value(), form["remarks"].value()) == ("mine", "theirs")
    assert form.theirs == {"text": "theirs"}
    assert "It now says:" in form["text"].as_field_group()
    assert dict(form.base_value_fields) == {"was-text": "theirs", "was-remarks": "theirs"}
