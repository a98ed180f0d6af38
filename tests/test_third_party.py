"""What is installed with the register may be, and THIRD_PARTY.md names it."""

import re

from packaging.utils import canonicalize_name

from tests.third_party import ROOT, draw_table, front_end_packages, python_packages, required_packages

# Licences under which others' work may be installed beside an MIT product: permissive ones, and those whose terms hold
# for their own files alone (MPL) or for a library that is used as it is (LGPL). The GPL is none of them.
FITTING = re.compile(
    r"MIT|BSD|0BSD|Apache|MPL|Mozilla Public License|LGPL-3\.0-only|GNU Lesser General Public License v3|PSF-2\.0|Zlib"
    r"|CC0-1\.0",
    re.IGNORECASE,
)


def test_every_package_has_a_licence_that_fits():
    packages = [*python_packages(), *front_end_packages()]
    others = [package for package in packages if not all(map(FITTING.search, re.split(r" AND |, ", package.licence)))]
    # "dependency licenses" of pypdfium2: those of PDFium, which are permissive.
    assert [(package.name, package.licence) for package in others] == [
        ("pypdfium2", "BSD-3-Clause, Apache-2.0, dependency licenses")
    ]


def test_the_gpl_does_not_fit():
    for licence in ("GPL-3.0-or-later", "GNU General Public License v3 (GPLv3)", "AGPL-3.0", "UNKNOWN"):
        assert not FITTING.search(licence)


def test_what_is_built_of_others_pages_comes_with_their_notices():
    text = (ROOT / "static/vendor/licences.txt").read_text(encoding="utf-8")
    for package in front_end_packages():
        assert f"{package.name} {package.version}: {package.licence}\n" in text
    assert "Copyright 2018-" in text
    assert "Permission is hereby granted" in text


def test_third_party_names_every_package_and_its_version():
    text = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    named = {
        canonicalize_name(name): version for name, version in re.findall(r"^\| ([\w.@/-]+) \| (\S+) \|", text, re.M)
    }
    required = {canonicalize_name(name): version for name, version in required_packages().items()}
    assert {name: named.get(name) for name in required} == required
    assert draw_table(front_end_packages()) in text
