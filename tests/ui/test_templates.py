"""What can be said of every template without a page that shows it."""

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_every_template_compiles_and_nobody_left_a_conflict_in_it():
    for path in TEMPLATES.rglob("*.html"):
        get_template(str(path.relative_to(TEMPLATES)))
        assert "<<<<<<<" not in path.read_text(), path
