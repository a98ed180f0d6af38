"""Headers that every answer has."""

from __future__ import annotations

from django.http import HttpResponseBase

ALWAYS = {
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# A file that somebody uploaded may not do anything, whatever opens it.
OF_EVIDENCE = {**ALWAYS, "Content-Security-Policy": "default-src 'none'; sandbox"}


def find_header_faults(response: HttpResponseBase, expected: dict[str, str] = ALWAYS) -> list[str]:
    """Return which headers are not as they should be."""
    policy = "; ".join(sorted(response.get("Content-Security-Policy", "").split("; ")))
    told = {**response.headers, "Content-Security-Policy": policy}
    return [name for name, value in expected.items() if told.get(name) != value] + [
        name for name in ("Permissions-Policy", "X-Request-ID") if not told.get(name)
    ]
