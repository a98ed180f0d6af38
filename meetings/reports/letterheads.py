"""Which template a paper is written on: the office's own, or the register's."""

import logging

from cnas_tasks.logs import describe
from meetings.models import Letterhead, Paper

from .letterhead_document import read_shipped

logger = logging.getLogger(__name__)

_SHIPPED = {Paper.REPORT: "document", Paper.BULLETIN: "document", Paper.REPLY: "letter", Paper.SLIP: "slip"}


def read_letterhead(paper: Paper) -> bytes:
    """Return the template that ``paper`` is written on.

    Where the disk has the office's own no more, the register's, so that a paper can be written at all.
    """
    letterhead = Letterhead.objects.filter(paper=paper).first()
    if letterhead is not None:
        try:
            with letterhead.file.open("rb") as file:
                content: bytes = file.read()
        except OSError as error:
            logger.warning("The letterhead “%s” cannot be read: %s", letterhead.file.name, describe(error))
        else:
            return content
    return read_default_letterhead(paper)


def read_default_letterhead(paper: Paper) -> bytes:
    """Return the register's own template of ``paper``."""
    return read_shipped(_SHIPPED[paper])
