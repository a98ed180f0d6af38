"""The manual in Chinese has the commands of docs/operations.md, which other tests here run."""

import re

from django.conf import settings

DOCS = settings.BASE_DIR / "docs"
MANUAL = DOCS / "部署手册.md"


def commands(text: str) -> list[str]:
    return [line for block in re.findall(r"^```\n(.*?)^```", text, re.S | re.M) for line in block.splitlines() if line]


def test_each_command_of_the_manual_stands_in_the_english_one():
    operations = (DOCS / "operations.md").read_text(encoding="utf-8")
    known = {line.strip() for line in operations.splitlines()} | set(
        re.findall(r"`([^`\n]+)`", operations.replace("\n", " "))
    )
    unknown = [line for line in commands(MANUAL.read_text(encoding="utf-8")) if line not in known]
    assert unknown == []


def test_what_the_manual_links_to_is_there():
    text = MANUAL.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    headings = {re.sub(r"[、（）]", "", title.lower()).replace(" ", "-") for title in titles}
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        if path:
            assert (DOCS / path).exists(), link
            # Of these alone the bundle takes all.
            assert path.endswith(".md"), link
        else:
            assert anchor in headings, link


def test_each_setting_that_the_manual_names_is_one():
    example = (settings.BASE_DIR / "deploy" / "register.env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Z_]{3,})[=`]", MANUAL.read_text(encoding="utf-8")))
    named -= {"BUNDLE_WITH", "BUNDLE_FOR", "ADDRESS", "OWNERS", "PASSWORD"}
    assert named
    assert [name for name in named if not re.search(rf"^#? ?{name}=", example, re.M)] == []
