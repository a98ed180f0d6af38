"""``python -m tests.measure_scans``: how many cells are read right of pages as scanners and telephones give them.

The notice's annex in every variant of `tests.scan_pictures`, then papers of the corpus, each in the next variant; what
the same paper gives as a PDF with text stands beside it, for what the parser gets wrong is no fault of the picture.
Names among the arguments (of variants or papers) measure those alone.
"""

from __future__ import annotations

import itertools
import logging
import os
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import django

from meetings.minutes.documents import Document, read_content
from meetings.minutes.documents.scans import ScanReader
from meetings.minutes.parser.minutes import parse_minutes, to_json
from tests.corpus.make import build
from tests.corpus.paper import read_papers
from tests.corpus.scoring import Score, score_minutes
from tests.minutes.compared_rows import EXPECTED, as_compared, as_expected
from tests.scan_pictures import VARIANTS, Picture, print_pages

_NOTICE = Path(__file__).parent / "data" / "minutes.pdf"
_ANNEX = slice(4, 6)
_PAPERS = ("01", "05", "09", "10", "21", "22", "35", "38")


def main(only: Sequence[str]) -> None:
    logging.disable(logging.WARNING)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnas_tasks.settings")
    django.setup()
    annex = print_pages(_NOTICE.read_bytes())[_ANNEX]
    for name in VARIANTS:
        if not only or name in only:
            _measure_annex(name, annex)
    variants = itertools.cycle(VARIANTS)
    for paper in read_papers():
        if paper.name[:2] not in (only or _PAPERS):
            continue
        content = build(replace(paper, format="pdf"))
        printed = score_minutes(parse_minutes(read_content(content)), paper.expected)
        name = next(variants)
        read, seconds = _recognise(VARIANTS[name](page) for page in print_pages(content))
        _print(f"{paper.name}, {name}", score_minutes(parse_minutes(read), paper.expected), seconds, printed)


def _measure_annex(name: str, annex: Sequence[Picture]) -> None:
    read, seconds = _recognise(VARIANTS[name](page) for page in annex)
    rows = [as_compared(row) for row in to_json(parse_minutes(read))["rows"]]
    score = Score()
    for wanted, found in itertools.zip_longest(map(as_expected, EXPECTED["rows"]), rows, fillvalue={}):
        for key in wanted or found:
            score.judge(wanted.get(key) == found.get(key), f"{wanted.get('number')} {key}: {found.get(key)}")
    _print(f"annex, {name}", score, seconds)


def _recognise(pages: Iterable[Picture]) -> tuple[Document, float]:
    """Return what was read, and the seconds of one processor for each page."""
    reader, spent, count = ScanReader(), 0.0, 0
    for page in pages:
        before = time.process_time()
        reader.add_page(page)
        spent += time.process_time() - before
        count += 1
    return reader.finish(), spent / count


def _print(name: str, score: Score, seconds: float, printed: Score | None = None) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    beside = f" (with text: {printed.right})" if printed else ""
    print(f"{name}: {score.right} of {score.cells} cells{beside}, {seconds:.1f} s a page, {megabytes} MB", flush=True)
    for fault in score.faults:
        print(f"    {fault[:150]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
