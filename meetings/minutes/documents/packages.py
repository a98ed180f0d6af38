"""Office packages (.docx, .xlsx), read without trusting their own numbers.

The limits are those of the import's contract (docs/domain.md) (memory 512 MB, 20 s): sizes are counted while unpacking,
nodes while parsing; a document type declaration, which no office program writes, is refused, so no entity is ever
expanded.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from lxml import etree

from .errors import (
    MAX_PACKAGE_BYTES,
    MAX_PART_BYTES,
    MAX_XML_NODES,
    MEGABYTE,
    UnreadableDocumentError,
    UnreadableReason,
)

_MAX_DIRECTORY_BYTES = 4 * MEGABYTE
_MAX_COMMENT_BYTES = 65_535 + 22
_DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one names by ``key``, or an address outside."""

    key: str
    kind: str
    target: str
    is_external: bool


class _LimitedStream(io.RawIOBase):
    """A part's stream that stops at ``MAX_PART_BYTES`` unpacked bytes."""

    def __init__(self, stream: IO[bytes], part: str, package: Package) -> None:
        self._stream = stream
        self._part = part
        self._package = package
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._stream.read(MAX_PART_BYTES + 1 if size is None or size < 0 else size)
        except RuntimeError as error:  # zipfile's way to say that a part is encrypted
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED) from error
        except _DAMAGED_ZIP as error:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=self._part) from error
        self._count += len(data)
        self._package.unpacked_bytes += len(data)
        if self._count > MAX_PART_BYTES or self._package.unpacked_bytes > MAX_PACKAGE_BYTES:
            limit = MAX_PART_BYTES // MEGABYTE
            raise UnreadableDocumentError(UnreadableReason.EXPANDS_TOO_FAR, part=self._part, limit=limit)
        return data


class Package:
    """An open package. Use as a context manager."""

    def __init__(self, content: bytes) -> None:
        """Open the package in ``content``. Raises UnreadableDocumentError."""
        self.unpacked_bytes = 0
        _refuse_huge_directory(content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGED_ZIP as error:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="zip") from error
        # Some writers name parts with another case or a leading slash; the standard compares without case.
        self._names = {name.lstrip("/").replace("\\", "/").lower(): name for name in self._zip.namelist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *exception: object) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._names

    def names(self) -> Iterator[str]:
        """Return the parts' names in lower case."""
        return iter(self._names)

    def _open(self, part: str) -> _LimitedStream:
        name = self._names.get(part.lower())
        if name is None:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part)
        try:
            return _LimitedStream(self._zip.open(name), part, self)
        except RuntimeError as error:
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED) from error
        except _DAMAGED_ZIP as error:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part) from error

    def content(self, part: str) -> bytes:
        """Return the bytes of ``part``; raises UnreadableDocumentError as `events` does."""
        with self._open(part) as stream:
            return stream.read()

    def events(self, part: str) -> Iterator[tuple[str, etree._Element]]:
        """Parse ``part`` as ("start" | "end", element); the caller clears elements.

        Raises UnreadableDocumentError where the part is missing, damaged, too large or declares a document type.
        """
        parser = etree.iterparse(
            self._open(part),
            events=("start", "end"),
            no_network=True,
            load_dtd=False,
            resolve_entities=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        has_root = False
        nodes = 0
        try:
            for event, element in parser:
                if not has_root:
                    has_root = True
                    if element.getroottree().docinfo.internalDTD is not None:
                        raise UnreadableDocumentError(UnreadableReason.ENTITIES, part=part)
                if event == "start":
                    nodes += 1 + len(element.attrib)
                    if nodes > MAX_XML_NODES:
                        raise UnreadableDocumentError(UnreadableReason.TOO_INVOLVED, part=part)
                yield event, element
        except etree.LxmlError as error:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part) from error
        if not has_root:
            raise UnreadableDocumentError(UnreadableReason.DAMAGED, part=part)

    def tree(self, part: str) -> etree._Element:
        """Return the root of ``part``, parsed within ``MAX_XML_NODES`` nodes."""
        events = self.events(part)
        _, root = next(events)
        deque(events, maxlen=0)
        return root

    def relations(self, part: str) -> list[Relation]:
        """Return what ``part`` refers to; nothing where the package does not say."""
        folder, name = posixpath.split(part)
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in self:
            return []
        found = []
        for relation in self.tree(relations):
            target, is_external = relation.get("Target", ""), relation.get("TargetMode") == "External"
            if not is_external:
                target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            kind = relation.get("Type", "").rpartition("/")[2]
            found.append(Relation(relation.get("Id", ""), kind, target, is_external))
        return found


def _refuse_huge_directory(content: bytes) -> None:
    """Refuse a huge zip directory, which zipfile would hold in memory."""
    tail = content[-_MAX_COMMENT_BYTES - 76 :]
    sizes = [0]
    if (at := tail.rfind(b"PK\x05\x06")) >= 0 and len(tail) >= at + 16:
        sizes.append(struct.unpack_from("<L", tail, at + 12)[0])
        if sizes[-1] == 0xFFFFFFFF:
            sizes.pop()
    if (at := tail.rfind(b"PK\x06\x06")) >= 0 and len(tail) >= at + 48:
        sizes.append(struct.unpack_from("<Q", tail, at + 40)[0])
    if max(sizes) > _MAX_DIRECTORY_BYTES:
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="zip")


def namespace(element: etree._Element) -> str:
    """Return the ``{…}`` of the element, in which the two standards differ."""
    tag = element.tag
    return tag[: tag.index("}") + 1] if isinstance(tag, str) and tag.startswith("{") else ""
