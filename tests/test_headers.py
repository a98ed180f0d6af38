"""What every answer tells browsers, whoever gives it; of what views answer, `test_permissions` asks."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from tests.tasks.update_form import signed_in

from .response_headers import find_header_faults

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize(
    ("address", "status", "options"),
    [
        ("/static/vendor/app.css", 200, {}),
        ("/static/nothing.css", 404, {}),
        ("/nothing/", 404, {}),
        ("/tasks/?q=%00", 400, {}),
        ("/accounts/login/", 400, {"headers": {"host": "evil.example"}}),
        ("/accounts/login/", 200, {}),
        ("/healthz", 200, {}),
        ("/healthz/live", 200, {}),
        ("/metrics", 403, {}),
    ],
)
def test_what_no_view_answers_tells_it_too(address, status, options):
    response = Client().get(address, **options)
    assert response.status_code == status
    assert find_header_faults(response) == []


def test_a_static_file_that_a_browser_has_is_not_sent_again():
    before = Client().get("/static/vendor/app.css")
    for condition, value in (("if-none-match", before["ETag"]), ("if-modified-since", before["Last-Modified"])):
        again = Client().get("/static/vendor/app.css", headers={condition: value})
        assert (again.status_code, again.getvalue()) == (304, b"")
        assert find_header_faults(again) == []


def test_the_way_to_https_tells_it_too():
    with override_settings(SECURE_SSL_REDIRECT=True):
        response = Client().get("/accounts/login/")
    assert response.status_code == 301
    assert find_header_faults(response) == []


def test_a_failure_and_a_fault_tell_it_too(world, monkeypatch):
    client = signed_in(world.secretariat)
    client.raise_request_exception = False
    for error, status in ((ValueError("no"), 500), (OperationalError("away"), 503)):

        def fail(*_arguments, error=error, **_options) -> None:
            raise error

        monkeypatch.setattr("meetings.accounts.forms.AccountSettingsForm.full_clean", fail)
        response = client.post("/accounts/settings/", {})
        assert response.status_code == status
        assert find_header_faults(response) == []


def test_a_form_from_elsewhere_is_refused_with_them():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert find_header_faults(response) == []
