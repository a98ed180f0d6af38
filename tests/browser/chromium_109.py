"""A browser as old as Chromium 109: without the style and the calls that came after it."""

import re
from functools import cache

from playwright.sync_api import Page, Route

from tests.test_front_end import NEWER_FUNCTIONS, NEWER_PROPERTIES

# A declaration that an older browser does not understand is as good as not written.
NEWER_VALUE = re.compile(rf"(?<=[{{;])[^{{}};]*:[^{{}};]*(?:{NEWER_FUNCTIONS})\([^{{}};]*;?")
NEWER_PROPERTY = re.compile(rf"(?<=[{{;])(?:{NEWER_PROPERTIES}):[^{{}};]*;?")

# What scripts could call by now, and Chromium 109 could not.
WITHOUT_NEWER_CALLS = """
    for (const name of ["toReversed", "toSorted", "toSpliced", "with"]) delete Array.prototype[name];
    for (const name of ["difference", "intersection", "isSubsetOf", "union"]) delete Set.prototype[name];
    delete Array.fromAsync;
    delete Map.groupBy;
    delete Object.groupBy;
    delete Promise.try;
    delete Promise.withResolvers;
    delete URL.canParse;
    delete URL.parse;
    delete Document.prototype.startViewTransition;
    delete HTMLElement.prototype.showPopover;
    delete HTMLElement.prototype.togglePopover;
    delete Element.prototype.setHTMLUnsafe;
    delete Element.prototype.moveBefore;
"""


@cache
def as_chromium_109(css: str) -> str:
    """Leave out what Chromium 109 would not understand."""
    return NEWER_PROPERTY.sub("", NEWER_VALUE.sub("", css))


def make_old(page: Page) -> None:
    """Take from the pages that ``page`` will open what Chromium 109 does not know."""

    def serve(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=as_chromium_109(response.text()))

    page.add_init_script(WITHOUT_NEWER_CALLS)
    page.route(re.compile(r"\.css(\?|$)"), serve)
