"""The settings of the environment, each checked as the server starts."""

import gettext
import re
from collections.abc import Callable, Collection, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")
# Makes a sentence, or a part of one, by what translates.
Sentence = Callable[[Callable[[str], str]], str]

_PACKAGE = Path(__file__).resolve().parent
# Templates, static files, words and fixtures lie beside the package in a checkout, in it where a wheel was installed.
RESOURCES_DIR = _PACKAGE / "resources" if (_PACKAGE / "resources").is_dir() else _PACKAGE.parent

_YES_AND_NO = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
# What Django answers as a host: it knows no underscore.
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*|[0-9a-f.]*:[0-9a-f:.]+", re.IGNORECASE)
# A hundred years of days; more is a slip, and would be beyond the calendar.
_HIGHEST = 36_500


class Environment:
    """Reads settings, and keeps a sentence for each that has no meaning.

    So whoever starts the server learns of all of them at once, by `refuse_faults`; until then each has its default.
    What is set to nothing counts as set: an address that a deployment lost is not another database.
    """

    def __init__(self) -> None:
        self._env = environ.Env()
        self._faults: list[Sentence] = []
        # Those that were asked for.
        self.names: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        """Return a text, without blanks around it: an editor on Windows leaves some."""
        self.names.add(name)
        return str(self._env.str(name, default=default)).strip()

    def texts(self, name: str, default: list[str], choices: Collection[str] = ()) -> list[str]:
        """Return the texts between commas, each one of ``choices`` where there are any."""

        def read(text: str) -> list[str]:
            texts = [part.strip() for part in text.split(",") if part.strip()]
            if choices and not set(texts) <= set(choices):
                raise ValueError
            return texts

        words = {"choices": ", ".join(choices)}
        return self._read(name, default, read, lambda _: _("some of %(choices)s, with commas between them") % words)

    def hosts(self, name: str, default: list[str], patterns: Collection[str] = ()) -> list[str]:
        """Return the names of hosts between commas, or some of ``patterns``."""

        def read(text: str) -> list[str]:
            hosts = [part.strip() for part in text.split(",") if part.strip()]
            for host in hosts:
                if host not in patterns and not _HOST.fullmatch(host.removeprefix(".").strip("[]")):
                    raise ValueError
            return hosts

        return self._read(
            name,
            default,
            read,
            lambda _: _("names such as register.example.org, without https:// and port, with commas"),
        )

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        """Return one of ``choices``."""

        def read(text: str) -> str:
            if text not in choices:
                raise ValueError
            return text

        words = {"choices": ", ".join(choices)}
        return self._read(name, default, read, lambda _: _("one of %(choices)s, or left out") % words)

    def pairs(self, name: str, choices: Collection[str]) -> dict[str, str]:
        """Return pairs ``key=value`` between commas, each value one of ``choices``."""

        def read(text: str) -> dict[str, str]:
            pairs = {}
            for part in filter(None, (part.strip() for part in text.split(","))):
                key, sign, value = (each.strip() for each in part.rpartition("="))
                if not key or not sign or value not in choices:
                    raise ValueError
                pairs[key] = value
            return pairs

        words = {"choices": ", ".join(choices)}
        return self._read(
            name,
            {},
            read,
            lambda _: _("name=value pairs with commas between them, each value one of %(choices)s") % words,
        )

    def number(self, name: str, default: int, lowest: int = -_HIGHEST, highest: int = _HIGHEST) -> int:
        """Return a whole number between these, both included."""

        def read(text: str) -> int:
            number = int(text)
            if not lowest <= number <= highest:
                raise ValueError
            return number

        words = {"lowest": lowest, "highest": highest}
        return self._read(name, default, read, lambda _: _("a whole number from %(lowest)s to %(highest)s") % words)

    def flag(self, name: str, default: bool) -> bool:
        """Return whether something is on."""
        return self._read(name, default, lambda text: _YES_AND_NO[text.lower()], lambda _: _("1 for yes or 0 for no"))

    def mail_address(self, name: str, default: str) -> str:
        """Return an address of mail, which may have a name before it."""

        def read(text: str) -> str:
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(text)[1]) or not text.isprintable():
                raise ValueError
            return text

        return self._read(name, default, read, lambda _: _("an address such as register@example.org"))

    def web_address(
        self, name: str, default: str, *, is_whole: bool = False, schemes: Sequence[str] = ("https", "http")
    ) -> str:
        """Return the address of a server, without the slash at its end.

        What ``is_whole`` has neither a path nor anything else after it.
        """

        def read(text: str) -> str:
            parts = urlsplit(text)
            # Reading the port says whether it is one.
            host = (parts.hostname or "").replace("_", "_" if is_whole else "-")
            if parts.scheme not in schemes or not _HOST.fullmatch(host) or parts.port == 0:
                raise ValueError
            address = text.rstrip("/")
            if is_whole and (address != f"{parts.scheme}://{parts.netloc}" or "@" in address):
                raise ValueError
            return address

        words = {"address": f"{schemes[0]}://register.example.org"}

        def expected(_: Callable[[str], str]) -> str:
            if is_whole:
                return _("an address such as %(address)s, and nothing after it") % words
            return _("an address such as %(address)s") % words

        return self._read(name, default, read, expected)

    def database(self, name: str, default: str = "") -> dict[str, Any]:
        """Return the connection to a database; {} without address and default."""

        def read(text: str) -> dict[str, Any]:
            if self._env.DB_SCHEMES.get(urlsplit(text).scheme) not in _ENGINES:
                raise ValueError
            database = self._env.db_url_config(text)
            if not database["NAME"] or (database["ENGINE"] == _ENGINES[0] and not is_place(database["NAME"], text)):
                raise ValueError
            return database

        def is_place(path: str, text: str) -> bool:
            # Elsewhere it would be another database wherever a command is started; in memory, gone when that ends.
            if path.startswith((":memory:", "file:")):
                return path in text
            return Path(path).is_absolute() and Path(path).parent.is_dir() and not Path(path).is_dir()

        if not default and not self.text(name):
            return {}
        return self._read(
            name,
            self._env.db_url_config(default) if default else {},
            read,
            lambda _: _(
                "postgres://user:password@host:5432/name, or sqlite:////folder/register.sqlite3 in a folder that is"
                " there, or left out"
            ),
        )

    def mail_server(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's settings of the server that mails go out by."""

        def read(text: str) -> dict[str, Any]:
            server: dict[str, Any] = self._env.email_url_config(text)
            if server["EMAIL_BACKEND"].endswith("smtp.EmailBackend") and not server["EMAIL_HOST"]:
                raise ValueError
            return server

        return self._read(
            name,
            read(default),
            read,
            lambda _: _(
                "smtp+ssl://user:password@host:465, smtp+tls://user:password@host:587, smtp://host:25 or consolemail://,"
                " or left out"
            ),
        )

    def add_fault(self, sentence: Sentence) -> None:
        """Add a sentence about settings that contradict each other or the machine."""
        self._faults.append(sentence)

    def refuse_faults(self) -> None:
        """Raise ImproperlyConfigured with a sentence for each setting that has no meaning."""
        if self._faults:
            raise ImproperlyConfigured("\n".join(map(_tell, self._faults)))

    def _read(self, name: str, default: Value, read: Callable[[str], Value], expected: Sentence) -> Value:
        self.names.add(name)
        if name not in self._env.ENVIRON:
            return default
        text = self.text(name)
        try:
            return read(text)
        except (ValueError, KeyError, ImproperlyConfigured):
            self._faults.append(lambda _: _about(_, name, text, expected(_)))
            return default


def _about(_: Callable[[str], str], name: str, text: str, expected: str) -> str:
    words = {"name": name, "text": text, "wanted": expected}
    if not text:
        return _("The setting %(name)s is empty. It should be %(wanted)s.") % words
    # Addresses may hold passwords, and what is said here is kept in logs.
    if "@" in text:
        return _("The setting %(name)s is not understood. It should be %(wanted)s.") % words
    return _("The setting %(name)s is “%(text)s”. It should be %(wanted)s.") % words


def _tell(sentence: Sentence) -> str:
    """Return the sentence in Chinese and in English.

    Nothing is known yet of who reads it.
    """
    catalogue = gettext.translation("django", RESOURCES_DIR / "locale", ["zh_Hans"], fallback=True)
    return " / ".join(dict.fromkeys([sentence(catalogue.gettext), sentence(str)]))
