"""Pages are sent without the indentation of their templates, and without lines of tags alone."""

import pytest
from django.template import Context, Engine
from django.test import override_settings

SOURCE = '<ul>\n    <li>{{ words }}</li>\n\n  {% if more %}\n    <li\n      class="last">…</li>\n  {% endif %}\n</ul>\n'


def rendered(folder, name: str, source: str = SOURCE) -> str:
    (folder / name).write_text(source, encoding="utf-8")
    engine = Engine(dirs=[str(folder)], loaders=["cnas_tasks.template_loader.Loader"])
    return engine.get_template(name).render(Context({"words": "first\n    second", "more": True}))


def test_the_indentation_of_a_page_is_left_out_and_not_that_of_a_value(tmp_path):
    assert rendered(tmp_path, "page.html") == '<ul>\n<li>first\n    second</li>\n<li\nclass="last">…</li>\n</ul>\n'


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<b\n{% if more %}\nlang='en'\n{% endif %}\nid='b'>\n", "<b\nlang='en'\nid='b'>\n"),
        ("<b\n{% if more %}lang='en'{% endif %}\nid='b'>\n", "<b\nlang='en'\nid='b'>\n"),
        ("one\n{% for letter in words|slice:'2' %}\n{# Why. #}\n{{ letter }}\n{% endfor %}\ntwo\n", "one\nf\ni\ntwo\n"),
        ("one\n{% firstof words %}\ntwo\n", "one\nfirst\n    second\ntwo\n"),
        ("one\n{% block two %}two{% endblock %}\nthree\n", "one\ntwo\nthree\n"),
    ],
)
def test_words_and_attributes_stay_apart_without_the_lines_of_tags(tmp_path, source, page):
    assert rendered(tmp_path, "page.html", source) == page


def test_a_text_is_as_it_is_written(tmp_path):
    assert "\n    <li>first" in rendered(tmp_path, "mail.txt")


@override_settings(DEBUG=True)
def test_a_developer_sees_the_lines_of_the_file(tmp_path):
    assert "\n    <li>first" in rendered(tmp_path, "page.html")
