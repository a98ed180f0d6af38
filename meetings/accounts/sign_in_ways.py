"""The identity servers by whose pages people sign in."""

from django.conf import settings


def find_ways() -> list[str]:
    """Return the names of the ways that are set up, as their addresses have them."""
    ways = {"oidc": settings.OIDC_ISSUER, "cas": settings.CAS_URL}
    return [name for name, address in ways.items() if address]
