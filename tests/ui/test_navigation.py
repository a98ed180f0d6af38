"""The line of entries over every page: which of them the page belongs to."""

import pytest

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.same_on_both]


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/inbox/", "/"),
        ("/chasing/", "/"),
        ("/views/", "/tasks/"),
        ("/import/", "/meetings/"),
        ("/fill-in/", "/fill-in/"),
        ("/reports/calendar/", "/reports/"),
        ("/back-dated/", "/reports/"),
    ],
)
def test_a_page_marks_the_entry_that_leads_to_it(client, address, entry):
    client.force_login(factories.secretariat())
    line = client.get(address).content.decode().split('class="topbar-nav')[1].split("</nav>")[0]
    marked = [link.split('"')[0] for link in line.split('href="')[1:] if "aria-current=" in link.split(">")[0]]
    assert marked == [entry]
