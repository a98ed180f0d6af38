"""The base of the forms that call a service: what becomes of a refusal, and of a save that comes too late."""

import pytest
from django import forms

from meetings.errors import ConflictError, InvalidInputError
from meetings.ui.forms import ServiceForm


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
