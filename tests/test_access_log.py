"""The secret address of a calendar stands in no log."""

from __future__ import annotations

import io
import logging

import pytest
from django.test import Client

from meetings.accounts.services.preferences import make_calendar_address
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize("name", ["gunicorn.access", "django.server"])
def test_the_servers_log_keeps_the_secret_of_a_calendar_out(name):
    written = io.StringIO()
    handler, logger = logging.StreamHandler(written), logging.getLogger(name)
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        # As gunicorn writes: a format, and one dictionary.
        request = "GET /calendar/s3cret-Word_.ics?x HTTP/1.1"
        logger.info('%(h)s "%(r)s" %(s)s', {"h": "10.0.0.9", "r": request, "s": 200})
        logger.info('"%s" %s', "GET /tasks/?q=calendar HTTP/1.1", 200)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert written.getvalue().splitlines() == [
        '10.0.0.9 "GET /calendar/***?x HTTP/1.1" 200',
        '"GET /tasks/?q=calendar HTTP/1.1" 200',
    ]


@pytest.mark.parametrize("checks_csrf", [True, False])
def test_an_error_at_the_address_keeps_it_out_too(caplog, checks_csrf):
    secret = make_calendar_address(account=factories.account())
    assert Client(enforce_csrf_checks=checks_csrf).post(f"/calendar/{secret}.ics").status_code in (403, 405)
    assert "/calendar/***" in caplog.text
    assert secret not in caplog.text
