"""Webhooks: another system is told at once what was recorded, signed, and what it answers is listed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from meetings.errors import InvalidInputError
from meetings.jobs.worker import MAX_ATTEMPTS, Worker
from meetings.models import ChangeLog, MailState, WebhookMessage
from meetings.notifications import ssrf_guard, webhook_posts, webhook_views
from meetings.notifications.robot_messages import deliver_robot_message
from meetings.notifications.webhook_posts import parse_webhook_address
from meetings.notifications.webhooks import add_webhook, deliver_webhook_message
from tests import factories

pytestmark = pytest.mark.django_db


class Receiver:
    """A loopback server that checks nothing and keeps all, as another system would before it checks."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        self.status, self.headers, self.drip = 204, {}, b""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                if receiver.drip:
                    with suppress(OSError):
                        while receiver.drip:
                            self.wfile.write(receiver.drip)
                            time.sleep(0.01)
                    return
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}/hook?key=s3cret"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def is_genuine(secret: str, headers: dict[str, str], body: str) -> bool:
    """Check a message as docs/api.md says a receiver does."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(f"v1,{expected}", headers["webhook-signature"])


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def secret(world, receiver) -> str:
    """The secret of the receiver's webhook, which has been greeted."""
    _webhook, secret = add_webhook(actor=world.administrator, address=receiver.address)
    Worker().run_ready()
    assert json.loads(receiver.received.pop()[1])["type"] == "webhook.added"
    return secret


def test_what_is_recorded_is_told_by_ids_and_signed(world, receiver, secret):
    task = world.due_soon
    entry = factories.progress(task, on=world.day, note="张三已完成调研。")
    Worker().run_ready()
    ((headers, body),) = receiver.received
    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body.replace("progress", "closed"))
    assert not is_genuine(secret, {**headers, "webhook-timestamp": "1700000000"}, body)
    told = json.loads(body)["data"]["entries"]
    assert told == [
        {
            "task": task.pk,
            "meeting": world.meeting.pk,
            "sequence": entry.sequence,
            "kind": "progress",
            "effective_on": world.day.isoformat(),
            "status": "in_progress",
        }
    ]
    assert "张三" not in body
    message = WebhookMessage.objects.first()
    assert (message.state, message.answer, message.body) == (MailState.SENT, "HTTP 204", body)


def test_what_was_not_taken_is_tried_again_and_both_answers_are_told(world, receiver, secret):
    receiver.status = 503
    factories.progress(world.due_soon, on=world.day)
    Worker().run_ready()
    message = WebhookMessage.objects.first()
    assert (message.state, message.problem) == (MailState.WAITING, "对方返回 HTTP 503。")
    job = DBTaskResult.objects.get(status=TaskResultStatus.READY)
    receiver.status = 200
    DBTaskResult.objects.filter(pk=job.pk).update(run_after=world.administrator.date_joined)
    Worker().run_ready()
    message.refresh_from_db()
    assert (message.state, message.answer, message.attempts) == (MailState.SENT, "HTTP 200", 2)
    first, second = (headers["webhook-id"] for headers, _body in receiver.received)
    assert first == second, "by which the other system knows it again"


def test_what_was_never_taken_has_failed(world, receiver, secret, client):
    receiver.status = 503
    factories.progress(world.due_soon, on=world.day)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        DBTaskResult.objects.update(run_after=world.administrator.date_joined)
        Worker().run_ready()
        client.force_login(world.administrator)
        page = client.get("/webhooks/").content.decode()
        assert ('<strong class="text-danger">失败</strong>' in page) == (attempt == MAX_ATTEMPTS)
    assert DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count() == 1


def test_no_redirect_is_followed(world, receiver, secret):
    receiver.status, receiver.headers = 307, {"Location": receiver.address}
    factories.progress(world.due_soon, on=world.day)
    Worker().run_ready()
    assert len(receiver.received) == 1
    assert "307" in WebhookMessage.objects.first().problem


@pytest.mark.parametrize("drip", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Y: "])
@pytest.mark.same_on_both
def test_an_answer_that_never_ends_is_given_up(world, receiver, secret, monkeypatch, drip):
    monkeypatch.setattr(ssrf_guard, "MAX_SECONDS", 0.3)
    receiver.drip = drip
    factories.progress(world.due_soon, on=world.day)
    Worker().run_ready()
    receiver.drip = b""
    assert WebhookMessage.objects.first().problem == "对方未及时应答。"


def test_a_name_that_leads_inside_only_when_it_is_posted_to_is_told_nothing(world, receiver, secret, settings):
    settings.WEBHOOK_HOSTS = []
    with pytest.MonkeyPatch.context() as patch:
        # As a name that says one thing to who asks first, and another to who connects.
        patch.setattr(webhook_posts, "find_inside", lambda _address: None)
        factories.progress(world.due_soon, on=world.day)
        Worker().run_ready()
    assert receiver.received == []
    assert "127.0.0.1" in WebhookMessage.objects.first().problem


def test_messages_of_two_registers_have_names_of_their_own(world, receiver, secret):
    message = factories.progress(world.due_soon, on=world.day) and WebhookMessage.objects.first()
    Worker().run_ready()
    WebhookMessage.objects.filter(pk=message.pk).update(state=MailState.WAITING, created_at="2026-01-01T00:00:00Z")
    deliver_webhook_message.call(message.pk)
    first, second = (headers["webhook-id"] for headers, _body in receiver.received)
    assert first != second


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "https://10.0.0.5/hook",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
    ],
)
def test_an_address_inside_is_refused_unless_the_settings_allow_it(settings, address):
    with pytest.raises(InvalidInputError, match="WEBHOOK_HOSTS"):
        parse_webhook_address(address)
    settings.WEBHOOK_HOSTS = ["10.0.0.5"]
    assert parse_webhook_address("https://10.0.0.5/hook") == "https://10.0.0.5/hook"


def test_a_name_that_leads_inside_by_now_is_not_posted_to(world, receiver, secret, settings):
    settings.WEBHOOK_HOSTS = []
    factories.progress(world.due_soon, on=world.day)
    Worker().run_ready()
    assert receiver.received == []
    assert "127.0.0.1" in WebhookMessage.objects.first().problem


@pytest.mark.parametrize("page", ["webhooks", "robots"])
def test_no_writer_waits_for_the_look_at_an_address(world, client, monkeypatch, page):
    client.force_login(world.administrator)
    outermost, depths = len(connection.savepoint_ids), []

    def look_up(host: str, port: int, **_options: Any) -> list:
        depths.append(len(connection.savepoint_ids))
        raise OSError(host)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    address = "https://portal.example.org/hook"
    assert client.post(f"/{page}/", {"address": address, "secret_address": address}).status_code in (200, 302)
    assert set(depths) == {outermost}


@pytest.mark.parametrize("text", ["", "ftp://example.org/", "https://", "example.org", "https://a@example.org/", "x\n"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidInputError):
        parse_webhook_address(text)


def test_an_administrator_enters_and_removes_addresses_and_sees_the_secret_once(world, receiver, client):
    client.force_login(world.administrator)
    page = client.post("/webhooks/", {"address": receiver.address})
    secret = page.context["secret"]
    assert secret.startswith("whsec_")
    assert secret in page.content.decode()
    Worker().run_ready()
    page = client.get("/webhooks/").content.decode()
    assert "HTTP 204" in page
    assert secret not in page
    assert "s3cret" not in page, "the address may hold a secret of its own"
    assert "s3cret" not in str(ChangeLog.objects.latest("pk").changes)
    assert client.post("/webhooks/", {"address": receiver.address}).status_code == 422
    webhook = WebhookMessage.objects.first().webhook
    client.post(f"/webhooks/{webhook.pk}/remove/")
    assert not WebhookMessage.objects.exists()
    factories.progress(world.due_soon, on=world.day)
    Worker().run_ready()
    assert len(receiver.received) == 1


def test_what_was_answered_is_listed_for_as_long_as_it_is_kept(world, receiver, secret, client, monkeypatch):
    monkeypatch.setattr(webhook_views, "MESSAGES_PER_PAGE", 2)
    for _number in range(3):
        factories.progress(world.due_soon, on=world.day)
    client.force_login(world.administrator)
    pages = [client.get("/webhooks/", {"page": number}).content.decode() for number in (1, 2)]
    assert [page.count("<code>") for page in pages] == [2, 2]
    assert "?page=2#sent" in pages[0]


def test_what_others_wait_for_comes_before_webhooks(world, receiver, secret):
    factories.progress(world.due_soon, on=world.day)
    deliver_robot_message.enqueue(0)
    assert DBTaskResult.objects.ready().first().task_path.endswith("deliver_robot_message")
