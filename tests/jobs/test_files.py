"""A long file is written by the worker: who asked sees how far it is, and fetches it alone."""

from __future__ import annotations

import datetime
import io
import zipfile

import docx
import openpyxl
import pytest
from django.db.models import Count
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from meetings.exports import register
from meetings.jobs import files
from meetings.jobs.files import KEPT_FOR, find_file
from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import RETRY_AFTER, Worker
from meetings.models import Language, Meeting, Person, Role, Task, WorkbookHandout
from meetings.tasks import exports
from tests import factories
from tests.helpers import compact_html

pytestmark = pytest.mark.django_db
LIST = "/tasks/?sort=-number&as_of=2024-02-09&export="


@pytest.fixture
def folder(settings, tmp_path):
    """Where files lie that are kept to be fetched."""
    settings.EXPORTS_DIR = tmp_path / "exports"
    return settings.EXPORTS_DIR


@pytest.fixture
def reader(client, monkeypatch, folder):
    """A reader with a register that is long for this test, and a worker that lives."""
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 17)
    factories.real_meeting()
    account = factories.account(Role.READER, language=Language.ENGLISH)
    client.force_login(account)
    with Heartbeat("a worker"):
        yield account


def ask(client, address: str) -> str:
    """Ask for a long workbook, and return the address of the page that waits for it."""
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url.startswith("/exports/")
    return answer.url


def saved(answer) -> tuple[str, list]:
    """Return the name of a file, and its lines, or what each cell of its sheets is and looks like."""
    content = b"".join(answer.streaming_content)
    if answer["Content-Type"] == "text/csv; charset=utf-8":
        return answer["Content-Disposition"], content.splitlines()
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    cells = [
        (
            sheet.title,
            cell.coordinate,
            cell.value,
            cell.data_type,
            cell.number_format,
            cell.font.sz,
            cell.font.b,
        )
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    return answer["Content-Disposition"], cells


@pytest.mark.long
@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}xlsx",
        f"{LIST}shown-xlsx",
        f"{LIST}csv",
        f"{LIST}shown-csv",
        "/reports/register/?as_of=2024-02-09",
        "/reports/appraisal/?from=2023-11-08&to=2024-02-09&export=xlsx",
        "/meetings/{meeting}/?export=breakdown",
        "/meetings/{meeting}/?export=status&as_of=2024-02-09&known_on=2024-03-01",
    ],
)
def test_the_file_is_the_one_that_a_request_would_have_written(client, reader, monkeypatch, address):
    address = address.format(meeting=Meeting.objects.get().pk)
    page = ask(client, address)
    Worker().run_ready()
    fetched = saved(client.get(f"{page}file/"))
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1_000)
    assert saved(client.get(address)) == fetched
    assert len(fetched[1]) > 18


@pytest.mark.long
@pytest.mark.parametrize(("form", "sheets"), [("xlsx", 12), ("zip", 12)])
def test_fill_in_workbooks_of_many_tasks_are_those_that_a_request_would_have_written(
    client, reader, monkeypatch, form, sheets
):
    def read(answer) -> list[tuple[str, list]]:
        content = io.BytesIO(b"".join(answer.streaming_content))
        books = [("", content)]
        if form == "zip":
            with zipfile.ZipFile(content) as archive:
                books = [(name, io.BytesIO(archive.read(name))) for name in archive.namelist()]
        # The last column has signatures, which are other ones each time.
        return [
            (name + sheet.title, [row[:-1] for row in sheet.iter_rows(values_only=True) if row[0] != "1"])
            for name, book in books
            for sheet in openpyxl.load_workbook(book).worksheets
        ]

    client.force_login(factories.account(Role.SECRETARIAT, language=Language.ENGLISH))
    address = f"/fill-in/workbook/?form={form}&send_to=秘书处"
    page = ask(client, address)
    assert WorkbookHandout.objects.count() == sheets, "they are out once they were asked for"
    Worker().run_ready()
    fetched = read(client.get(f"{page}file/"))
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1_000)
    assert read(client.get(address)) == fetched
    assert len(fetched) == sheets


def test_workbooks_that_have_nothing_to_fill_in_make_no_job(client, reader):
    client.force_login(factories.account(Role.SECRETARIAT, language=Language.ENGLISH))
    address = f"/fill-in/workbook/?department={factories.department(name='新设部').pk}"
    answer = client.get(address)
    assert (answer.status_code, DBTaskResult.objects.count()) == (422, 0)
    assert "nothing to fill in" in compact_html(answer)


@pytest.mark.parametrize(
    ("role", "address", "rows"),
    [
        (Role.READER, "/back-dated/?export={}&from=2023-11-01", 18),
        (Role.ADMINISTRATOR, "/accounts/changes/?export={}&kind=sign_ins", 3),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_list_of_entries_is_the_one_that_a_request_would_have_written(
    client, reader, monkeypatch, role, address, rows, ending
):
    account = factories.account(role, language=Language.ENGLISH)
    for task in Task.objects.all():
        factories.progress(task, on=datetime.date(2024, 2, 1))
    for _time in range(3):
        client.force_login(account)
    monkeypatch.setattr(files, "ROWS_AT_ONCE", rows - 1)
    page = ask(client, address.format(ending))
    Worker().run_ready()
    fetched = saved(client.get(f"{page}file/"))
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1_000)
    assert saved(client.get(address.format(ending))) == fetched
    assert len(fetched[1]) > rows


@pytest.mark.parametrize(
    ("address", "tasks"),
    [
        ("/reports/bulletin/?from=2023-11-08&to=2024-02-09", 7),
        ("/reports/meeting/?meeting={meeting}&as_of=2024-02-09", 18),
        ("/reports/reply/?person={person}&as_of=2024-02-09", 3),
        ("/reports/slips/", 18),
        ("/meetings/{meeting}/?export=document&as_of=2024-02-09", 18),
    ],
)
def test_a_report_that_tells_of_many_tasks_is_the_one_that_a_request_would_have_written(
    client, reader, monkeypatch, address, tasks
):
    def paragraphs(answer) -> list[str]:
        document = docx.Document(io.BytesIO(b"".join(answer.streaming_content)))
        cells = [cell.text for table in document.tables for cell in table._cells]
        return [*(line.text for line in document.paragraphs), *cells]

    suggester = Person.objects.annotate(made=Count("suggestion_sources")).order_by("-made", "pk")[0]
    address = address.format(meeting=Meeting.objects.get().pk, person=suggester.pk)
    monkeypatch.setattr(files, "ROWS_AT_ONCE", tasks - 1)
    page = ask(client, address)
    Worker().run_ready()
    fetched = paragraphs(client.get(f"{page}file/"))
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1_000)
    assert paragraphs(client.get(address)) == fetched
    assert len(fetched) > 7


def test_a_list_in_order_is_written_in_that_order(client, reader):
    page = ask(client, f"{LIST}xlsx&columns=number,text")
    Worker().run_ready()
    _name, cells = saved(client.get(f"{page}file/"))
    numbers = [value for _sheet, place, value, *_looks in cells if place[0] == "B" and place != "B1"]
    assert numbers == sorted(numbers, reverse=True)


def test_its_page_says_how_far_it_is_and_leads_to_it(client, reader, monkeypatch):
    monkeypatch.setattr(register, "CHUNK_SIZE", 7)
    page, seen = ask(client, f"{LIST}xlsx"), []
    assert "The file waits for its turn." in compact_html(client.get(page))
    note = files._note_progress

    def look(key: str, done: int, count: int) -> None:
        note(key, done, count)
        seen.append(compact_html(client.get(page)))

    monkeypatch.setattr(files, "_note_progress", look)
    assert client.get(page, headers={"HX-Request": "true"}).content, "the page asks again by itself"
    Worker().run_ready()
    assert client.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert [f"{done} of 18 rows" in html for done, html in zip((7, 14, 18), seen, strict=True)] == [True] * 3
    assert '<progress class="job-progress" value="7" max="18">' in seen[0]
    assert '<meta http-equiv="refresh" content="2">' in seen[0]
    html = compact_html(client.get(page))
    assert f'<meta http-equiv="refresh" content="0;url={page}file/">' in html
    assert "It is kept for 24 hours, for you alone." in html


def test_what_tells_of_no_rows_is_said_to_be_written_and_no_more(client, reader):
    page = ask(client, f"/meetings/{Meeting.objects.get().pk}/?export=document")
    DBTaskResult.objects.update(status="RUNNING")
    html = compact_html(client.get(page))
    assert "A file of 18 rows is being written." in html
    assert '<progress class="job-progress"></progress>' in html


def test_nobody_else_finds_it(client, reader):
    page = ask(client, f"{LIST}xlsx")
    Worker().run_ready()
    client.force_login(factories.account(Role.ADMINISTRATOR))
    assert [client.get(address).status_code for address in (page, f"{page}file/")] == [404, 404]


def test_it_is_removed_when_its_time_is_over(client, reader, folder):
    page = ask(client, f"{LIST}xlsx")
    Worker().run_ready()
    assert len(list(folder.iterdir())) == 1, "and nothing of how far it was"
    removal = DBTaskResult.objects.get(status="READY")
    assert abs(removal.run_after - timezone.now() - KEPT_FOR) < datetime.timedelta(minutes=1)
    DBTaskResult.objects.filter(pk=removal.pk).update(run_after=timezone.now())
    Worker().run_ready()
    assert list(folder.iterdir()) == []
    assert "The file has been removed: it is kept for 24 hours." in compact_html(client.get(page))
    answer = client.get(f"{page}file/")
    assert answer.status_code == 410
    assert "The file has been removed" in compact_html(answer)


def test_one_that_cannot_be_written_is_said_to_be(client, reader, folder, monkeypatch):
    def break_off(file, *arguments, **options):
        file.write(b"PK")
        raise ValueError("no luck")

    monkeypatch.setattr(exports, "write_register_workbook", break_off)
    page = ask(client, f"{LIST}xlsx")
    writing = DBTaskResult.objects.filter(task_path__endswith="write_list")
    Worker().run_ready()
    assert "It is tried again by itself" in compact_html(client.get(page))
    for _attempt in RETRY_AFTER:
        writing.update(run_after=timezone.now())
        Worker().run_ready()
    html = compact_html(client.get(page))
    assert "The file could not be written. Export it again" in html
    assert "http-equiv" not in html, "nothing more is waited for"
    assert client.get(f"{page}file/").status_code == 410
    assert list(folder.iterdir()) == []


def test_one_that_nobody_writes_at_the_moment_is_said_to_wait(client, reader, settings, tmp_path):
    page = ask(client, f"{LIST}xlsx")
    settings.WORKERS_DIR = tmp_path / "nobody"
    assert "what writes it does not run on this server" in compact_html(client.get(page))


@pytest.mark.parametrize("address", [f"{LIST}csv&department=特标部", f"{LIST}xlsx&department=特标部"])
def test_what_is_written_at_once_is_handed_out_at_once(client, reader, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    assert not DBTaskResult.objects.exists()


def test_without_a_worker_the_request_writes_it(client, reader, settings, tmp_path):
    settings.WORKERS_DIR = tmp_path / "nobody"
    assert client.get(f"{LIST}xlsx").status_code == 200


@pytest.mark.parametrize("address", [f"{LIST}xlsx", "/reports/register/"])
def test_asking_for_its_head_makes_no_job(client, reader, address):
    assert client.head(address).status_code == 200
    assert not DBTaskResult.objects.exists()


def test_a_key_leads_to_nothing_but_its_file(folder):
    find_file("a").parent.mkdir()
    find_file("a").write_bytes(b"mine")
    find_file("b").write_bytes(b"another's")
    files.remove_file.call("a")
    assert [path.name for path in folder.iterdir()] == ["b"]
