"""What can be said of every template without a page that shows it."""

from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.utils.translation import override

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_every_template_compiles_and_nobody_left_a_conflict_in_it():
    for path in TEMPLATES.rglob("*.html"):
        get_template(str(path.relative_to(TEMPLATES)))
        assert "<<<<<<<" not in path.read_text(), path


def test_what_is_the_same_for_all_is_made_once_for_each_language_and_of_no_page_alone(monkeypatch):
    template = engines["django"].from_string(
        "{% load i18n interface %}"
        "{% same_for_all %}{% translate 'Search' %} {% version %}{{ name }}{% end_same_for_all %}"
    )
    drawn = []
    for version, language in (("1", "en"), ("2", "en"), ("3", "zh-hans"), ("4", "en")):
        monkeypatch.setattr("cnas_tasks.__version__", version)
        with override(language):
            drawn.append(template.render({"name": "somebody’s"}))
    assert drawn == ["Search 1", "Search 1", "搜索 3", "Search 1"]
