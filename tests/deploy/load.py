"""People who read and save without a pause, and note how each request was answered."""

from __future__ import annotations

import gzip
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import lxml.html

# Any will do: it is sent as a cookie and with what is posted.
TOKEN = "d" * 32
PAGES = ("/tasks/", "/", "/tasks/?health=overdue", "/meetings/")
# In seconds. Without one, four fill two processors, and whoever starts meanwhile waits.
PAUSE = 0.05


@dataclass(frozen=True)
class Failure:
    """A request that was not answered as it should be, and when it was sent."""

    asked_at: float
    what: str


@dataclass
class Person(threading.Thread):
    """Opens lists, and unless only reading saves their task with a note that nobody else writes."""

    port: int
    name_: str
    session: str
    task: int
    saves: bool
    stop: threading.Event
    asked: int = 0
    _asked_at: float = 0
    saved: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(name=self.name_, daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until told to stop."""
        for number in itertools.count():
            if self.stop.is_set():
                return
            time.sleep(PAUSE)
            try:
                self._look(PAGES[number % len(PAGES)])
                if self.saves:
                    self._save(f"mark {self.name_} {number}")
            except Exception as error:
                self.failed.append(Failure(self._asked_at, repr(error)))

    def _look(self, address: str) -> bytes:
        status, body = self._send("GET", address)
        if status != 200:
            raise AssertionError(f"GET {address}: {status}")
        return body

    def _save(self, note: str) -> None:
        address = f"/tasks/{self.task}/"
        form = next(form for form in lxml.html.fromstring(self._look(address)).forms if form.action == address)
        status, _body = self._send("POST", address, {**dict(form.form_values()), "note": note})
        if status != 302:
            raise AssertionError(f"POST {address}: {status}")
        self.saved.append(note)

    def _send(self, method: str, address: str, data: dict | None = None) -> tuple[int, bytes]:
        self._asked_at = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            headers = {"Cookie": f"sessionid={self.session}; csrftoken={TOKEN}", "Accept-Encoding": "gzip"}
            if data is not None:
                headers |= {"X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, address, urlencode(data) if data else None, headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        self.asked += 1
        return response.status, gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


@contextmanager
def people_at_work(port: int, accounts: dict[str, dict], *, number: int, saves: bool = True) -> Iterator[list[Person]]:
    """Let so many people work meanwhile, who have all got through before it begins."""
    stop = threading.Event()
    names = [name for name in accounts if name.startswith("person-")][:number]
    people = [Person(port, name, accounts[name]["session"], accounts[name]["task"], saves, stop) for name in names]
    for person in people:
        person.start()
    try:
        wait_for_requests(people, 3)
        yield people
        wait_for_requests(people, 3)
    finally:
        stop.set()
        for person in people:
            person.join()


def wait_for_requests(people: list[Person], number: int) -> None:
    """Wait until each has got so many more answers."""
    goals = [person.asked + number for person in people]
    wait_until(lambda: all(person.asked >= goal for person, goal in zip(people, goals, strict=True)))


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it holds; not for ever."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
