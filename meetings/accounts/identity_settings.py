"""The identity servers by which people sign in, and whose account they get."""

from django.conf import settings
from django.utils.translation import gettext as _

from meetings.display.fields import join_sentences


def find_identity_servers() -> list[str]:
    """Return the identity servers that are set up, by their names in URLs."""
    ways = {"oidc": settings.OIDC_ISSUER, "cas": settings.CAS_URL}
    return [name for name, address in ways.items() if address]


def describe_matching() -> str:
    """Say which account a new person gets; empty without an identity server.

    `meetings.accounts.services.identities` decides it.
    """
    if not (find_identity_servers() or settings.LDAP_URL):
        return ""
    rules = {
        "nothing": _("Who signs in by the office’s identity server for the first time gets no account that is here."),
        "email": _(
            "Who signs in by the office’s identity server for the first time gets the account with the same e-mail "
            "address, if that server says it has verified it; LDAP and CAS never say so."
        ),
        "username": _(
            "Who signs in by the office’s identity server for the first time gets the account with the same user name."
        ),
    }
    limits = _(
        "Never taken are accounts of administrators, those that may not sign in and those that another identity has; "
        "from then on the account has no password."
    )
    others = (
        _("Where none fits, a new one is made if their groups give a role other than liaison and leader.")
        if settings.IDENTITY_ROLES
        else _("Where none fits, nobody gets in.")
    )
    kept = () if settings.IDENTITY_MATCH == "nothing" else (limits,)
    return join_sentences([rules[settings.IDENTITY_MATCH], *kept, others])
