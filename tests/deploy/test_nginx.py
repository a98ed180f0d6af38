"""The shipped nginx, with nobody behind it or with two that note what they are asked."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import missing

from .site import NGINX_PATH, Site

pytestmark = [pytest.mark.same_on_both, pytest.mark.long]


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    """A place for nginx, which a test starts."""
    if shutil.which("nginx", path=NGINX_PATH) is None:
        missing("nginx", required_by="REQUIRE_NGINX")
    site = Site(tmp_path)
    yield site
    site.close()


class Upstream(threading.Thread):
    """Notes what it is asked on a socket, and answers as it is told: with a status, or by hanging up."""

    def __init__(self, path: Path, answer: Callable[[str], int | None]) -> None:
        super().__init__(daemon=True)
        self.answer, self.asked, self.headers = answer, list[str](), list[bytes]()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.start()

    def run(self) -> None:
        while True:
            connection, _address = self.listener.accept()
            with connection, connection.makefile("rb") as sent:
                asked = sent.readline().decode().rpartition(" ")[0]
                length = 0
                while (line := sent.readline().strip().lower()) != b"":
                    self.headers.append(line)
                    length = (
                        int(line.removeprefix(b"content-length:")) if line.startswith(b"content-length:") else length
                    )
                sent.read(length)
                self.asked.append(asked)
                if status := self.answer(asked):
                    connection.sendall(f"HTTP/1.0 {status} X\r\nContent-Length: 0\r\n\r\n".encode())


def ask_ten_times(site: Site, method: str, address: str) -> set[int]:
    found = set()
    for _each in range(10):
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        connection.request(method, address, b"note=once" if method == "POST" else None)
        found.add(connection.getresponse().status)
        connection.close()
    return found


def test_what_a_process_hung_up_on_is_asked_for_again_but_never_sent_again(site):
    site.start_nginx()
    dies = Upstream(site.folder / "run" / "web-1.sock", lambda _asked: None)
    lives = Upstream(site.folder / "run" / "web-2.sock", lambda _asked: 200)
    assert ask_ten_times(site, "GET", "/tasks/") == {200}
    assert dies.asked.count("GET /tasks/") == 5
    assert lives.asked.count("GET /tasks/") == 10
    assert ask_ten_times(site, "POST", "/tasks/1/") == {200, 502}
    assert (dies.asked + lives.asked).count("POST /tasks/1/") == 10


def test_what_nobody_took_goes_to_the_other_process(site):
    site.start_nginx()
    lives = Upstream(site.folder / "run" / "web-1.sock", lambda _asked: 302)
    # Once with no socket at all, once with one on which nobody listens any more.
    assert ask_ten_times(site, "POST", "/tasks/1/") == {302}
    gone = socket.socket(socket.AF_UNIX)
    gone.bind(str(site.folder / "run" / "web-2.sock"))
    gone.close()
    assert ask_ten_times(site, "POST", "/tasks/1/") == {302}
    assert lives.asked == ["POST /tasks/1/"] * 20


def test_a_process_that_is_back_is_asked_at_once_for_its_neighbour_may_be_the_next_to_go(site):
    site.start_nginx()
    paths = [site.folder / "run" / f"web-{number}.sock" for number in (1, 2)]
    Upstream(paths[1], lambda _asked: 302)
    assert ask_ten_times(site, "POST", "/tasks/1/") == {302}
    Upstream(paths[0], lambda _asked: 302)
    paths[1].unlink()
    assert ask_ten_times(site, "POST", "/tasks/1/") == {302}


def test_a_style_that_one_release_has_not_is_asked_of_the_other(site):
    site.start_nginx()
    former = Upstream(site.folder / "run" / "web-1.sock", lambda _asked: 404)
    latter = Upstream(site.folder / "run" / "web-2.sock", lambda asked: 404 if "gone" in asked else 200)
    assert ask_ten_times(site, "GET", "/static/site.1a2b.css") == {200}
    assert ask_ten_times(site, "GET", "/static/gone.css") == {404}
    assert ask_ten_times(site, "GET", "/tasks/9/") == {200, 404}
    assert "GET /tasks/9/" in former.asked
    assert "GET /tasks/9/" in latter.asked


def get(connection: http.client.HTTPConnection, address: str) -> int:
    connection.request("GET", address)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def say(site: Site, *lines: str) -> bytes:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(65536)


def test_nothing_secret_and_nothing_searched_for_is_logged_even_where_it_fails(site):
    site.start_nginx()
    for address in (
        *("/calendar/s3cret.ics?x", "//calendar/s3cret.ics", "/%63alendar/s3cret.ics", "/Calendar/s3cret.ics"),
        "/tasks/?q=words",
    ):
        assert get(http.client.HTTPConnection("127.0.0.1", site.port), address) == 502
    referrer = ("Host: localhost", "Connection: close", "Referer: http://localhost/tasks/?q=words")
    assert b" 502 " in say(site, "GET /tasks/ HTTP/1.1", *referrer)
    assert b" 413 " in say(site, "POST /import/?q=words HTTP/1.1", *referrer, "Content-Length: 999999999")
    # Refused before any location is looked for.
    for hosts in ((), ("Host: one", "Host: two")):
        assert b" 400 " in say(site, "GET /calendar/s3cret.ics HTTP/1.1", *hosts, "Connection: close")
    assert b" 400 " in say(site, "GET /calendar/s3cret.ics words HTTP/1.1", *referrer)
    # It writes a line once the answer is away.
    process = site.processes.pop("nginx")
    process.terminate()
    process.wait()
    access = site.log("access")
    assert "GET /tasks/ 502" in access
    assert access.count("GET /calendar/*** 502") == 4
    assert access.count("GET /calendar/*** 400") == 2
    logs = "".join(path.read_text() for path in (site.folder / "log").iterdir())
    assert "s3cret" not in logs
    assert "words" not in logs


def test_what_nginx_says_of_itself_is_still_logged(site):
    site.start_nginx()
    [worker] = psutil.Process(site.processes["nginx"].pid).children()
    worker.kill()
    deadline = time.monotonic() + 10
    while "exited on signal 9" not in site.log("error"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("is_behind_another", "proto", "address"), [(False, "http", ""), (True, "https", "10.0.0.9, ")]
)
def test_how_people_came_is_the_word_of_the_proxy_that_they_reach(site, is_behind_another, proto, address):
    def put_behind_another(conf: str) -> str:
        kept = [line for line in conf.splitlines() if "$scheme;" not in line and "X-Forwarded-For $remote" not in line]
        return "\n".join(kept).replace("# proxy_set_header X-F", "proxy_set_header X-F")

    site.start_nginx(put_behind_another if is_behind_another else lambda conf: conf)
    asked = Upstream(site.folder / "run" / "web-1.sock", lambda _asked: 200)
    said = ("X-Forwarded-Proto: https", "X-Forwarded-For: 10.0.0.9", "Connection: close")
    assert b" 200 " in say(site, "GET / HTTP/1.1", "Host: localhost", *said)
    forwarded = {line for line in asked.headers if line.startswith(b"x-forwarded")}
    assert forwarded == {f"x-forwarded-proto: {proto}".encode(), f"x-forwarded-for: {address}127.0.0.1".encode()}


def certify(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    arguments = ["-keyout", str(folder / "register.key"), "-out", str(folder / "register.pem")]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


def test_the_lines_for_a_certificate_work_as_they_stand(site, tmp_path):
    certify(tmp_path)
    site.paths |= {
        "/etc/ssl/certs": str(tmp_path),
        "/etc/ssl/private": str(tmp_path),
        "listen 443 ": f"listen 127.0.0.1:{site.port} ",
        f"listen 127.0.0.1:{site.port} default_server;": "",
    }
    site.start_nginx(lambda conf: conf.replace("# listen 443", "listen 443").replace("# ssl_", "ssl_"))
    context = ssl.create_default_context(cafile=str(tmp_path / "register.pem"))
    assert get(http.client.HTTPSConnection("localhost", site.port, context=context), "/") == 502
