"""Services on letterheads: another template, and back to the register's own."""

import hashlib

from django.core.files.base import ContentFile

from meetings.errors import ConflictError
from meetings.models import Account, ChangeKind, Letterhead, Paper
from meetings.permissions import require_administrator
from meetings.storage.files import atomic_with_files, delete_on_commit
from meetings.tasks.services.log import log_change

from .letterhead_document import Place
from .letterhead_trial import try_letterhead


def set_letterhead(*, actor: Account, paper: Paper, version: str, content: bytes, name: str) -> list[Place]:
    """Write ``paper`` on this template from now on.

    It is tried first. Returns of which words it has no place. Raises ServiceError where it is refused, and where not
    ``version`` is in use any more.
    """
    require_administrator(actor)
    # It takes seconds, for which no other writer waits.
    missing = try_letterhead(paper, content)
    _put_into_use(actor, paper, version, content, name)
    return missing


@atomic_with_files()
def _put_into_use(actor: Account, paper: Paper, version: str, content: bytes, name: str) -> None:
    before = _remove(paper, version)
    digest = hashlib.sha256(content).hexdigest()
    letterhead = Letterhead(paper=paper, sha256=digest, original_name=name[-200:], uploaded_by_id=actor.pk)
    letterhead.file.save(name, ContentFile(content), save=False)
    letterhead.save()
    _log(actor, paper, before, letterhead.original_name)


@atomic_with_files()
def remove_letterhead(*, actor: Account, paper: Paper, version: str) -> None:
    """Write ``paper`` on the register's own template again."""
    require_administrator(actor)
    if before := _remove(paper, version):
        _log(actor, paper, before, None)


def letterhead_version(letterhead: Letterhead | None) -> str:
    """Return which template somebody has seen."""
    return str(letterhead.pk) if letterhead else ""


def _remove(paper: Paper, version: str) -> str | None:
    letterhead = Letterhead.objects.select_for_update().filter(paper=paper).first()
    if (current := letterhead_version(letterhead)) != version:
        raise ConflictError(current_version=current)
    if letterhead is None:
        return None
    delete_on_commit(letterhead.file.name)
    letterhead.delete()
    return letterhead.original_name


def _log(actor: Account, paper: Paper, before: str | None, after: str | None) -> None:
    # Whoever is signed in is known by a stand-in, and a log by its subject's class.
    log_change(
        Account.objects.get(pk=actor.pk),
        kind=ChangeKind.CORRECTED,
        actor=actor,
        part=str(paper.label),
        changes={"letterhead": {"old": before, "new": after}},
    )
