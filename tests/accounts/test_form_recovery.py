"""What was typed into an ended session comes back into its form after signing in, and to nobody else."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from meetings.accounts import form_recovery
from meetings.models import Role
from tests import factories

PASSWORD = "a password of this test alone"
NOTE = '第一门课程已上线 <b>&amp; "引号"\n第二行'

# --- one form of a page ---------------------------------------------------------------------------

PAGE = """<main><form method="get" action="/x/"><input name="a" value="untouched"></form>
<details class="fold"><summary>more</summary>
<form method="post" action="/x/"><input type="hidden" name="row" value="1"><input name="a" value=""></form>
<form method="post" action="/x/?y=1"><input type="hidden" name="row" value="2">
<input type="hidden" name="version" value="9"><input name="a" value="old"><input name="a" value="">
<textarea name="note" rows="4">
old</textarea><input type="checkbox" name="box" value="1" checked><input type="checkbox" name="box" value="2">
<input type="password" name="secret"><input type="file" name="files">
<select name="status"><option value="">-</option><option value="open" selected>o</option><option value="done">d</option>
</select></form></details><textarea name="note">outside</textarea></main>"""


class Reader(HTMLParser):
    """The fields of the form that was filled."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside, self.fields, self.text = False, [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.inside = "data-restored" in said
        if self.inside and tag in ("input", "option"):
            self.fields.append((said.get("name") or tag, said.get("value"), "checked" in said or "selected" in said))
        if self.inside and tag == "textarea":
            self.text = ""

    def handle_data(self, data):
        if self.text is not None and self.lasttag == "textarea" and self.inside:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text is not None and self.inside:
            self.fields.append(("note", self.text.removeprefix("\n"), False))
            self.text = None
        if tag == "form":
            self.inside = False


def test_words_go_into_the_form_they_were_sent_from():
    fields = {"row": ["2"], "version": ["3"], "a": ["one", "two"], "note": [NOTE], "box": ["2"], "status": ["done"]}
    html, found = form_recovery.fill(PAGE, "/x/", {**fields, "secret": ["s"], "files": ["f"]})
    assert found
    assert Reader(html).fields == [
        ("row", "2", False), ("version", "9", False), ("a", "one", False), ("a", "two", False), ("note", NOTE, False),
        ("box", "1", False), ("box", "2", True), ("secret", None, False), ("files", None, False),
        ("option", "", False), ("option", "open", False), ("option", "done", True),
    ]  # fmt: skip
    assert '<details open class="fold">' in html, "a fold does not hide what came back"
    assert "untouched" in html
    assert ">outside</textarea>" in html
    assert '<input type="hidden" name="row" value="1"><input name="a" value="">' in html, "its neighbour stays empty"


def test_a_form_that_names_no_address_is_sent_to_its_own_page():
    page = (
        '<form method="post"><input type="hidden" name="tasks" value="1" data-autosave-ignore><input name="a"></form>'
    )
    html, found = form_recovery.fill(page, "/meetings/new/", {"tasks": ["2"], "a": ["one"]}, here="/meetings/new/")
    assert found
    assert ("a", "one", False) in Reader(html).fields
    assert form_recovery.fill(page, "/elsewhere/", {"a": ["one"]}, here="/meetings/new/") == (page, False)


def test_a_text_that_has_no_field_any_more_is_shown():
    html, found = form_recovery.fill(PAGE, "/x/", {"row": ["2"], "note": [NOTE], "second": ["no field has this name"]})
    assert found
    assert form_recovery.without_place(html, {"note": [NOTE], "second": ["no field has this name", "2024-01-01"]}) == [
        "no field has this name"
    ]


def test_without_such_a_form_the_page_stays_as_it_is():
    assert form_recovery.fill(PAGE, "/elsewhere/", {"a": ["1"]}) == (PAGE, False)
    assert form_recovery.fill(PAGE, "/x/", {"row": ["3"], "a": ["1"]}) == (PAGE, False)


def test_a_choice_that_is_not_offered_any_more_leaves_the_pages_own():
    html, _found = form_recovery.fill(PAGE, "/x/", {"row": ["2"], "status": ["gone"]})
    assert '<option value="open" selected>' in html


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    st.text("a\n\"<>&'中\u2028", max_size=30),
)
def test_any_text_comes_back_as_it_was_typed(line, text):
    html, found = form_recovery.fill(PAGE, "/x/", {"row": ["2"], "a": [line], "note": [text]})
    read = Reader(html).fields
    assert found
    assert ("a", line, False) in read
    assert ("note", text, False) in read
    # Besides the form's own fields not a letter has changed.
    assert html.startswith(PAGE[: PAGE.index("<details")])
    assert html.endswith("outside</textarea></main>")


# --- over the sign-in page --------------------------------------------------------------------------


@pytest.fixture
def world(db):
    return factories.small_world()


@pytest.fixture
def liaison(world):
    account = world.liaison
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(client: Client, account, **more):
    return client.post("/accounts/login/", {"username": account.username, "password": PASSWORD, **more}, follow=True)


def sealed(response) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', response.content.decode())
    return unescape(found.group(1)) if found else ""


def send(client: Client, task, **more):
    path = task.get_absolute_url()
    data = {"version": task.version, "note": NOTE, "effective_on": "2024-02-01", **more}
    return client.post(path, data, headers={"referer": f"http://testserver{path}?next=/tasks/"})


@pytest.fixture
def lost(client, world, liaison):
    """The sign-in page that somebody gets who sent a form after their session had ended."""
    sign_in(client, liaison)
    del client.cookies["sessionid"]
    response = send(client, world.due_soon)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response


def test_the_form_comes_back_filled_and_nothing_is_saved(client, world, liaison, lost):
    entries = world.due_soon.log.count()
    response = sign_in(client, liaison, kept=sealed(lost), next=f"{world.due_soon.get_absolute_url()}?next=/tasks/")
    html = response.content.decode()
    assert response.redirect_chain[-1][0].endswith("?next=/tasks/")
    assert ("note", NOTE, False) in Reader(html).fields
    assert ("effective_on", "2024-02-01", False) in Reader(html).fields
    assert 'class="alert alert-info form-recovery-notice' in html
    assert world.due_soon.log.count() == entries
    # It stays until it is sent again, or discarded.
    assert "data-restored" in client.get(world.due_soon.get_absolute_url()).content.decode()
    assert "data-restored" not in client.get("/tasks/").content.decode()
    client.post("/accounts/unsaved/discard/", {"next": "/tasks/"})
    assert "data-restored" not in client.get(world.due_soon.get_absolute_url()).content.decode()


def test_a_row_of_several_tasks_typed_by_hand_loses_none(client, world):
    account = factories.account(Role.SECRETARIAT, password=PASSWORD)
    sign_in(client, account)
    path = reverse("suggestion_new", args=[world.due_soon.suggestion.meeting_id])
    after = re.search(r'name="after" value="(\d*)"', client.get(path).content.decode()).group(1)
    del client.cookies["sessionid"]
    first, second = "第一项任务的文字，写得不短。", "第二项任务的文字，也写得不短。"
    lost = client.post(path, {"tasks": "2", "after": after, "task-0-text": first, "task-1-text": second, "do": "save"})
    html = sign_in(client, account, kept=sealed(lost), next=path).content.decode()
    assert "data-restored" in html
    assert f">\n{first}</textarea>" in html
    assert second in html.split('class="alert alert-info form-recovery-notice')[1].split("</form>")[0]


def test_sending_it_again_ends_the_keeping(client, world, liaison, lost):
    sign_in(client, liaison, kept=sealed(lost))
    send(client, world.due_soon)
    assert "data-restored" not in client.get(world.due_soon.get_absolute_url()).content.decode()


def test_another_account_never_sees_it(client, world, liaison, lost):
    other = factories.account(Role.SECRETARIAT, password=PASSWORD)
    response = sign_in(client, other, kept=sealed(lost), next=world.due_soon.get_absolute_url())
    html = response.content.decode()
    assert "第一门课程已上线" not in html
    assert "data-restored" not in html
    assert form_recovery.SESSION_KEY not in client.session


def test_a_wrong_password_keeps_it(client, liaison, lost):
    response = client.post("/accounts/login/", {"username": liaison.username, "password": "no", "kept": sealed(lost)})
    assert sealed(response) == sealed(lost)


def test_what_was_not_sealed_here_is_nothing(client, liaison):
    sign_in(client, liaison, kept="forged:words")
    assert form_recovery.SESSION_KEY not in client.session


def test_a_stranger_s_words_are_not_kept(client, world):
    response = send(client, world.due_soon)
    assert response.status_code == 302, "nobody has signed in here before: there is nobody to give it back to"


def test_signing_out_leaves_nothing_to_recognise_anybody_by(client, liaison):
    sign_in(client, liaison)
    assert client.cookies[form_recovery.OWNER_COOKIE].value
    client.post("/accounts/logout/")
    assert not client.cookies[form_recovery.OWNER_COOKIE].value


def test_passwords_and_what_is_too_large_are_not_kept(rf, settings):
    request = rf.post("/x/", {"note": "text", "new_password1": "secret", "csrfmiddlewaretoken": "t"})
    assert form_recovery.unseal(form_recovery.seal(request, "1"))["fields"] == {"note": ["text"]}
    import random

    noise = "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(form_recovery.LARGEST))
    assert form_recovery.seal(rf.post("/x/", {"note": noise}), "1") == ""
    assert form_recovery.seal(rf.post("/x/", {}), "1") == ""
