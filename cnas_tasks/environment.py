"""The settings of the environment, each checked as the server starts."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")

_YES_AND_NO = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
_ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")


class Environment:
    """Reads settings, and keeps a sentence for each that has no meaning.

    So whoever starts the server learns of all of them at once, by `refuse_faults`; until then each has its default.
    What is set to nothing counts as set: an address that a deployment lost is not another database.
    """

    def __init__(self) -> None:
        self._env = environ.Env()
        self._faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        return self._env.str(name, default=default)

    def texts(self, name: str, default: list[str], choices: Collection[str] = ()) -> list[str]:
        """Return the texts between commas, each one of ``choices`` where there are any."""

        def read(text: str) -> list[str]:
            texts = [part.strip() for part in text.split(",") if part.strip()]
            if choices and not set(texts) <= set(choices):
                raise ValueError
            return texts

        return self._read(name, default, read, f"some of {', '.join(choices)}, with commas between them")

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        """Return one of ``choices``."""

        def read(text: str) -> str:
            if text not in choices:
                raise ValueError
            return text

        return self._read(name, default, read, f"one of {', '.join(choices)}, or left out")

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

        wanted = f"name=value pairs with commas between them, each value one of {', '.join(choices)}"
        return self._read(name, {}, read, wanted)

    def number(self, name: str, default: int, lowest: int | None = None) -> int:
        """Return a whole number, which is no less than ``lowest``."""

        def read(text: str) -> int:
            number = int(text)
            if lowest is not None and number < lowest:
                raise ValueError
            return number

        wanted = "a whole number" if lowest is None else f"a whole number of {lowest} or more"
        return self._read(name, default, read, wanted)

    def flag(self, name: str, default: bool) -> bool:
        """Return whether something is on."""
        return self._read(name, default, lambda text: _YES_AND_NO[text.strip().lower()], "1 for yes or 0 for no")

    def web_address(
        self, name: str, default: str, *, is_whole: bool = False, schemes: Sequence[str] = ("https", "http")
    ) -> str:
        """Return the address of a server, without the slash at its end.

        What ``is_whole`` has neither a path nor anything else after it.
        """

        def read(text: str) -> str:
            parts = urlsplit(text)
            # Reading the port says whether it is one.
            if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
                raise ValueError
            address = text.rstrip("/")
            if is_whole and (address != f"{parts.scheme}://{parts.netloc}" or "@" in address):
                raise ValueError
            return address

        wanted = f"an address such as {schemes[0]}://register.example.org"
        return self._read(name, default, read, f"{wanted}, and nothing after it" if is_whole else wanted)

    def database(self, name: str, default: str = "") -> dict[str, Any]:
        """Return the connection to a database; {} without address and default."""

        def read(text: str) -> dict[str, Any]:
            if self._env.DB_SCHEMES.get(urlsplit(text).scheme) not in _ENGINES:
                raise ValueError
            database = self._env.db_url_config(text)
            if not database["NAME"]:
                raise ValueError
            return database

        if not default and not self.text(name):
            return {}
        wanted = "postgres://user:password@host:5432/name or sqlite:////absolute/path, or left out"
        return self._read(name, read(default) if default else {}, read, wanted)

    def mail_server(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's settings of the server that mails go out by."""
        wanted = "smtp+tls://user:password@host:587, smtp://host:25 or consolemail://, or left out"
        return self._read(name, self._env.email_url_config(default), self._env.email_url_config, wanted)

    def add_fault(self, sentence: str) -> None:
        """Keep a sentence about settings that do not go together, or with what is there."""
        self._faults.append(sentence)

    def refuse_faults(self) -> None:
        """Raise ImproperlyConfigured with a sentence for each setting that has no meaning."""
        if self._faults:
            raise ImproperlyConfigured("\n".join(self._faults))

    def _read(self, name: str, default: Value, read: Callable[[str], Value], wanted: str) -> Value:
        if name not in self._env.ENVIRON:
            return default
        text = self.text(name)
        try:
            return read(text)
        except (ValueError, KeyError, ImproperlyConfigured):
            # Addresses may hold passwords, and what is said here is kept in logs.
            said = f"“{text}”" if "@" not in text and text else "not understood" if text else "empty"
            self._faults.append(f"The setting {name} is {said}. It should be {wanted}.")
            return default
