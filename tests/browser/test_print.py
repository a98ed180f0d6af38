"""What comes out of the printer: A4, what is shown in words on top, heads on every page, nothing to click."""

from __future__ import annotations

import io

import pdfplumber
import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from meetings.models import Meeting, Role, Task
from meetings.tasks.tables import TaskTable
from tests import factories
from tests.exports.exported_files import folded

A4 = (595, 842)


def printed(page: Page) -> list[pdfplumber.page.Page]:
    """Return the pages that the browser would print."""
    return pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages


def sizes(pages) -> set[tuple[int, int]]:
    return {(round(page.width), round(page.height)) for page in pages}


@pytest.fixture
def register():
    factories.real_meeting()
    call_command("generate_tasks", "60", verbosity=0)


def test_a_list_prints_its_heads_on_every_page_its_filters_and_its_day(visit, register):
    page = visit("/tasks/?per_page=200&status=not_started&status=closed", as_=Role.SECRETARIAT, language="en")
    sheets = printed(page)
    texts = [sheet.extract_text() for sheet in sheets]
    assert len(texts) > 2
    assert sizes(sheets) == {A4[::-1]}
    first = texts[0]
    for words in ("Tasks", "Status: ", "Not started", "Closed", "Printed on", "秘书处", "as of"):
        assert words in first, words
    rows = 0
    for number, text in enumerate(texts, start=1):
        assert "Deadline" in text, f"no heads on page {number}"
        assert "Health" in text, f"no heads on page {number}"
        assert f"{number} / {len(texts)}" in text
        rows += sum(text.count(word) for word in ("Not started", "Closed on time", "days late", "day late"))
    everything = "\n".join(texts)
    for gone in ("Dashboard", "Sign out", "Excel", "Find", "Sort by", "Rows a page", "Keys", "Choose"):
        assert gone not in everything, f"{gone} is not for paper"
    # Every row is whole: none of it is on the next page.
    assert rows >= 60


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_list_of_every_column_prints_on_a3_in_letters_that_can_be_read(visit, register, language):
    columns = ",".join(TaskTable.base_columns)
    page = visit(f"/tasks/?per_page=50&columns={columns}", as_=Role.READER, language=language)
    sheets = printed(page)
    assert sizes(sheets) == {(1191, 842)}
    for sheet in sheets:
        assert min(letter["size"] for letter in sheet.chars) >= 7.9
        assert max(letter["x1"] for letter in sheet.chars) < sheet.width - 20
        assert ("工作任务" if language == "zh-hans" else "Task") in folded(sheet.extract_text()), (
            "the head is on each page"
        )


def test_a_list_of_several_pages_prints_all_and_says_so_where_it_does_not(visit, register):
    page = visit("/tasks/?per_page=25", as_=Role.READER, language="en")
    assert "Rows 1 to 25 of 78" in printed(page)[0].extract_text()
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes' }")
    page.get_by_role("link", name="Print").click()
    page.locator("html[data-printed=yes]").wait_for()
    assert page.locator("#results tbody tr").count() == 78


@pytest.mark.parametrize(
    ("path", "expected", "absent"),
    [
        ("/tasks/{task}/", ["What is to be done", "Log", "As of"], ["More to do", "Progress, or the reason", "Save"]),
        ("/meetings/{meeting}/", ["任务分解表", "About the meeting", "Remarks"], ["Excel", "Rules for"]),
        pytest.param("/meetings/", ["Meetings", "Document number"], ["Import minutes"], marks=pytest.mark.slow),
        pytest.param("/", ["All tasks", "By department", "As of"], ["Begin", "Today,"], marks=pytest.mark.slow),
    ],
)
def test_other_pages_print_what_they_say_and_nothing_to_click(visit, register, path, expected, absent):
    meeting = Meeting.objects.get(document_number__contains="81")
    task = Task.objects.filter(suggestion__meeting=meeting).first()
    page = visit(
        path.format(task=task.pk, meeting=meeting.pk), as_=Role.SECRETARIAT, language="en", color_scheme="dark"
    )
    sheets = printed(page)
    text = "\n".join(sheet.extract_text() for sheet in sheets)
    assert sizes(sheets) <= {A4, A4[::-1]}
    assert len(sizes(sheets)) == 1
    for words in (*expected, "Printed on"):
        assert words in text, words
    for words in (*absent, "Sign out", "Search"):
        assert words not in text, f"{words} is not for paper"
    # Dark pages print black on white, too.
    assert not [
        r for r in sheets[0].rects if r["width"] > 500 and r["height"] > 700 and r.get("non_stroking_color") == (0,)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "heading"), [("/?whole=silent", "Not reported"), ("/meetings/{meeting}/", "Deadlines on")]
)
def test_what_was_opened_on_the_screen_is_on_paper(visit, register, path, heading):
    meeting = Meeting.objects.get(document_number__contains="81")
    page = visit(path.format(meeting=meeting.pk), as_=Role.SECRETARIAT, language="en")
    rows = page.locator("main tbody th, main .dashboard-chased-name").evaluate_all(
        "all => all.filter(cell => cell.offsetParent).map(cell => cell.textContent)"
    )
    assert len(rows) > 5
    everything = folded("".join(sheet.extract_text() for sheet in printed(page)))
    assert folded(heading) in everything
    for row in rows:
        # Further on, a font's letters may be read as the radicals that look the same.
        assert folded(row)[:4] in everything, row
