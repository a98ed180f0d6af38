"""axe-core, the accessibility checker, on a page that Playwright has open."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

# Axe leaves the size of what is tapped alone unless asked (WCAG 2.2, 2.5.8).
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

# A bar that stays in sight lies beside whatever happens to be scrolled under it, which says nothing of what is tapped;
# at the top of the page everything lies where it belongs.
AT_THE_TOP = """async () => {
    const { scrollX, scrollY } = window;
    window.scrollTo({ top: 0, behavior: "instant" });
    const found = await %s;
    window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
    return found;
}"""


@cache
def _source() -> str:
    return (Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds, one line for each rule and element: `rule: selector: what to do`."""
    # By the debugger's door: the page's own policy lets no script in, and is to stay as it is.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found = page.evaluate(AT_THE_TOP % f"axe.run(document, {json.dumps(OPTIONS)})")["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {advice(node)}"
        for rule in found
        for node in rule["nodes"]
        # What a bar that stays in sight covers at the moment comes out from under it by scrolling.
        if not (rule["id"] == "target-size" and "obscured" in node["failureSummary"])
    ]


def advice(node: dict) -> str:
    """Return axe's summary of what to mend, in one line."""
    return " ".join(node["failureSummary"].split())


def assert_accessible(page: Page) -> None:
    """Fail with everything that axe objects to on the page as it is now."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)
