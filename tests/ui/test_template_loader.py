"""Pages are sent without the indentation of their templates."""

from django.template import Context, Engine
from django.test import override_settings

SOURCE = '<ul>\n    <li>{{ words }}</li>\n\n  {% if more %}\n    <li\n      class="last">…</li>\n  {% endif %}\n</ul>\n'


def rendered(folder, name: str) -> str:
    (folder / name).write_text(SOURCE, encoding="utf-8")
    engine = Engine(dirs=[str(folder)], loaders=["cnas_tasks.template_loader.Loader"])
    return engine.get_template(name).render(Context({"words": "first\n    second", "more": True}))


def test_the_indentation_of_a_page_is_left_out_and_not_that_of_a_value(tmp_path):
    assert rendered(tmp_path, "page.html") == '<ul>\n<li>first\n    second</li>\n\n<li\nclass="last">…</li>\n\n</ul>\n'


def test_a_text_is_as_it_is_written(tmp_path):
    assert "\n    <li>first" in rendered(tmp_path, "mail.txt")


@override_settings(DEBUG=True)
def test_a_developer_sees_the_lines_of_the_file(tmp_path):
    assert "\n    <li>first" in rendered(tmp_path, "page.html")
