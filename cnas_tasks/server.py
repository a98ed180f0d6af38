"""gunicorn's settings: `gunicorn --config python:cnas_tasks.server --bind …`."""

import ctypes
import gc
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from gunicorn.workers.gthread import ThreadWorker

from cnas_tasks.environment import Environment
from cnas_tasks.logs import log_what_nobody_catches, logging_config

wsgi_app = "cnas_tasks.wsgi"
_env = Environment()
workers = _env.number("WEB_CONCURRENCY", default=2, lowest=1)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
try:
    _env.refuse_faults()
    # They are read here, where a sentence is what is printed; gunicorn would print each line of code that led to them.
    settings.BASE_DIR  # noqa: B018
except ImproperlyConfigured as error:
    sys.exit(str(error))
threads = 4
# They share one heap. glibc gives each one of its own, whose gaps no other fills: 7 MB of a worker on SQLite. Python
# lets one thread allocate at a time anyway. Other C libraries have no such setting.
_M_ARENA_MAX = -8  # malloc.h
if _mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
    _mallopt(_M_ARENA_MAX, 1)
# Loaded before the server says that it is ready: one that does not start is known before its neighbour is stopped.
preload_app = True
# So long may what runs go on once the server is told to stop; as long waits the proxy (deploy/nginx).
graceful_timeout = 300
# A search of 8,000 characters is answered by a page of ours (InputMiddleware), the longest that gunicorn can read.
limit_request_line = 8190
# What the workers' pulse is written to: in memory, for a slow disk is no reason to end one.
worker_tmp_dir = "/dev/shm"  # nosec B108 # memory, and gunicorn's own random names in it
# It would lie in the home directory, which may be nobody's or read-only, and nothing here asks it.
control_socket_disable = True
# What gunicorn says itself are lines like all others. There is no access log: a request is logged without its address.
logconfig_dict = logging_config(is_json=True)
# Where all processes count requests (meetings.operations.metrics); a volume comes empty.
if metrics_folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.makedirs(metrics_folder, mode=0o750, exist_ok=True)


def on_starting(server: object) -> None:
    """Load what all processes share, and keep it out of the look for garbage.

    Otherwise one request in sixty waits for a look through all of it, four times as long as for its page, and each
    process has the memory for itself.
    """
    # The pages, too, which the first request would load.
    reverse("dashboard")
    gc.set_threshold(10_000, 10, 10)
    gc.freeze()
    # Only now: what keeps the register from being loaded has to be read where it is started.
    log_what_nobody_catches()


class Worker(ThreadWorker):
    """Answers connections, too, that were not accepted yet when it is stopped.

    gunicorn removes its socket first, so no further ones come. Without this it would end while they wait, and the proxy
    must not send a request a second time.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept no more once those who wait have been accepted."""
        super().set_accept_enabled(enabled)
        if self.alive:
            return
        for listener in self.sockets:
            accepted = -1
            while accepted < self.nr_conns:
                accepted = self.nr_conns
                self.accept(listener)
            listener.close()


worker_class = Worker
