"""How the project's templates are read."""

import re

from django.conf import settings
from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

_LINE_END = re.compile(r"\s*\n\s*")
# A line of nothing but a tag that writes nothing itself; not the end of a block, since what another template puts
# there need not end its line.
_TAG_LINE = re.compile(
    r"(?<=\n)(\{% (?:if|elif|else|endif|for|empty|endfor|with|endwith|load|url \S.* as)\b(?:(?!%\}).)*%\}|\{#.*#\})\n"
)


class Loader(FilesystemLoader):
    """Reads pages without their indentation and without lines of a tag alone.

    The indentation was an eighth of what is sent. A browser shows any white space as one blank; words in the value of a
    variable are not touched. A developer's error page shows the file as it is.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return the text of the template."""
        contents = super().get_contents(origin)
        is_page = origin.name.endswith(".html") and not settings.DEBUG
        return _TAG_LINE.sub(r"\1", _LINE_END.sub("\n", contents)) if is_page else contents
