"""What reaches a browser: collected with hashed names, small, and in words that Chromium 109 understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.autoreload import reset_loaders
from django.test import override_settings
from lxml import html

from meetings.display.fields import HEALTH_COLOURS
from meetings.models import Role, Task
from meetings.templatetags import navigation
from tests import factories

pytestmark = pytest.mark.same_on_both

# Bytes of each kind, gzipped, that any page may ask for.
MOST = 60_000

# Newer than Chromium 109: a colour written so is none there.
NEWER_FUNCTIONS = "light-dark|color-mix|oklch|oklab|lab|lch|color"
# Newer as well, and nothing is said by them.
NEWER_PROPERTIES = "field-sizing|scrollbar-color|scrollbar-width"

MODULE_IMPORT = re.compile(r"""\bimport\s*(?:\{[^}]*\}\s*from\s*)?["'](\./[^"']+)["']""")

PAGES = [
    "/accounts/login/",
    "/",
    "/tasks/",
    "/tasks/{task}/",
    "/tasks/{task}/edit/",
    "/meetings/{meeting}/",
    "/meetings/{meeting}/arrange/",
    "/import/",
    "/import/{draft}/",
    "/confirmations/",
    "/fill-in/",
    "/fill-in/{upload}/",
    "/search/?q=认可",
    "/organisation/",
    "/reports/",
    "/help/",
]


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Iterator[Path]:
    """The static files as a deployment with DEBUG=0 has them."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
        forget_rendered_parts()
        yield folder
    forget_rendered_parts()


def forget_rendered_parts() -> None:
    """Render anew what is kept for all pages: it names static files by their present addresses."""
    reset_loaders()
    navigation._draw_link.cache_clear()


def modules(script: Path) -> set[Path]:
    """Return the script and every module it brings."""
    found = {script}
    for name in MODULE_IMPORT.findall(script.read_text(encoding="utf-8")):
        imported = script.parent / name
        if imported not in found:
            found |= modules(imported)
    return found


def files_of(page: bytes, folder: Path) -> tuple[set[Path], set[Path]]:
    """Return the style sheets and the scripts that a page asks for, at once or later."""

    def path(url: str) -> Path:
        return folder / url.removeprefix("/" + settings.STATIC_URL.strip("/")).lstrip("/")

    tree = html.fromstring(page)
    sheets = {path(url) for url in tree.xpath("//link[@rel='stylesheet']/@href")}
    scripts = {path(url) for url in tree.xpath("//script/@data-library")}
    for url in tree.xpath("//script/@src"):
        scripts |= modules(path(url))
    return sheets, scripts


def gzipped(files: set[Path]) -> int:
    """Return how many bytes the files are on the wire; what gzip makes no smaller is sent as it is."""
    return sum(min(file.stat().st_size, _zipped(file)) for file in files)


def _zipped(file: Path) -> int:
    twin = file.with_name(file.name + ".gz")
    return twin.stat().st_size if twin.exists() else file.stat().st_size


@pytest.mark.long
def test_at_most_60_kb_of_css_and_of_js_reach_a_browser(db, client, collected, subtests):
    factories.real_meeting()
    task = Task.objects.first()
    staff = factories.account(Role.SECRETARIAT)
    places = {
        "task": task.pk,
        "meeting": task.suggestion.meeting_id,
        "draft": factories.minutes_document(staff).pk,
        "upload": factories.fill_in_upload(staff).pk,
    }
    for address in PAGES:
        with subtests.test(address):
            client.logout()
            if address != "/accounts/login/":
                client.force_login(staff)
            page = client.get(address.format(**places))
            assert page.status_code == 200
            sheets, scripts = files_of(page.content, collected)
            assert sheets
            assert len(scripts) > 10
            # A name that a deployment lets browsers keep for ever.
            assert all(re.search(r"\.[0-9a-f]{12}\.(css|js)$", file.name) for file in sheets | scripts)
            assert gzipped(sheets) <= MOST
            assert gzipped(scripts) <= MOST


def test_the_stylesheet_has_no_colour_that_chromium_109_does_not_know():
    css = (Path(settings.BASE_DIR) / "static" / "vendor" / "app.css").read_text(encoding="utf-8")
    assert re.findall(rf"(?<![\w-])(?:{NEWER_FUNCTIONS})\(", css) == []


def test_every_style_sheet_is_in_the_one_that_is_served():
    root = Path(settings.BASE_DIR)
    build = (root / "frontend.mjs").read_text(encoding="utf-8")
    listed = re.findall(r'^  "([\w-]+)",$', build[build.index("const SHEETS") : build.index("];")], re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (root / "static" / "css").glob("*.css"))


def test_each_script_names_the_browser_stories_that_drive_it():
    root = Path(settings.BASE_DIR)
    stories = set()
    for module in (root / "tests" / "browser").glob("test_*.py"):
        stories |= set(re.findall(r"^def (test_\w+)\(", module.read_text(encoding="utf-8"), re.MULTILINE))
    for script in (root / "static" / "js").glob("*.js"):
        head = " ".join(re.findall(r"^//(.*)$", script.read_text(encoding="utf-8").split("\n\n")[0], re.MULTILINE))
        named = set(re.findall(r"test_\w+", head))
        assert named, f"{script.name} names no browser story"
        assert named <= stories, f"{script.name} names a browser story that is not there"


def test_mails_and_charts_have_the_colours_of_the_pages():
    sheet = (settings.BASE_DIR / "static/css/app.css").read_text()
    of_pages = dict(re.findall(r"^\.health-(\w+) \{\n  --health: #(\w+);", sheet, re.MULTILINE))
    assert of_pages == {health.value: colour.lower() for health, colour in HEALTH_COLOURS.items()}
