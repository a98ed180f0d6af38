"""What every answer tells browsers, whoever gives it."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from tests.access_matrix import ADMINISTRATOR, ALL_ADMIN_ROWS, NOBODY, ROWS, SECRETARIAT
from tests.test_permissions import admin_places, browser_of, places  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]

ALWAYS = {
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# A file that somebody uploaded may not do anything, whatever opens it.
OF_EVIDENCE = {**ALWAYS, "Content-Security-Policy": "default-src 'none'; sandbox"}


def faults_of(response, expected: dict[str, str] = ALWAYS) -> list[str]:
    """Return which headers are not as they should be."""
    policy = "; ".join(sorted(response.get("Content-Security-Policy", "").split("; ")))
    told = {**response.headers, "Content-Security-Policy": policy}
    return [name for name, value in expected.items() if told.get(name) != value] + [
        name for name in ("Permissions-Policy", "X-Request-ID") if not told.get(name)
    ]


@pytest.mark.long
@pytest.mark.parametrize("role", [NOBODY, SECRETARIAT, ADMINISTRATOR])
def test_every_page_file_part_and_refusal_tells_browsers_the_same(world, admin_places, role):  # noqa: F811
    client, faults, kinds = browser_of(world, role), {}, set()
    for row in (*ROWS, *ALL_ADMIN_ROWS):
        address = row.address.format(**admin_places)
        response = client.get(address, headers={"hx-request": "true"} if len(faults) % 2 else {})
        kinds.add(response.status_code)
        is_evidence = row.address.startswith("/evidence/") and response.status_code == 200
        found = faults_of(response, OF_EVIDENCE if is_evidence else ALWAYS)
        # Signed in, nothing is stored anywhere, unless a page is told to be the same for a while.
        if role != NOBODY and not row.address.startswith(("/calendar/", "/healthz")):
            found += [] if "private" in response.get("Cache-Control", "") else ["Cache-Control"]
        if found:
            faults[address] = (response.status_code, found, response.get("Cache-Control"))
    assert faults == {}
    assert kinds >= ({302, 404} if role == NOBODY else {200, 302, 404, 405})


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
    assert faults_of(response) == []


def test_the_way_to_https_tells_it_too():
    with override_settings(SECURE_SSL_REDIRECT=True):
        response = Client().get("/accounts/login/")
    assert response.status_code == 301
    assert faults_of(response) == []


def test_a_failure_and_a_fault_tell_it_too(world, monkeypatch):
    client = browser_of(world, SECRETARIAT)
    client.raise_request_exception = False
    for error, status in ((ValueError("no"), 500), (OperationalError("away"), 503)):

        def fail(*_arguments, error=error, **_options) -> None:
            raise error

        monkeypatch.setattr("meetings.accounts.forms.AccountSettingsForm.full_clean", fail)
        response = client.post("/accounts/settings/", {})
        assert response.status_code == status
        assert faults_of(response) == []


def test_a_form_from_elsewhere_is_refused_with_them():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert faults_of(response) == []
