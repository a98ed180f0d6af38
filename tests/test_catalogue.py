"""Every word of the interface has its Chinese, and the catalogue holds nothing else (`make messages`)."""

import re
import shutil

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from cnas_tasks import catalogue

# %(name)s, %s, %%, and {name}: what a translation has to keep, whatever their order.
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[a-zA-Z%]|\{\w*(?:![rsa])?(?::[^{}]*)?\}")


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


STORED = [message for message in read(catalogue.PO_FILE) if message.id]


def described(message) -> str:
    return f"{message.context}|{message.id}" if message.context else str(message.id)


def translations(message: Message) -> tuple[str, ...]:
    """Return the translations of a message, one for each plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


@pytest.fixture(scope="module")
def updated(tmp_path_factory):
    """Return the catalogue as `make messages` writes it now."""
    path = tmp_path_factory.mktemp("catalogue") / "django.po"
    shutil.copy(catalogue.PO_FILE, path)
    catalogue.update_catalogue(path)
    return path


@pytest.mark.long
def test_the_catalogue_holds_the_messages_of_the_code_and_no_others(updated):
    stored, found = ({described(message) for message in rows if message.id} for rows in (STORED, read(updated)))
    assert sorted(found - stored) == [], "not in the catalogue: make messages, then translate"
    assert sorted(stored - found) == [], "in the catalogue, but no longer said: make messages"


def test_every_message_is_translated():
    empty = [described(message) for message in STORED if not all(translations(message) or [""])]
    assert empty == []


def test_no_translation_is_a_guess():
    assert [described(message) for message in STORED if message.fuzzy] == []


def test_placeholders_are_the_same_on_both_sides():
    differing = []
    for message in STORED:
        # Chinese has one form for all numbers: it stands for the plural, which names the number.
        source = message.id if isinstance(message.id, str) else message.id[-1]
        differing += [
            f"{described(message)} → {translation}"
            for translation in translations(message)
            if translation and placeholders(source) != placeholders(translation)
        ]
    assert differing == []


@pytest.mark.long
def test_the_file_is_as_make_messages_writes_it(updated):
    assert updated.read_text(encoding="utf-8") == catalogue.PO_FILE.read_text(encoding="utf-8")


def test_obsolete_messages_are_not_kept():
    assert not read(catalogue.PO_FILE).obsolete


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% load i18n %}{% translate "Tasks" %}', ("Tasks", None)),
        ('{% translate "May" context "month" %}', (("month", "May"), "month")),
        ("{% blocktranslate trimmed %}\n  Two\n  lines\n{% endblocktranslate %}", ("Two lines", None)),
        (
            "<p>\n  {% blocktranslate count n=n %}{{ n }} task{% plural %}{{ n }} tasks{% endblocktranslate %}</p>",
            (("%(n)s task", "%(n)s tasks"), None),
        ),
        ('{{ value|default:_("nobody") }}', ("nobody", None)),
    ],
)
def test_templates_are_read(tmp_path, source, expected):
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    message, context = expected
    found = extract_from_file(catalogue.extract_template, path)
    assert len(found) == 1
    _line, text, _comments, where = found[0]
    if context:
        assert where == context
        assert text == message or text == message[1]
    else:
        assert (text, where) == (message, None)


def avoided_words() -> dict[str, str]:
    """Return the words that the table of `docs/domain.md` avoids, each with the one that stands for it."""
    text = (catalogue.ROOT / "docs" / "domain.md").read_text()
    table = text.split("### The Chinese of the interface")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][2:]
    return {avoided: word for word, _what, avoids in rows for avoided in re.split(r",\s*", avoids)}


def test_one_word_stands_for_one_thing():
    avoided = avoided_words()
    assert avoided["评估"] == "跟踪", "the table is read"
    texts = {described(message): " ".join(translations(message)) for message in STORED}
    texts |= {path.name: path.read_text() for path in (catalogue.ROOT / "templates").rglob("*.html")}
    found = [
        f"{avoid} for {word}: {where}"
        for where, text in texts.items()
        for avoid, word in avoided.items()
        if avoid in text
    ]
    assert found == []
