"""Trial of a template before it is used: its parts, its places, papers in it."""

import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml import parse_xml
from lxml import etree

from cnas_tasks.logs import describe
from meetings.core.file_types import DOCX, PACKAGE, recognise, recognise_package
from meetings.display.fields import join_items
from meetings.errors import InvalidInputError, ServiceError
from meetings.exports.columns import Column
from meetings.minutes.documents import UnreadableDocumentError, UnreadableReason
from meetings.minutes.documents.errors import MEGABYTE
from meetings.minutes.documents.packages import Package
from meetings.minutes.sandbox import call_in_sandbox
from meetings.models import Meeting, Paper, Person, Task
from meetings.tasks.chasing import build_slips, departments_with_slips

from .bulletin import build_bulletin
from .bulletin_document import bulletin_document
from .letterhead_document import SHARED_PLACES, TEMPLATE_OF_ORIGIN, Place, find_places, is_body, page_parts
from .official import Block, Heading, Note, OfficialDocument, Paragraph, Table, write_official_documents
from .progress import build_progress_report
from .progress_document import report_document
from .replies import build_reply_sheet
from .replies_document import reply_document
from .slips_document import slip_documents

logger = logging.getLogger(__name__)

MAX_BYTES, MAX_UNPACKED_BYTES = 5 * MEGABYTE, 20 * MEGABYTE
# Elements of one part, and places: more than a letterhead has, and few enough to be looked through in a request.
MAX_ELEMENTS, MAX_PLACES = 50_000, 100
# What a part of a template may refer to, inside of it; no macros, no embedded objects, no comments.
_RELATIONS = frozenset(
    {"officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail", "customXml"}
    | {"styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "font", "theme", "numbering"}
    | {"header", "footer", "footnotes", "endnotes", "image", "customXmlProps", "glossaryDocument"}
)
# Fields that show what the paper itself says; others read files, fetch addresses or start programs.
_FIELDS = frozenset(["PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "SEQ", "STYLEREF", "TOC", "REF", "PAGEREF"])
_ON_OWN_DISK = re.compile(r"(file:///)?[A-Za-z]:[\\/]")
# Attributes by which drawings of old (VML) name files and addresses, and elements that ask databases.
_ADDRESSES, _ELEMENTS_REFUSED = frozenset({"src", "href", "althref"}), frozenset({"mailMerge"})
# Of a field's code the beginning; one that has nothing there is refused.
_LONGEST_CODE = 100
# What python-docx and lxml raise of a package that is not as they expect.
_MISFITS = (KeyError, ValueError, TypeError, AttributeError, LookupError, NotImplementedError, etree.LxmlError)


def try_letterhead(paper: Paper, content: bytes) -> list[Place]:
    """Fill a sample and the newest meeting's ``paper`` into a template.

    Returns of which words it has no place. Raises InvalidInputError where it is refused.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(_("A template has at most %(limit)d MB.") % {"limit": MAX_BYTES // MEGABYTE})
    missing = _try_in_sandbox(paper, content)
    with translation.override("zh-hans"):
        papers = _newest_papers(paper)
    if papers:
        with _misfits_refused():
            _write_and_read(papers, content)
    return missing


def _try_in_sandbox(paper: Paper, content: bytes) -> list[Place]:
    options = {"paper": paper.value, "language": translation.get_language()}
    try:
        answer = call_in_sandbox(f"{__name__}:try_sample", content, options)
    except (UnreadableDocumentError, ServiceError) as error:
        raise _refusal(error.message) from error
    if "refusal" in answer:
        raise _refusal(answer["refusal"])
    return [Place(name) for name in answer["missing"]]


def try_sample(content: bytes, *, paper: str, language: str) -> dict[str, Any]:
    """Return of which words a template has no place, or why it is refused.

    Called where memory and time are bounded: before that, nobody knows what is in the file.
    """
    with translation.override(language):
        try:
            _check_package(content)
            with _misfits_refused():
                missing = _check_places(Paper(paper), content)
                _write_and_read([_sample(), _sample()], content)
        except InvalidInputError as refusal:
            return {"refusal": refusal.message}
    return {"missing": missing}


@contextmanager
def _misfits_refused() -> Iterator[None]:
    try:
        yield
    except _MISFITS as error:
        logger.warning("A letterhead was refused: %s", describe(error))
        raise _refusal(_("This file cannot be filled in as a template. Save it anew in Word as .docx.")) from error


def _refusal(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="file")


# --- the package --------------------------------------------------------------------------------


def _check_package(content: bytes) -> None:
    try:
        if recognise(content) is not PACKAGE:
            raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)
        with Package(content) as package:
            _check_parts(package)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                # Of parts whose names differ by case alone, programs read different ones.
                if len(archive.namelist()) > len(list(package.names())):
                    raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="zip")
    except UnreadableDocumentError as error:
        if error.code == UnreadableReason.UNKNOWN_FORMAT:
            raise _refusal(_("This is no Word document. Choose a .docx file.")) from error
        raise _refusal(error.message) from error


def _check_parts(package: Package) -> None:
    if recognise_package(package.names()) is not DOCX:
        raise UnreadableDocumentError(UnreadableReason.UNKNOWN_FORMAT)
    types = [dict(each.attrib) for each in package.tree("[Content_Types].xml")]
    # What a part is, these say, and not its name.
    xml = {each["PartName"].lstrip("/").lower() for each in types if "PartName" in each}
    endings = (".xml", ".rels", *(f".{each['Extension'].lower()}" for each in types if _is_xml_by_default(each)))
    for name in list(package.names()):
        if name in xml or name.endswith(endings):
            root = _read_part(package, name)
            if name.endswith(".rels"):
                _check_relations(root)
            else:
                _check_fields(root)
                _check_elements(root)
        else:
            package.content(name)
        if package.unpacked_bytes > MAX_UNPACKED_BYTES:
            limit = MAX_UNPACKED_BYTES // MEGABYTE
            raise UnreadableDocumentError(UnreadableReason.EXPANDS_TOO_FAR, part=name, limit=limit)


def _read_part(package: Package, name: str) -> etree._Element:
    events = package.events(name)
    _event, root = next(events)
    for number, _each in enumerate(events):
        # An element begins, and ends.
        if number > 2 * MAX_ELEMENTS:
            raise _too_long()
    return root


def _too_long() -> InvalidInputError:
    return _refusal(_("The template is too long: it is to hold what stands around the places alone."))


def _is_xml_by_default(type_of_ending: dict[str, str]) -> bool:
    return "Extension" in type_of_ending and type_of_ending.get("ContentType", "").endswith("xml")


def _check_relations(root: etree._Element) -> None:
    for relation in root:
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind == TEMPLATE_OF_ORIGIN and _ON_OWN_DISK.match(relation.get("Target", "")):
            # No paper holds it, and who begins from this file asks no server for it.
            continue
        if relation.get("TargetMode") == "External":
            raise _leads_outside(relation.get("Target", ""))
        if kind not in _RELATIONS:
            raise _holds(kind)


def _leads_outside(target: str) -> InvalidInputError:
    message = _("The template leads outside, to “%(target)s”. Take this link out of it.")
    return _refusal(message % {"target": target[:80]})


def _holds(kind: str) -> InvalidInputError:
    message = _("The template holds a “%(kind)s”: no macros, objects or comments may be in it.")
    return _refusal(message % {"kind": kind[:40]})


def _check_elements(root: etree._Element) -> None:
    """Refuse what leads outside past the relations: drawings of old, mail merge."""
    for element in root.iter(etree.Element):
        if (kind := str(element.tag).rpartition("}")[2]) in _ELEMENTS_REFUSED:
            raise _holds(kind)
        for name, value in element.attrib.items():
            namespace, _brace, attribute = name.rpartition("}")
            is_address = attribute in _ADDRESSES and not namespace.endswith("/relationships")
            if is_address and value and not value.startswith("#"):
                raise _leads_outside(value)


def _check_fields(root: etree._Element) -> None:
    for code in _field_codes(root):
        if code not in _FIELDS:
            message = _("The template has a field “%(field)s”. Fields that may be in it: %(fields)s.")
            raise _refusal(message % {"field": code[:40], "fields": join_items(sorted(_FIELDS))})


def _field_codes(root: etree._Element) -> list[str]:
    """Return the first word of each field, empty for one made of other fields."""
    simple, codes = list[str](), list[str]()
    for element in root.iter():
        # Whatever namespace says that it is Word's.
        attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        match element.tag.rpartition("}")[2]:
            case "fldSimple":
                simple.append(attributes.get("instr", ""))
            case "fldChar" if attributes.get("fldCharType") == "begin":
                codes.append("")
            case "instrText" | "delInstrText":
                codes[-1:] = ["".join([*codes[-1:], element.text or ""])[:_LONGEST_CODE]]
    return [re.split(r"[\s\\]", code.strip().upper(), maxsplit=1)[0] for code in simple + codes]


# --- the places ---------------------------------------------------------------------------------


def _check_places(paper: Paper, content: bytes) -> list[Place]:
    document = Document(io.BytesIO(content))
    body = document.element.body
    offered = [place for place in Place if place is not Place.COLOUR or paper == Paper.SLIP]
    in_headers = (each for root in page_parts(document) for each in find_places(root))
    of_body = [(*each, offered) for each in islice(find_places(body), MAX_PLACES + 1)]
    used = [*of_body, *((*each, SHARED_PLACES) for each in islice(in_headers, MAX_PLACES + 1))]
    if len(used) > MAX_PLACES:
        raise _too_long()
    for words, place, possible in used:
        if place not in possible:
            message = (
                _("“%(place)s” cannot stand in a header or footer. There may be: %(places)s.")
                if place in offered
                else _("The register knows no place “%(place)s”. There are: %(places)s.")
            )
            raise _refusal(message % {"place": words, "places": _join(possible)})
    for words in _places_in_notes(document):
        message = _("“%(place)s” cannot stand in a footnote or endnote: nothing is filled in there.")
        raise _refusal(message % {"place": words})
    found = [place for _words, place, _possible in used]
    if not (found.count(Place.BODY) == 1 == sum(map(is_body, body))):
        message = _("The place “%(place)s” has to be there once, in a paragraph of its own outside tables and boxes.")
        raise _refusal(message % {"place": _join([Place.BODY])})
    return [place for place in offered if place not in found and place is not Place.YEAR]


def _places_in_notes(document: DocumentObject) -> Iterator[str]:
    for relation in document.part.rels.values():
        if relation.reltype.rpartition("/")[2] in ("footnotes", "endnotes"):
            yield from (words for words, _place in find_places(parse_xml(relation.target_part.blob)))


def _join(places: Iterable[Place]) -> str:
    return join_items(f"{{{{{place}}}}}" for place in places)


# --- the papers ---------------------------------------------------------------------------------

_SAMPLE: Sequence[Block] = (
    *(Heading(level, "标题") for level in (1, 2, 3, 4)),
    Paragraph("正文第一段。\n正文第二段。"),
    Table("表名", [Column("序号", 1, str), Column("内容", 3, str)], ["1", "2"], keep_together=True),
    Note("注。"),
)


def _sample() -> OfficialDocument:
    day = timezone.localdate()
    return OfficialDocument("关于\n样张的报告", "各部门：", _SAMPLE, "特此报告。", "秘书处", day, colour="红色")


def _newest_papers(paper: Paper) -> list[OfficialDocument]:
    day = timezone.localdate()
    if paper == Paper.SLIP:
        tasks = Task.objects.on(day)
        departments = departments_with_slips(tasks, day).values_list("pk", flat=True)[:1]
        return slip_documents(build_slips(tasks, day, set(departments)), day, "")
    meeting = Meeting.objects.filter(issued_on__lte=day).order_by("-issued_on", "-pk").first()
    if meeting is None:
        return []
    if paper == Paper.REPORT:
        return [report_document(build_progress_report(meeting, day))]
    if paper == Paper.BULLETIN:
        return [bulletin_document(build_bulletin(meeting.issued_on, day))]
    person = Person.objects.filter(suggestion_sources__suggestion__meeting=meeting).order_by("pk").first()
    return [reply_document(build_reply_sheet(person, day))] if person else []


def _write_and_read(papers: Sequence[OfficialDocument], content: bytes) -> None:
    file = io.BytesIO()
    write_official_documents(file, lambda: papers, content)
    Document(file)
