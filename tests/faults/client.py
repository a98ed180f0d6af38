"""A person's browser: opens forms, sends them, and sends them again where nothing came back."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import lxml.html
import requests

from .journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal, Write

# Any will do: it is sent as a cookie and with what is posted.
TOKEN = "f" * 32
# Longer than any fault lasts, so that no request is sent a second time while the first one waits.
TIMEOUT = 45
ATTEMPTS, PAUSE = 8, 0.7
AWAY = (502, 503, 504)
Fields = list[tuple[str, str]]
Files = list[tuple[str, tuple[str, bytes]]]


class NotOfferedError(Exception):
    """Raised where a page cannot be had just now, or offers no such form."""


@dataclass(frozen=True)
class Form:
    """A form as its page had it."""

    address: str
    fields: Fields

    def filled(self, **typed: str) -> Form:
        """Return it with other values; what it has no field for is added, as buttons are."""
        kept = [(name, value) for name, value in self.fields if name not in typed]
        return Form(self.address, [*kept, *typed.items()])

    def has(self, name: str) -> bool:
        """Whether it has such a field."""
        return any(name == field for field, _value in self.fields)


class Client:
    """Somebody signed in, whose every save is noted in the journal."""

    def __init__(self, port: int, session: str, journal: Journal) -> None:
        self.base, self.journal = f"http://127.0.0.1:{port}", journal
        self.cookies = {"sessionid": session, "csrftoken": TOKEN}

    def request(self, method: str, address: str, **sent: Any) -> requests.Response:
        """Send a request on a connection of its own, and follow no redirect."""
        return requests.request(
            method,
            f"{self.base}{address.partition('#')[0]}",
            cookies=self.cookies,
            headers={"X-CSRFToken": TOKEN, "Connection": "close"},
            allow_redirects=False,
            timeout=TIMEOUT,
            **sent,
        )

    def open(self, address: str, *, method: str = "GET", data: Fields | None = None) -> list[Form]:
        """Return the forms of a page; raises NotOfferedError where there is no page."""
        try:
            answer = self.request(method, address, data=data)
        except requests.RequestException as error:
            raise NotOfferedError from error
        self._look_at(answer, f"{method} {address}")
        if answer.status_code != 200:
            raise NotOfferedError
        return forms_of(answer.content)

    def save(
        self, mark: str, kind: str, form: Form, files: Files | None = None, *, clicks_twice: bool = False
    ) -> tuple[Write, str]:
        """Send a form until its outcome is known; return that, and where the answer leads.

        An answer that asks for a second look at what was typed is confirmed. Everything else is sent again as it was,
        with the same version token; with ``clicks_twice`` also what was acknowledged.
        """
        write = Write(mark, kind, self.journal.fault)
        location = ""
        for _attempt in range(ATTEMPTS):
            write.attempts += 1
            try:
                answer = self.request("POST", form.address, data=form.fields, files=files)
            except requests.RequestException:
                self._note_doubt(write)
                continue
            self._look_at(answer, f"POST {form.address}")
            location = answer.headers.get("Location", "")
            if answer.status_code == 302 and "/accounts/login/" not in location:
                write.outcome = ACKNOWLEDGED
                if clicks_twice:
                    self._send_again(form, files)
                break
            if answer.status_code == 422 and (second := find_second_look(answer.content, form)):
                form = second
            elif answer.status_code in AWAY:
                # Whether the database had committed before it went away, nobody can say.
                self._note_doubt(write)
            else:
                write.outcome = UNKNOWN if write.may_be_stored else REFUSED
                break
        self.journal.add(write)
        return write, location

    def _note_doubt(self, write: Write) -> None:
        """Note that nothing came back: of the fault that happens now, not of the one when it was sent."""
        if not write.may_be_stored:
            write.fault, write.may_be_stored = self.journal.fault, True
        time.sleep(PAUSE)

    def _send_again(self, form: Form, files: Files | None) -> None:
        try:
            self._look_at(self.request("POST", form.address, data=form.fields, files=files), f"POST {form.address}")
        except requests.RequestException:
            return

    def _look_at(self, answer: requests.Response, asked: str) -> None:
        if answer.status_code == 500:
            self.journal.report(f"{asked} was answered by 500 during “{self.journal.fault}”.")


def forms_of(page: bytes) -> list[Form]:
    """Return the forms of a page as a browser would send them."""
    return [
        Form(form.action or "", [(name, (value or "").removeprefix("\n")) for name, value in form.form_values()])
        for form in lxml.html.fromstring(page).forms
    ]


def find_form(forms: Iterable[Form], address: str, *fields: str) -> Form:
    """Return the first form that goes to an address and has these fields; raises NotOfferedError."""
    for form in forms:
        if form.address.partition("#")[0] == address and all(form.has(field) for field in fields):
            return form
    raise NotOfferedError


def find_second_look(page: bytes, sent: Form) -> Form | None:
    """Return the form that came back with a question, to be confirmed as it is."""
    before = dict(sent.fields).get("understood")
    for form in forms_of(page):
        understood = dict(form.fields).get("understood")
        if form.address == sent.address and understood and understood != before:
            return form
    return None
