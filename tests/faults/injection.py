"""The faults: which there are, and what a round does of each."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from .databases import PostgreSQL, Sqlite
from .deployment import Deployment
from .journal import Journal

# So many saves have to be taken after each fault, within so many seconds.
SAVES_AFTER, SECONDS_AFTER = 3, 60
UPLOAD = "add-evidence"


@dataclass(frozen=True)
class Fault:
    """One kind of fault; ``favours`` is what writers do most meanwhile, for it concerns that.

    Where that is an upload, the fault waits for one whose file is being stored.
    """

    name: str
    begin: Callable[[], AbstractContextManager[None]]
    favours: str = ""


def faults_of(deployment: Deployment) -> list[Fault]:
    """Return the kinds of faults of this deployment."""
    faults = [
        Fault("a web process killed", deployment.web_process_killed),
        Fault("a web process stopped", deployment.web_process_stopped),
        Fault("the web server killed", deployment.web_server_killed, UPLOAD),
        Fault("the worker killed", deployment.worker_killed, "remind"),
        Fault("the worker stopped", deployment.worker_stopped, "remind"),
        Fault("the upload folder full", deployment.uploads_full, UPLOAD),
        Fault("the mail server silent", deployment.mail.silent, "remind"),
    ]
    match deployment.database:
        case Sqlite() as database:
            faults.append(Fault("the database locked by another program", database.locked))
        case PostgreSQL() as database:
            faults += [
                Fault("the database shut down at once", database.shut_down_at_once, UPLOAD),
                Fault("a process of the database killed", database.backend_killed, UPLOAD),
                Fault("the database killed", database.killed, UPLOAD),
                Fault("the database stopped", database.frozen),
            ]
    return faults


def inject(deployment: Deployment, number: int | None, journal: Journal, rng: random.Random) -> None:
    """Let ``number`` faults happen, each kind as often, as the seed orders them.

    Without a number, each kind once.
    """
    faults = faults_of(deployment)
    order: list[Fault] = []
    while len(order) < (number or 1):
        order += rng.sample(faults, len(faults))
    for fault in order[:number]:
        journal.begin(fault.name, fault.favours)
        if fault.favours == UPLOAD:
            deployment.wait_for_upload()
        with fault.begin():
            time.sleep(rng.uniform(0.7, 2))
        journal.faults[fault.name] += 1
        recovery = journal.wait_for_saves(SAVES_AFTER, SECONDS_AFTER)
        if recovery is None:
            raise RuntimeError(f"After “{fault.name}” nothing was saved for {SECONDS_AFTER} seconds.")
        for ended in deployment.ended():
            journal.report(f"{ended} ended by itself after “{fault.name}”.")
        journal.recoveries.setdefault(fault.name, []).append(recovery)
    journal.begin("none")
