"""The administrator's page of jobs, and what other pages say while no worker is there."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from meetings.jobs.heartbeat import Heartbeat
from meetings.jobs.worker import Worker
from meetings.models import Account, Language, Role
from tests import factories
from tests.helpers import compact_html

from .samples import fail, note

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client) -> Account:
    """An administrator who reads English, signed in with ``client``."""
    account = factories.account(Role.ADMINISTRATOR, language=Language.ENGLISH)
    client.force_login(account)
    return account


def test_the_page_says_what_waits_and_what_failed_and_why(client, administrator):
    note.enqueue("done")
    DBTaskResult.objects.filter(pk=fail.enqueue("no luck").id).update(worker_ids=["a", "b", "c"])
    Worker().run_ready()
    note.enqueue("waiting")
    response = client.get("/jobs/")
    assert [job.status for job in response.context["table"].rows.data] == ["FAILED", "READY", "SUCCESSFUL"]
    page = compact_html(response)
    assert page.index("Fail with a word") < page.index("Note a word")
    assert '<div class="user-text">no luck</div>' in page


def test_a_job_that_failed_is_tried_again_when_an_administrator_says_so(client, administrator):
    job = DBTaskResult.objects.filter(pk=fail.enqueue("no luck").id)
    job.update(worker_ids=["a", "b", "c"])
    Worker().run_ready()
    assert job.get().status == "FAILED"
    answer = client.post(f"/jobs/{job.get().pk}/retry/")
    assert (answer.status_code, answer.url) == (302, "/jobs/")
    assert (job.get().status, job.get().worker_ids) == ("READY", [])
    assert job.get().run_after <= timezone.now()
    Worker().run_ready()
    assert (job.get().status, len(job.get().worker_ids)) == ("READY", 1), "it has its four attempts anew"


@pytest.mark.parametrize("status", ["RUNNING", "SUCCESSFUL"])
def test_what_runs_or_is_done_is_not_tried_again(client, administrator, status):
    job = DBTaskResult.objects.filter(pk=note.enqueue("once").id)
    job.update(status=status)
    answer = client.post(f"/jobs/{job.get().pk}/retry/")
    (message,) = get_messages(answer.wsgi_request)
    assert "nothing to try again" in str(message)
    assert job.get().status == status


def test_pages_that_rely_on_a_worker_say_when_none_is_there(client, staff, settings, tmp_path):
    settings.WORKERS_DIR = tmp_path
    address = f"/tasks/{factories.task().pk}/?open=remind"
    page = compact_html(client.get(address))
    assert "No worker has been seen" in page
    assert "An administrator starts one." in page
    with Heartbeat("a worker"):
        assert "No worker" not in compact_html(client.get(address))


def test_the_page_of_jobs_says_when_no_worker_is_there(client, administrator, settings, tmp_path):
    settings.WORKERS_DIR = tmp_path
    for address in ("/jobs/", "/robots/"):
        page = compact_html(client.get(address))
        assert "No worker has been seen: mails and messages wait until one runs. Start one: systemctl start" in page
        assert "An administrator" not in page, "who reads it is one"
    with Heartbeat("a worker"):
        assert "No worker" not in compact_html(client.get("/jobs/"))
