"""The writers: each opens pages, does what they offer to its role, and signs every save with a mark of its own."""

from __future__ import annotations

import datetime
import random
import threading

from tests.minutes.document_builders import docx_bytes, p, tbl

from .client import Client, Files, Form, NotOfferedError, find_form
from .journal import ACKNOWLEDGED, Journal

# What each role tries, as often as it stands here.
ACTS = {
    "secretariat": [
        *("update", "update", "batch", "batch", "decide-extension", "decide-closure", "remind", "remind", "reopen"),
        *("import", "comment", "add-evidence"),
    ],
    "liaison": [
        *("update", "update", "update", "add-evidence", "add-evidence", "request-closure", "ask-extension"),
        *("ask-extension", "answer", "comment"),
    ],
    "leader": ["instruct", "instruct", "comment"],
}
# The field of an action's form that holds what is typed.
TYPED = {"instruct": "text", "comment": "text", "ask-extension": "reason"}
DECISIONS = ("decide-extension", "decide-closure")
WITH_FILES = ("add-evidence", "request-closure")
# How often something is sent once more though it was acknowledged.
CLICKED_TWICE = 0.15


class Writer(threading.Thread):
    """Writes until it is told to end."""

    def __init__(self, number: int, of: dict, port: int, journal: Journal, seed: str, ended: threading.Event) -> None:
        super().__init__(name=f"writer-{number}", daemon=True)
        self.number, self.role, self.tasks, self.leader = number, of["role"], of["tasks"], of["leader"]
        self.journal, self.ended = journal, ended
        self.rng = random.Random(f"{seed} {number}")
        self.client = Client(port, of["session"], journal)
        self.saves = 0

    def run(self) -> None:
        """Do one thing after the other."""
        while not self.ended.wait(self.rng.uniform(0, 0.1)):
            acts = ACTS[self.role]
            favoured = self.journal.favoured
            act = favoured if favoured in acts and self.rng.random() < 0.6 else self.rng.choice(acts)
            self.saves += 1
            mark = f"<{self.number}-{self.saves}>"
            try:
                match act:
                    case "update":
                        self.update(mark)
                    case "batch":
                        self.batch(mark)
                    case "import":
                        self.import_minutes(mark)
                    case _:
                        self.act(mark, act)
            except NotOfferedError:
                # The page is away, or somebody else has done it already.
                continue

    def save(self, mark: str, kind: str, form: Form, files: Files | None = None) -> None:
        """Save a form, and now and then click twice."""
        self.client.save(mark, kind, form, files, clicks_twice=self.rng.random() < CLICKED_TWICE)

    def update(self, mark: str) -> None:
        """Write progress on the page of a task, or move its status."""
        address = f"/tasks/{self.rng.choice(self.tasks)}/"
        form = find_form(self.client.open(address), address, "status", "note")
        self.save(mark, "update", form.filled(note=f"进展 {mark}", status="in_progress"))

    def act(self, mark: str, act: str) -> None:
        """Do one of the actions that the page of a task offers."""
        task = self.rng.choice(self.tasks)
        form = find_form(self.client.open(f"/tasks/{task}/?open={act}"), f"/tasks/{task}/{act}/")
        typed = {TYPED.get(act, "note"): f"说明 {mark}"}
        if act in DECISIONS:
            typed["decision"] = self.rng.choice(("accept", "refuse"))
        if act == "ask-extension":
            later = datetime.date(2027, 1, 1) + datetime.timedelta(days=self.rng.randrange(20_000))
            typed |= {"deadline_text": later.isoformat(), "progress": "尚在办理。"}
        files = [("files", (f"{mark[1:-1]}.pdf", self.pdf(mark)))] if act in WITH_FILES else None
        self.save(mark, act, form.filled(**typed), files)

    def pdf(self, mark: str) -> bytes:
        """Return a file that is nobody else's, some of them too large for the memory of a request."""
        [size] = self.rng.choices((1_000, 20_000, 60_000, 3_000_000), weights=(4, 4, 4, 1))
        return b"%PDF-1.7\n%" + mark.encode() + self.rng.randbytes(size) + b"\nendobj\n"

    def batch(self, mark: str) -> None:
        """Write progress on several tasks at once."""
        chosen = [("task", str(task)) for task in sorted(self.rng.sample(self.tasks, 4))]
        forms = self.client.open("/tasks/batch/", method="POST", data=[*chosen, ("next", "/tasks/")])
        form = find_form(forms, "/tasks/batch/", "note")
        self.save(mark, "batch", form.filled(note=f"批量 {mark}", step="run"))

    def import_minutes(self, mark: str) -> None:
        """Hand a file of minutes in and accept what was read."""
        name = mark[1:-1]
        content = docx_bytes(
            p(f"第{name}次会议纪要任务分解表"),
            p("2026年11月2日"),
            tbl(
                [
                    ["序号", "讲话要点", "意见建议", "工作任务", "责任部室", "分管领导", "完成时限"],
                    ["1", "一、工作要点", f"建议{name}", f"任务{name}", "技术部", self.leader, "2027年6月"],
                ]
            ),
        )
        form = find_form(self.client.open("/import/"), "/import/", "text")
        write, draft = self.client.save(mark, "hand in minutes", form, [("file", (f"{name}.docx", content))])
        if write.outcome != ACKNOWLEDGED:
            return
        accept = find_form(self.client.open(draft), draft.partition("#")[0], "seen")
        self.save(mark, "accept minutes", accept)
