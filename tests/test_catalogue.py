"""Every word of the interface has its Chinese, and the catalogue holds nothing else (`make messages`)."""

import pytest

from cnas_tasks import catalogue

STORED = [message for message in catalogue.read_catalog() if message.id]
KEYS = {catalogue.message_key(message) for message in STORED}


def described(message) -> str:
    return f"{message.context}|{message.id}" if message.context else str(message.id)


def test_the_catalogue_holds_the_messages_of_the_code_and_no_others():
    found = {catalogue.message_key(message) for message in catalogue.extract_catalog() if message.id}
    assert sorted(map(str, found - KEYS)) == [], "not in the catalogue: make messages, then translate"
    assert sorted(map(str, KEYS - found)) == [], "in the catalogue, but no longer said: make messages"


def test_every_message_is_translated():
    empty = [described(message) for message in STORED if not all(catalogue.translations(message) or [""])]
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
            for translation in catalogue.translations(message)
            if translation and catalogue.placeholders(source) != catalogue.placeholders(translation)
        ]
    assert differing == []


def test_the_file_is_as_make_messages_writes_it(tmp_path):
    written = tmp_path / "django.po"
    catalogue.write_catalog(catalogue.update_catalog(), written)
    assert written.read_text(encoding="utf-8") == catalogue.PO_FILE.read_text(encoding="utf-8")


def test_obsolete_messages_are_not_kept():
    assert not catalogue.read_catalog().obsolete


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
    found = [(text, where) for text, where, _comments in catalogue.extract_messages(path)]
    assert len(found) == 1
    text, where = found[0]
    if context:
        assert where == context
        assert text == message or text == message[1]
    else:
        assert (text, where) == (message, None)
