"""Group robots and webhooks: which addresses count, and posting to them.

Apprise knows the services' addresses, limits and formats. Of its hundred services four can be reached from here, by
their own classes, so that no address leads to a file, a program, a mail or anything else
(docs/decisions/019-group-robots-by-apprise.md).
"""

import logging
import sys
import threading
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

import requests
from apprise.exception import AppriseException
from apprise.plugins.base import NotifyBase
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.types import StrOrPromise
from meetings.errors import InvalidInputError

from .posting import RefusedError, problem_of_answer
from .ssrf_guard import guarded_session, require_outside

# Apprise writes addresses into its log, and urllib3 paths with keys, where somebody asks for every detail.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
logging.getLogger("urllib3").setLevel(logging.INFO)

# Shown in place of a secret.
HIDDEN = "****"
MAX_ADDRESS_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Service:
    """One of the services: the class that posts to it, and how many bytes it takes.

    ``refusal`` names what an answer of 200 says by a number other than 0; a webhook's answer is its own.
    """

    label: StrOrPromise
    plugin: type[NotifyBase]
    max_bytes: int
    refusal: str = ""


# By scheme. The limits are those of the services, less what Apprise wraps around a text.
SERVICES = {
    "wecombot": Service(gettext_lazy("WeCom"), NotifyWeComBot, 2_000, "errcode"),
    "dingtalk": Service(gettext_lazy("DingTalk"), NotifyDingTalk, 15_000, "errcode"),
    "feishu": Service(gettext_lazy("Feishu"), NotifyFeishu, 15_000, "code"),
    "jsons": Service(gettext_lazy("Webhook"), NotifyJSON, 15_000),
    "json": Service(gettext_lazy("Webhook"), NotifyJSON, 15_000),
}
# Where the pages of the services say that their robots are reached; no webhook is there, nor where Lark's are.
_NATIVE = {"qyapi.weixin.qq.com": "wecombot", "oapi.dingtalk.com": "dingtalk", "open.feishu.cn": "feishu"}
_NO_WEBHOOK = (*_NATIVE, "open.larksuite.com")


# --- addresses ----------------------------------------------------------------------------------------


def parse_address(text: str, signing_secret: str = "") -> str:  # nosec B107 # empty: none
    """Return the address as it is kept, of what was pasted or as Apprise writes it.

    Raises InvalidInputError for what is none of `SERVICES`, and for options of Apprise's.
    """
    try:
        address = _to_scheme(urlsplit(text.strip()), text.strip())
        scheme = urlsplit(address).scheme
        if SERVICES[scheme].plugin is NotifyJSON and _host_of(urlsplit(address)) in _NO_WEBHOOK:
            raise ValueError("no webhook")
        if signing_secret:
            if scheme != "dingtalk" or "@" in address:
                raise InvalidInputError(
                    _("Only DingTalk's robots take a secret for signatures. Leave it empty."), field="signing_secret"
                )
            address = address.replace("://", f"://{quote(signing_secret, safe='')}@", 1)
        _make_plugin(address)
        if SERVICES[scheme].plugin is NotifyJSON:
            require_outside(address, "secret_address")
    except (ValueError, TypeError, KeyError, AppriseException):
        raise InvalidInputError(
            _(
                "This is no address of a robot. Paste the whole webhook address from the robot's page in WeCom, "
                "DingTalk or Feishu, or the https address of a webhook."
            ),
            field="secret_address",
        ) from None
    return address


def _to_scheme(parts: SplitResult, text: str) -> str:
    query = dict(parse_qsl(parts.query))
    native = _NATIVE.get(_host_of(parts))
    if parts.scheme == "https" and native:
        named = {"wecombot": query.get("key", ""), "dingtalk": query.get("access_token", "")}
        return f"{native}://{quote(named.get(native, parts.path.rstrip('/').rpartition('/')[2]), safe='')}/"
    if parts.scheme in ("https", "http") and parts.hostname:
        # A dash marks what stands in the address that is posted to, and is no option of Apprise's.
        options = urlencode([(f"-{name}", value) for name, value in parse_qsl(parts.query, keep_blank_values=True)])
        scheme = "jsons" if parts.scheme == "https" else "json"
        return f"{scheme}://{parts.netloc}{parts.path or '/'}{f'?{options}' if options else ''}"
    return text


def _host_of(parts: SplitResult) -> str:
    """Return the host as it is looked up: without wide letters and a dot at its end."""
    return unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".").rstrip(".").lower()


def _make_plugin(address: str) -> NotifyBase:
    """Return what posts to ``address``; raises ValueError for any other service."""
    parts = urlsplit(address)
    service = SERVICES.get(parts.scheme)
    # What is no port is said by asking for it.
    if service is None or not address.isprintable() or "\\" in address or not parts.hostname or parts.port == 0:
        raise ValueError("no robot")
    parsed = service.plugin.parse_url(address)
    if not parsed or not parsed["host"] or (service.refusal and parts.path not in ("", "/")):
        raise ValueError("no robot")
    # Headers, parameters and further fields of a webhook; what would change how it is reached is refused.
    if any(not name.startswith(("+", "-", ":")) or service.plugin is not NotifyJSON for name in parsed["qsd"]):
        raise ValueError("options")
    return service.plugin(**{**parsed, "redirect": False})


def describe_address(address: str) -> str:
    """Return which service it is and the end of its secret, to tell it from others."""
    parts = urlsplit(address)
    if SERVICES[parts.scheme].plugin is NotifyJSON:
        # The secret of a webhook may be anywhere behind its host.
        shown = f"{'https' if parts.scheme == 'jsons' else 'http'}://{parts.hostname}/{HIDDEN}"
    else:
        token = parts.netloc.rpartition("@")[2]
        shown = HIDDEN + (token[-4:] if len(token) >= 12 else "")
    return _("%(service)s %(address)s") % {"service": SERVICES[parts.scheme].label, "address": shown}


# --- posting ------------------------------------------------------------------------------------------


class _Requests:
    """Stands in for `requests` in a plugin, which tells the status alone.

    WeCom and DingTalk refuse a message with 200 and a number in the answer.
    """

    codes, RequestException = requests.codes, requests.RequestException

    def __init__(self) -> None:
        self.answer: requests.Response | None = None
        self.problem: Exception | None = None

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Post once, and to no other address than this."""
        try:
            with guarded_session() as session:
                self.answer = session.request(method, url, **{**options, "allow_redirects": False})
        except requests.RequestException as problem:
            self.problem = problem
            raise
        return self.answer

    def post(self, url: str, **options: Any) -> requests.Response:
        """Post as `request` does."""
        return self.request("POST", url, **options)


# A plugin finds `requests` by the name in its module, which is one for all threads.
_posting = threading.Lock()


def post(address: str, title: str, text: str) -> str:
    """Post a message; return what was answered. Raises RefusedError."""
    service = SERVICES[urlsplit(address).scheme]
    plugin, spy = _make_plugin(address), _Requests()
    module: Any = sys.modules[service.plugin.__module__]
    with _posting:
        module.requests = spy
        try:
            plugin.notify(body=fit_text(text, service.max_bytes - len(title.encode())), title=title)
        finally:
            module.requests = requests
    problem = _problem_of(service, spy)
    if problem:
        raise RefusedError(_hide_secrets(problem, plugin))
    assert spy.answer is not None  # else there was a problem
    return f"HTTP {spy.answer.status_code}"


def _problem_of(service: Service, spy: _Requests) -> str:
    """Say why the message was not taken; empty where it was."""
    if problem := problem_of_answer(spy.answer, spy.problem):
        return problem
    assert spy.answer is not None  # else there was a problem
    if not service.refusal:
        return ""
    try:
        answer = spy.answer.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or service.refusal not in answer:
        return _("It answered with something else than such a robot does.")
    if not answer[service.refusal]:
        return ""
    words = str(answer.get("errmsg") or answer.get("msg") or "")[:200]
    return _("It refused the message: %(words)s (%(number)s).") % {"words": words, "number": answer[service.refusal]}


def _hide_secrets(text: str, plugin: NotifyBase) -> str:
    for name in ("key", "token", "secret", "password"):
        secret = getattr(plugin, name, None)
        if isinstance(secret, str) and secret:
            text = text.replace(secret, HIDDEN)
    return text


def fit_text(text: str, max_bytes: int) -> str:
    """Return the lines of ``text`` that fit, and that there are more."""
    if len(text.encode()) <= max_bytes:
        return text
    more = "\n" + _("More stands in the register.")
    lines: list[str] = []
    left = max_bytes - len(more.encode())
    for line in text.split("\n"):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join(lines).rstrip() + more
