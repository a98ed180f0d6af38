"""Lists kept under a name: what is kept of them, who sees them, who may change them, and which page opens first."""

import datetime
from urllib.parse import quote, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, strategies as st
from lxml import html

from meetings.errors import InvalidInputError
from meetings.models import Account, Department, Role, SavedView
from meetings.tasks.saved_views import EXCLUDED_PARAMETERS, build_saved_query, is_same_list
from meetings.tasks.services.saved_views import MAX_NAME_LENGTH, save_view
from meetings.tasks.tables import TaskTable
from tests import factories

pytestmark = pytest.mark.django_db

QUERY = "status=not_started&sort=-due&columns=number,text,due"


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def save(client: Client, name: str = "未开始", query: str = QUERY, **sent):
    return client.post("/views/", {"name": name, "query": query, **sent})


def page(client: Client, address: str = "/views/") -> str:
    return client.get(address).content.decode()


# --- what is kept -------------------------------------------------------------------------------


def test_a_list_is_saved_from_its_menu_with_filters_columns_and_sorting_but_not_its_day_or_page(world):
    client = signed_in(world.reader)
    client.post("/tasks/columns/", {"column": ["text", "meeting"], "next": "/tasks/"})
    listing = client.get(f"/tasks/?status=not_started&sort=-due&q=&page=1&per_page=25&as_of={world.day}").context[
        "listing"
    ]
    response = save(client, query=listing.saved_query)
    view = SavedView.objects.get()
    assert QueryDict(view.query).dict() == {"status": "not_started", "sort": "-due", "columns": "text,meeting"}
    assert response["Location"] == f"/tasks/?{view.query}"
    # Somebody else with other columns of their own, by nothing but the link.
    assert signed_in(world.secretariat).get(response["Location"]).context["listing"].columns == ["text", "meeting"]


PARAMETERS = st.dictionaries(
    st.sampled_from(["q", "status", "department", "sort", "columns", *sorted(EXCLUDED_PARAMETERS)]),
    st.lists(st.text(max_size=5), min_size=1, max_size=3),
)


@given(PARAMETERS)
def test_what_is_kept_reads_back_as_it_was_and_is_kept_but_once(parameters):
    params = QueryDict(mutable=True)
    for name, values in parameters.items():
        params.setlist(name, values)
    query = build_saved_query(params, ["text"])
    read = QueryDict(query)
    assert not EXCLUDED_PARAMETERS & set(read)
    for name, values in parameters.items():
        if name not in EXCLUDED_PARAMETERS and any(values):
            assert read.getlist(name) == [value for value in values if value]
    assert build_saved_query(read, ["number"]) == query
    assert is_same_list(query, query)


def test_the_same_list_is_known_whatever_the_order_of_its_parameters():
    assert is_same_list(
        "status=closed&status=not_started&q=a&columns=text", "columns=text&q=a&status=not_started&status=closed"
    )
    assert not is_same_list("columns=text,due", "columns=due,text")
    assert not is_same_list("status=closed", "status=closed&q=a")


def test_the_list_says_its_name_while_it_is_that_list(world):
    client = signed_in(world.reader)
    save(client)
    for query in (QUERY, "columns=number,text,due&sort=-due&status=not_started&per_page=25"):
        assert [view.name for view in client.get(f"/tasks/?{query}").context["listing"].current_views] == ["未开始"]
    assert not client.get(f"/tasks/?{QUERY}&q=培训").context["listing"].current_views


def test_what_the_menu_holds_comes_when_it_is_opened(world):
    client = signed_in(world.reader)
    save(client)
    yesterday = world.day - datetime.timedelta(days=1)
    address = f"/tasks/?{QUERY}&as_of={yesterday}"
    assert "将此列表保存为视图" not in page(client, address)
    menu = client.get("/views/", {"next": address}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in menu
    assert 'aria-current="true"' in menu
    assert f'name="as_of" value="{yesterday}"' in menu
    wrong = client.get("/views/", {"next": "/tasks/?status=nonsense"}, headers={"HX-Request": "true"}).content.decode()
    assert "将此列表保存为视图" not in wrong
    assert "管理全部视图" in wrong


def test_without_scripts_a_list_is_saved_on_the_page_of_views(world):
    client = signed_in(world.reader)
    form = html.fromstring(page(client, f"/views/?next=/tasks/%3F{quote(QUERY)}")).xpath("//form[@class='view-form']")[
        0
    ]
    sent = {field.name: field.value for field in form.inputs if field.name}
    client.post("/views/", {**sent, "name": "未开始的"})
    assert is_same_list(SavedView.objects.get().query, form.fields["query"])
    assert QueryDict(SavedView.objects.get().query)["status"] == "not_started"


def test_a_list_without_meaning_is_not_saved(world):
    response = save(signed_in(world.reader), query="health=purple")
    assert response.status_code == 422
    assert "purple" in response.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.long
def test_a_name_that_is_taken_is_asked_about_with_everything_typed_still_there(world):
    client = signed_in(world.secretariat)
    save(client)
    response = save(client, query="status=closed", shared_with="leader")
    form = response.context["save_form"]
    assert response.status_code == 409
    assert (form["query"].value(), form["name"].value(), form["shared_with"].value()) == (
        "status=closed",
        "未开始",
        "leader",
    )
    assert SavedView.objects.get().query == QUERY
    save(client, query="status=closed", shared_with="leader", overwrite="on")
    view = SavedView.objects.get()
    assert (QueryDict(view.query)["status"], view.shared_with) == ("closed", "leader")
    # The same name is free for everybody else.
    assert save(signed_in(world.reader)).status_code == 302


@pytest.mark.parametrize("name", ["", "   ", "长" * 101])
@pytest.mark.same_on_both
def test_a_view_needs_a_name_that_fits(world, name):
    assert save(signed_in(world.reader), name=name).status_code == 422


# --- who sees and changes them ------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.same_on_both
def test_a_view_is_seen_by_its_owner_and_by_the_role_it_is_shared_with(world):
    save(signed_in(world.secretariat), shared_with="leader")
    view = SavedView.objects.get()
    for account, status in ((world.secretariat, 302), (world.leader, 302), (world.reader, 404)):
        client = signed_in(account)
        response = client.get(f"/views/{view.pk}/")
        assert response.status_code == status
        assert (view.name in page(client)) is (status == 302)
        menu = client.get("/views/?next=/tasks/", headers={"HX-Request": "true"}).content.decode()
        assert (view.name in menu) is (status == 302)
    assert urlsplit(signed_in(world.leader).get(f"/views/{view.pk}/")["Location"]).query == view.query


def test_others_than_the_owner_may_open_a_shared_view_and_nothing_else(world):
    save(signed_in(world.secretariat), shared_with="reader")
    view = SavedView.objects.get()
    client = signed_in(world.reader)
    assert client.post(f"/views/{view.pk}/change/", {"name": "我的"}).status_code == 403
    assert client.post(f"/views/{view.pk}/delete/").status_code == 403
    assert client.post(f"/views/{view.pk}/first-page/").status_code == 302
    view.refresh_from_db()
    assert view.name == "未开始"


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.same_on_both
def test_everybody_shares_with_their_own_role_and_the_secretariat_with_any(world, role):
    for number, other in enumerate(Role.values):
        response = save(signed_in(world.accounts[role]), name=f"视图{number}", shared_with=other)
        assert response.status_code == (302 if role in (other, Role.SECRETARIAT) else 422), other


def test_a_view_is_renamed_shared_otherwise_and_deleted(world):
    client = signed_in(world.secretariat)
    save(client, name="甲", shared_with="leader")
    save(client, name="乙")
    first = SavedView.objects.get(name="甲")
    response = client.post(f"/views/{first.pk}/change/", {"name": "乙", "shared_with": ""})
    assert response.status_code == 422
    assert "“乙”" in response.content.decode()
    client.post(f"/views/{first.pk}/change/", {"name": "丙", "shared_with": "reader"})
    first.refresh_from_db()
    assert (first.name, first.shared_with) == ("丙", "reader")
    client.post(f"/views/{first.pk}/delete/")
    assert [view.name for view in SavedView.objects.all()] == ["乙"]


def test_a_view_whose_filter_has_lost_its_meaning_says_so_where_it_is_listed_and_opened(world):
    client = signed_in(factories.account(Role.READER, language="en"))
    gone = Department.objects.create(name="撤销部")
    save(client, query=f"department={gone.pk}")
    gone.delete()
    view = SavedView.objects.get()
    assert "is not known here" in page(client)
    opened = client.get(client.get(f"/views/{view.pk}/")["Location"]).context["listing"]
    assert opened.errors
    assert opened.row_count == 0


def test_the_page_says_filters_order_and_columns_in_words(world):
    client = signed_in(factories.account(Role.READER, language="en"))
    save(client)
    said = page(client)
    for words in ("Status: Not started", "Sorted by: Deadline, descending", "Columns: No., Task, Deadline"):
        assert words in said, words


# --- the first page -----------------------------------------------------------------------------


PASSWORD = "correct horse 7"


@pytest.fixture
def newcomer() -> Account:
    return factories.account(Role.READER, password=PASSWORD)


def lands(account: Account, next_page: str = "") -> str:
    sent = {"username": account.username, "password": PASSWORD, "next": next_page}
    return Client().post("/accounts/login/", sent)["Location"]


def test_a_name_may_be_as_long_as_it_is_kept(newcomer):
    save_view(owner=newcomer, name="长" * MAX_NAME_LENGTH, query="status=closed")
    with pytest.raises(InvalidInputError):
        save_view(owner=newcomer, name="长" * (MAX_NAME_LENGTH + 1), query="status=closed")


def test_a_view_opens_after_signing_in_until_it_is_no_longer_the_first_page(newcomer):
    client = signed_in(newcomer)
    save(client)
    view = SavedView.objects.get()
    assert lands(newcomer) == "/"
    client.post(f"/views/{view.pk}/first-page/")
    assert lands(newcomer) == lands(newcomer, "/") == f"/tasks/?{view.query}"
    assert lands(newcomer, "/meetings/") == "/meetings/", "who was on the way somewhere gets there"
    client.post(f"/views/{view.pk}/first-page/", {"stop": "1"})
    assert lands(newcomer) == "/"


def test_a_first_page_that_is_deleted_or_shared_no_longer_is_the_page_of_the_settings(world, newcomer):
    owner = signed_in(world.secretariat)
    for ending in ("change", "delete"):
        save(owner, name=ending, shared_with="reader")
        view = SavedView.objects.get()
        client = signed_in(newcomer)
        client.post(f"/views/{view.pk}/first-page/")
        assert lands(newcomer).startswith("/tasks/?")
        owner.post(f"/views/{view.pk}/{ending}/", {"name": ending, "shared_with": ""})
        assert lands(newcomer) == "/"
        assert client.get("/accounts/settings/").status_code == 200
        SavedView.objects.all().delete()


def test_every_column_can_be_kept(world):
    client = signed_in(world.reader)
    save(client, query=f"columns={','.join(TaskTable.base_columns)}")
    assert client.get(client.get(f"/views/{SavedView.objects.get().pk}/")["Location"]).context["listing"].errors == []


@pytest.mark.long
def test_many_views_come_in_pages_the_own_first_and_a_refused_change_on_its_own(world):
    for number in range(30):
        save_view(owner=world.reader, name=f"视图{number:02}", query=QUERY, shared_with="")
    client = signed_in(world.reader)
    assert [len(client.get(f"/views/?page={number}").context["own"]) for number in (1, 2)] == [25, 5]
    assert "page=2" in page(client)
    last = SavedView.objects.get(name="视图29")
    refused = client.post(f"/views/{last.pk}/change/", {"name": "", "shared_with": ""})
    assert refused.status_code == 422
    assert f'id="view-{last.pk}"' in refused.content.decode()
