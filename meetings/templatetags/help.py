"""Pictures of the help: `{% load help %}{% picture "list" "caption" %}`."""

import functools
import struct
from pathlib import Path

from django import template
from django.conf import settings
from django.template import RequestContext

register = template.Library()


@register.inclusion_tag("meetings/tasks/help/_picture.html", takes_context=True)
def picture(context: RequestContext, name: str, caption: str) -> dict[str, object]:
    """Draw a picture in the page's language; ``caption`` is also its alternative text."""
    file = f"img/help/{context['language']}/{name}.png"
    return {"file": file, "caption": caption, "height": _height(file)}


@functools.cache
def _height(file: str) -> int:
    """Return the height in pixels, so that the text does not jump when it loads."""
    with (Path(settings.RESOURCES_DIR) / "static" / file).open("rb") as png:
        # The first chunk of every PNG holds width and height at the bytes 16 to 24.
        _width, height = struct.unpack(">II", png.read(24)[16:24])
    return height
