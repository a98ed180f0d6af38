"""Who gets what, as one table: every address × every role × GET and POST (docs/domain.md, Roles).

An address that has no row here fails `test_every_address_has_its_row`. What one liaison may do with one task and
another may not is the form's business, too: `tests.tasks.test_services` holds every step against every role.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from meetings.models import (
    Account,
    Attendance,
    Batch,
    CalendarAddress,
    CalendarDay,
    ChangeKind,
    ChangeLog,
    Department,
    FormerName,
    ImportIssue,
    Letterhead,
    Mailing,
    MeetingLead,
    Outcome,
    Paper,
    Person,
    Robot,
    Role,
    SavedView,
    Scan,
    SentMail,
    SuggestionOutcome,
    TaskLog,
    Webhook,
)
from meetings.models.change_log import SIGN_IN_KINDS

from . import factories
from .access_matrix import (
    ADMINISTRATOR,
    ALL_ADMIN_ROWS,
    ELSEWHERE,
    LEADER,
    MODELS,
    NO_SUCH_METHOD,
    NOBODY,
    READER,
    READS,
    RESPONSIBLE,
    ROLES,
    ROWS,
    SECRETARIAT,
    SIGN_IN,
    SUPPORTING,
    Row,
)
from .depth import THOROUGH
from .jobs.samples import note
from .response_headers import ALWAYS, OF_EVIDENCE, find_header_faults

pytestmark = pytest.mark.django_db
KEPT_FOR_A_WHILE = ("calendar", "healthz", "healthz_live")


# --- asking -------------------------------------------------------------------------------------


@pytest.fixture
def places(world) -> dict[str, object]:
    """What the addresses' names in braces stand for. The task is one that two departments have a part in."""
    task = world.undecided
    issue = ImportIssue.objects.create(task=task, column="departments", code="several_departments", value="技术部")
    return {
        "task": task.pk,
        "batch": factories.batch(world.on_track).pk,
        "day": world.day.isoformat(),
        "mark": issue.pk,
        "meeting": world.meeting.pk,
        "draft": factories.minutes_document(world.secretariat).pk,
        "other_draft": factories.minutes_document(factories.account(Role.SECRETARIAT)).pk,
        "view": SavedView.objects.create(owner=world.secretariat, name="全体", shared_with=Role.READER).pk,
        "private_view": SavedView.objects.create(owner=world.secretariat, name="自用").pk,
        "accepted": factories.minutes_document(None, meeting=world.meeting).pk,
        "fill_in": factories.fill_in_upload(world.liaison).pk,
        "fill_in_done": factories.fill_in_upload(
            world.liaison, batch=Batch.objects.create(made_by=world.liaison, source="fill_in")
        ).pk,
        "suggestion": task.suggestion_id,
        "suggester": task.suggestion.suggestion_sources.first().person_id,
        "account": world.reader.pk,
        "giving": world.liaison.pk,
        "other_account": factories.account(Role.READER).pk,
        "department": Department.objects.create(name="无任务部").pk,
        "person": Person.objects.create(name="无任务人").pk,
        "tasklog": task.log.first().pk,
        "evidence": factories.evidence(task).pk,
        "deleted_evidence": factories.evidence(task, deleted=True).pk,
        "extensionrequest": factories.extension_request(world.due_soon).pk,
        "instruction": factories.instruction(world.due_soon, world.supervisor).pk,
        "mailing": (mailing := Mailing.objects.get_or_create_digest(world.liaison, world.day)).pk,
        "sentmail": SentMail.objects.create(
            mailing=mailing, address="liaison@example.org", subject="x", body="x", message_id="<x>"
        ).pk,
        "robot": (robot := Robot.objects.create(address="wecombot://0123456789abcdef/")).pk,
        "letterhead": Letterhead.objects.create(
            paper=Paper.SLIP, file="x", original_name="x", uploaded_by=world.secretariat
        ).pk,
        "calendarday": CalendarDay.objects.create(day=world.day, is_working=True).pk,
        "robotmessage": robot.messages.create(kind="digest", day=world.day, title="x", text="x").pk,
        "webhook": (webhook := Webhook.objects.create(address="https://example.org/", secret="x")).pk,
        "webhookmessage": webhook.messages.create(body="{}").pk,
        "job": note.enqueue("x").id,
        "export": factories.export(world.secretariat).id,
        "task_type": ContentType.objects.get_for_model(task).pk,
    }


@pytest.fixture
def admin_places(world, places) -> dict[str, object]:
    """The same with a row of each model, of which the small world has not all."""
    task = world.undecided
    department, person = task.departments.first(), task.suggestion.suggestion_sources.first().person
    FormerName.objects.create(name="旧部", department=department)
    MeetingLead.objects.create(meeting=world.meeting, person=person, position=1)
    Attendance.objects.create(meeting=world.meeting, person=person, position=1)
    task.milestones.create(
        position=1, deadline_text="2030.6", deadline_kind="dated", due_date=datetime.date(2030, 6, 30)
    )
    ChangeLog.objects.create(kind=ChangeKind.CORRECTED, department=department, actor=world.secretariat, changes={})
    document = factories.minutes_document(world.secretariat)
    document.rows.create(position=1, content={})
    Scan.objects.create(document=document, is_read=True)
    world.meeting.acknowledgements.create(department=department)
    department.workbook_handouts.create(handed_out_to=world.secretariat)
    CalendarAddress.objects.create(account=world.reader, secret_hash="x")
    world.reader.api_tokens.create(name="x", ends_on=world.day, secret_hash="x")
    world.administrator.second_factors.create(kind="recovery", secret="x")
    factories.passkey(world.administrator)
    world.reader.identities.create(issuer="ldap", subject="x")
    SuggestionOutcome.objects.create(
        suggestion=task.suggestion, outcome=Outcome.RESOLVED, reply="已采纳。", entry=task.log.first()
    )
    firsts = {model: apps.get_model("meetings", model)._base_manager.order_by("pk").first().pk for model in MODELS}
    return {**firsts, **places}


def browser_of(world, role: str) -> Client:
    accounts: dict[str, Account | None] = {
        NOBODY: None,
        READER: world.reader,
        ELSEWHERE: world.other_liaison,
        SUPPORTING: world.supporting_liaison,
        RESPONSIBLE: world.liaison,
        LEADER: world.leader,
        SECRETARIAT: world.secretariat,
        ADMINISTRATOR: world.administrator,
    }
    client = Client()
    if account := accounts[role]:
        client.force_login(account)
    return client


# What each answers with costs as much as ten pages, and is the same for whoever may have it.
WRITES_A_FILE = re.compile(r"export=(?!exe|shown-exe)|^/reports/(meeting|bulletin|reply|slips|register)/|/slips/")


def is_asked(role: str, method: str, row: Row) -> bool:
    """Return whether `make test` asks it for this role; `make test-slow` asks everything."""
    if THOROUGH:
        return True
    expected = getattr(row, method)
    if expected is NO_SUCH_METHOD:
        # Before the account is looked at.
        return role in (NOBODY, SECRETARIAT)
    if method == "get" and WRITES_A_FILE.search(row.address) and expected[role] == 200:
        return role in (READER, SECRETARIAT)
    if role == ADMINISTRATOR and expected is READS:
        # As a reader; tests/test_page_sizes.py opens all pages as an administrator.
        return False
    if role == SUPPORTING or (role == ELSEWHERE and method == "post"):
        # Where liaisons are all alike, one is asked who may more, and one who has less to see.
        return len({expected[each] for each in (ELSEWHERE, SUPPORTING, RESPONSIBLE)}) > 1
    return True


def ask(client: Client, method: str, row: Row, places: dict[str, object]) -> HttpResponse:
    """Return the answer, which tells browsers the same whatever it is."""
    address = row.address.format(**places)
    # Two rows write: the second has to come with the version that the first one made.
    places = {**places, "version": TaskLog.objects.filter(task=places["task"]).count()}
    sent = (
        {name.format(**places): value.format(**places) for name, value in (row.sent or {}).items()}
        if method == "post"
        else None
    )
    response = getattr(client, method)(address, sent)
    is_evidence = row.name == "evidence" and response.status_code == 200
    faults = find_header_faults(response, OF_EVIDENCE if is_evidence else ALWAYS)
    # Signed in, nothing is stored anywhere, unless a page is told to be the same for a while.
    if "sessionid" in client.cookies and row.name not in KEPT_FOR_A_WHILE:
        faults += [] if "private" in response.get("Cache-Control", "") else ["Cache-Control"]
    assert not faults, (address, response.status_code, faults)
    return response


def find_answers(
    world,
    role: str,
    method: str,
    rows: Iterable[Row],
    places: dict,
    look: Callable[[Row, HttpResponse], None] | None = None,
) -> dict[str, int | str]:
    """Return the status of each answer, or SIGN_IN for the way to the sign-in page."""
    client, found, at_admin_login = browser_of(world, role), {}, None
    for row in rows:
        response = ask(client, method, row, places)
        status = response.status_code
        if look:
            look(row, response)
        path = urlsplit(response["Location"]).path if status == 302 else ""
        if path == "/admin/login/":
            # The administration's own way of saying no leads through its former sign-in page, from everywhere.
            if at_admin_login is None:
                at_admin_login = client.get(response["Location"])
            status = at_admin_login.status_code
            path = urlsplit(at_admin_login.get("Location", "")).path
        found[f"{method} {row.address}"] = SIGN_IN if path == "/accounts/login/" else status
        if row.name in ("login", "logout"):
            client = browser_of(world, role)
    return found


def expected(role: str, method: str, rows: Iterable[Row]) -> dict[str, int | str]:
    return {f"{method} {row.address}": getattr(row, method)[role] for row in rows}


# --- the tests ----------------------------------------------------------------------------------


# What a role may is decided in Python; that the pages' queries work on both databases, one role's visit shows.
ROLES_ONCE = [pytest.param(role, marks=() if role == SECRETARIAT else pytest.mark.same_on_both) for role in ROLES]


@pytest.mark.deep
@pytest.mark.long
@pytest.mark.parametrize("role", ROLES_ONCE)
def test_each_role_gets_what_the_table_says(world, places, role):
    entries = TaskLog.objects.count()
    for method in ("get", "post"):
        rows = [row for row in ROWS if is_asked(role, method, row)]
        assert find_answers(world, role, method, rows, places) == expected(role, method, rows)
        assert method == "post" or TaskLog.objects.count() == entries
    writes = {SECRETARIAT: 4, SUPPORTING: 2, RESPONSIBLE: 2, LEADER: 1}
    assert TaskLog.objects.count() - entries == writes.get(role, 0)


# The administration knows administrators and others; the secretariat is the one of the others that writes most.
@pytest.mark.long
@pytest.mark.same_on_both
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [pytest.param(NOBODY, marks=pytest.mark.slow), SECRETARIAT])
def test_the_administration_opens_for_nobody_but_administrators(world, admin_places, role, method):
    entries = TaskLog.objects.count()
    found = find_answers(world, role, method, ALL_ADMIN_ROWS, admin_places)
    assert found == expected(role, method, ALL_ADMIN_ROWS)
    assert TaskLog.objects.count() == entries


@pytest.mark.deep
@pytest.mark.same_on_both
@pytest.mark.long
def test_under_the_administration_every_row_can_be_looked_at_and_none_written(world, admin_places):
    before, looked_at = rows_of_every_model(), set()

    def look(row: Row, response: HttpResponse) -> None:
        if row.address.endswith("/change/"):
            assert not re.search(rb'name="_(save|continue|addanother)"', response.content), row.address
            looked_at.add(row.name)

    found = find_answers(world, ADMINISTRATOR, "get", ALL_ADMIN_ROWS, admin_places, look)
    assert found == expected(ADMINISTRATOR, "get", ALL_ADMIN_ROWS)
    assert len(looked_at) == len(MODELS)
    # What is there to be looked at answers a POST as it does a GET; in `make test-slow`, that is asked, too.
    refusing = [row for row in ALL_ADMIN_ROWS if THOROUGH or row.post[ADMINISTRATOR] not in (200, 302)]
    found = find_answers(world, ADMINISTRATOR, "post", refusing, admin_places)
    assert found == expected(ADMINISTRATOR, "post", refusing)
    client = browser_of(world, ADMINISTRATOR)
    for model in MODELS:
        chosen = {"action": "delete_selected", "_selected_action": [admin_places[model]], "post": "yes"}
        assert client.post(f"/admin/meetings/{model}/", chosen).status_code in (200, 302)
    assert rows_of_every_model() == before


def rows_of_every_model() -> dict[str, list[dict[str, object]]]:
    """Return all that is in the register but who signed in or out, which the tests do."""
    rows = {model: list(apps.get_model("meetings", model).objects.order_by("pk").values()) for model in MODELS}
    rows["account"] = [{**row, "last_login": None} for row in rows["account"]]
    rows["changelog"] = [row for row in rows["changelog"] if row["kind"] not in SIGN_IN_KINDS]
    return rows


def test_the_last_administrator_is_not_demoted_under_the_administration(world):
    client, own = browser_of(world, ADMINISTRATOR), world.administrator
    address = f"/admin/meetings/account/{own.pk}/"
    page = client.get(f"{address}change/").content.decode()
    assert own.display_name in page
    assert own.password not in page
    demoted = {"username": own.username, "display_name": own.display_name, "role": Role.READER, "language": "zh-hans"}
    assert client.post(f"{address}change/", demoted).status_code == 403
    password = {"password1": "another one of this test", "password2": "another one of this test"}
    assert client.post(f"{address}password/", password).status_code == 403
    before = own.password
    own.refresh_from_db()
    assert (own.role, own.is_active, own.password) == (Role.ADMINISTRATOR, True, before)


def test_the_administration_leads_to_the_settings_for_ones_own_password(world):
    client = browser_of(world, ADMINISTRATOR)
    assert client.get("/admin/password_change/")["Location"] == "/accounts/settings/"
    sent = {"old_password": "x", "new_password1": "y", "new_password2": "y"}
    assert client.post("/admin/password_change/", sent).status_code == 405


def names_under(patterns) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_under(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or ""


def test_every_address_has_its_row():
    assert set(names_under(get_resolver("meetings.urls").url_patterns)) == {row.name for row in ROWS}
    assert set(names_under(admin.site.get_urls())) == {row.name for row in ALL_ADMIN_ROWS}


def test_the_project_has_no_addresses_besides_the_pages_and_the_administration():
    everywhere = set(names_under(get_resolver().url_patterns))
    assert everywhere == {row.name for row in (*ROWS, *ALL_ADMIN_ROWS)}


def test_nobody_learns_what_there_is_and_what_there_is_not(world):
    """The way to the sign-in page is the same for a task that exists and for one that does not."""
    client = Client()
    for address in ("/tasks/{}/", "/meetings/{}/"):
        there = client.get(address.format(world.overdue.pk if "tasks" in address else world.meeting.pk))
        not_there = client.get(address.format(999999))
        assert there.status_code == not_there.status_code == 302
        assert urlsplit(there["Location"]).path == urlsplit(not_there["Location"]).path == "/accounts/login/"


def test_a_page_that_is_not_there_tells_nobody_of_the_register(world):
    page = Client().get("/no/such/page/")
    assert page.status_code == 404
    text = page.content.decode()
    assert world.meeting.title not in text
    assert world.overdue.text not in text
    assert 'href="/tasks/"' not in text.split("<main")[0], "no navigation for who is not signed in"


def test_an_account_that_is_switched_off_is_signed_out_at_once(world):
    client = browser_of(world, SECRETARIAT)
    Account.objects.filter(pk=world.secretariat.pk).update(is_active=False)
    response = client.get("/tasks/")
    assert response.status_code == 302
    assert urlsplit(response["Location"]).path == "/accounts/login/"


@pytest.mark.long
@pytest.mark.same_on_both
def test_every_write_needs_the_token_against_forgery(world, places):
    for row in ROWS:
        if row.post[SECRETARIAT] == 302:
            client = Client(enforce_csrf_checks=True)
            if row.name != "login":
                client.force_login(world.secretariat)
            assert ask(client, "post", row, places).status_code == 403, row.address


@pytest.mark.parametrize("year", ["0", "99999", "99999999999999999999", "x"])
def test_a_year_that_no_calendar_has_is_a_wrong_filter_of_the_administration(world, year):
    client = browser_of(world, ADMINISTRATOR)
    answer = client.get(f"/admin/meetings/tasklog/?effective_on__year={year}")
    assert answer.status_code in (200, 302)
