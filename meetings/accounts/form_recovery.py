"""What somebody sent when their session had ended: kept over the sign-in and put back into its form, not saved.

Nothing of it lies on the server before they have signed in: it travels through the sign-in page, signed, with whose
it is (`OWNER_COOKIE` outlives the session), and is thrown away when somebody else signs in. The form is found in the
page by its address and its hidden fields, so that no view has to know of this.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme

OWNER_COOKIE = "register_whose"
SESSION_KEY = "kept_words"
SALT = "meetings.accounts.form_recovery"
# Through the sign-in page goes what a person types, not what a machine sends.
LARGEST = 200_000
LONGEST_AGE = 24 * 3600
# Up to so many letters it may be a number, a day or a choice, which say nothing without their field.
SHORT = 12
# Names of hidden fields that a page makes anew, each time it is opened; others are marked with `data-made-anew`.
MADE_ANEW = frozenset({"csrfmiddlewaretoken", "version", "next", "status_was", "understood"})
UNTYPED = frozenset({"hidden", "password", "file", "submit", "button", "reset", "image"})

Fields = dict[str, list[str]]


def seal(request: HttpRequest, owner: str) -> str:
    """Return what ``request`` sent, signed as ``owner``'s, for the sign-in page; empty where nothing is to be kept."""
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name.lower()
    }
    if not any(value.strip() for values in fields.values() for value in values):
        return ""
    sealed = signing.dumps(
        {"owner": owner, "path": request.path, "page": page_of(request), "fields": fields}, salt=SALT, compress=True
    )
    return sealed if len(sealed) <= LARGEST else ""


def unseal(sealed: str) -> dict[str, Any] | None:
    """Return what `seal` wrote, none where it is too old or not ours."""
    try:
        return signing.loads(sealed, salt=SALT, max_age=LONGEST_AGE)
    except signing.BadSignature:
        return None


def page_of(request: HttpRequest) -> str:
    """Return the page of ours whose form was sent; where the browser does not say, the form's own address."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return request.path
    return urlsplit(referrer)._replace(scheme="", netloc="", fragment="").geturl()


def take_over(request: HttpRequest, words: dict[str, Any]) -> bool:
    """Put ``words`` into the session of who has just signed in, if they are theirs; say whether."""
    if words["owner"] != str(request.user.pk):
        return False
    request.session[SESSION_KEY] = {**words, "at": time.time()}
    return True


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    """Return what waits in the session to be put back; what is too old is forgotten."""
    words = request.session.get(SESSION_KEY)
    if words and time.time() - words["at"] > LONGEST_AGE:
        forget(request)
        return None
    return words


def forget(request: HttpRequest) -> None:
    """Keep it no longer: it was sent again, or is not wanted."""
    request.session.pop(SESSION_KEY, None)


# --- putting it back ----------------------------------------------------------------------------


@dataclass
class _Form:
    """A form of the page: where its tag begins and ends, which folds it lies in, and what its hidden fields say."""

    start: int
    tag: str
    folds: list[tuple[int, str]]
    hidden: Fields = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads a page and knows where in its text each tag stands."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.line_starts = [0]
        for line in html.split("\n"):
            self.line_starts.append(self.line_starts[-1] + len(line) + 1)

    def place(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column


class _FormFinder(_Reader):
    """Collects the forms that are sent to ``path``; one that names no address is sent to the page's own, ``here``."""

    def __init__(self, html: str, path: str, here: str) -> None:
        super().__init__(html)
        self.path, self.here = path, here
        self.forms: list[_Form] = []
        self.folds: list[tuple[int, str]] = []
        self.inside: _Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "details":
            self.folds.append((self.place(), self.get_starttag_text()))
        elif tag == "form":
            sent_to = urlsplit(said.get("action") or self.here).path
            ours = (said.get("method") or "").lower() == "post" and sent_to == self.path
            self.inside = _Form(self.place(), self.get_starttag_text(), list(self.folds)) if ours else None
            if self.inside:
                self.forms.append(self.inside)
        elif tag == "input" and self.inside and said.get("type") == "hidden":
            if said.get("name") in MADE_ANEW or "data-autosave-ignore" in said:
                return
            self.inside.hidden.setdefault(said.get("name") or "", []).append(said.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.folds:
            self.folds.pop()
        elif tag == "form":
            self.inside = None


class _Filler(_Reader):
    """Writes ``fields`` into the form that begins at ``start``: collects which pieces of the text become what."""

    def __init__(self, html: str, start: int, fields: Fields) -> None:
        super().__init__(html)
        self.start = start
        self.left = {name: list(values) for name, values in fields.items()}
        self.edits: list[tuple[int, int, str]] = []
        self.inside = False
        self.textarea: tuple[int, str] | None = None
        self.select: tuple[str, bool] | None = None
        self.options: list[tuple[int, str, list[tuple[str, str | None]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.inside = self.place() == self.start
        if not self.inside:
            return
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "input" and name:
            self._input(said.get("type") or "text", name, attrs)
        elif tag == "textarea" and self.left.get(name):
            self.textarea = (self.place() + len(self.get_starttag_text()), self.left[name].pop(0))
        elif tag == "select" and name in self.left:
            self.select, self.options = (name, "multiple" in said), []
        elif tag == "option" and self.select:
            self.options.append((self.place(), self.get_starttag_text(), attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            start, value = self.textarea
            self.edits.append((start, self.place(), "\n" + escape(value)))
            self.textarea = None
        elif tag == "select" and self.select:
            self._select(*self.select)
            self.select = None
        elif tag == "form":
            self.inside = False

    def _input(self, kind: str, name: str, attrs: list[tuple[str, str | None]]) -> None:
        if kind in UNTYPED:
            return
        if kind in ("checkbox", "radio"):
            # A box that was not sent was not ticked.
            ticked = (dict(attrs).get("value") or "on") in self.left.get(name, ())
            self._replace("input", attrs, "checked", None if ticked else False)
        elif self.left.get(name):
            self._replace("input", attrs, "value", self.left[name].pop(0))

    def _select(self, name: str, several: bool) -> None:
        values = self.left[name] if several else self.left[name][:1]
        if not several:
            self.left[name] = self.left[name][1:]
        offered = {dict(attrs).get("value") for _start, _tag, attrs in self.options}
        if offered.isdisjoint(values):
            # What was chosen is not offered any more: the page's own choice stands.
            return
        for start, tag, attrs in self.options:
            chosen = dict(attrs).get("value") in values
            self.edits.append((start, start + len(tag), _tag("option", attrs, "selected", None if chosen else False)))

    def _replace(self, tag: str, attrs: list[tuple[str, str | None]], name: str, value: str | None | bool) -> None:
        start = self.place()
        self.edits.append((start, start + len(self.get_starttag_text()), _tag(tag, attrs, name, value)))


def _tag(tag: str, attrs: Iterable[tuple[str, str | None]], name: str, value: str | None | bool) -> str:
    """Write ``tag`` with its attributes, ``name`` set to ``value``: none is an attribute without one, False is none."""
    written = [(other, text) for other, text in attrs if other != name]
    if value is not False:
        written.append((name, value))
    attributes = (other if text is None else f'{other}="{escape(text)}"' for other, text in written)
    return f"<{' '.join((tag, *attributes))}>"


def fill(html: str, path: str, fields: Fields, *, here: str = "") -> tuple[str, bool]:
    """Return the page ``here`` with ``fields`` in the form that is sent to ``path``, and whether there is such a form.

    Of several, it is the first whose hidden fields say what the sent ones said. Everything else of the page stays as
    it was, letter for letter.
    """
    form = next(
        (
            form
            for form in _FormFinder(html, path, here).forms
            if all(fields.get(name, values) == values for name, values in form.hidden.items())
        ),
        None,
    )
    if form is None:
        return html, False
    edits = _Filler(html, form.start, fields).edits
    edits += [
        (start + len("<details"), start + len("<details"), " open") for start, tag in form.folds if " open" not in tag
    ]
    edits.append((form.start + len("<form"), form.start + len("<form"), " data-restored"))
    for start, end, text in sorted(edits, reverse=True):
        html = html[:start] + text + html[end:]
    return html, True


def without_place(html: str, fields: Fields) -> list[str]:
    """Return the texts among ``fields`` that stand nowhere in ``html``; a word or two is a choice, not a text."""
    return [value for values in fields.values() for value in values if len(value) > SHORT and escape(value) not in html]
