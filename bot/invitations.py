"""One-use links that bind a chat to an organization or to the working group."""

from __future__ import annotations

import secrets
import time

from bot.settings import Settings
from bot.starting import NotReady, directory_rows, open_database, today
from bot.vault import fingerprint
from referrals.directory import Directory, Organization, build_directory
from referrals.store.bindings import insert_invitation
from referrals.store.bindings import unbind as unbind_organization

GOOD_FOR_SECONDS = 24 * 3600
TOKEN_BYTES = 18


def invite(settings: Settings, wanted: str, working_group: bool) -> str:
    """Store an invitation and return what to do with it.

    Only a digest of the token is stored; the token is shown once.
    """
    engine = open_database(settings)
    with engine.begin() as connection:
        organization = None
        if not working_group:
            organization = named(build_directory(directory_rows(settings, connection)), wanted)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = int(time.time()) + GOOD_FOR_SECONDS
        insert_invitation(
            connection, fingerprint(token), organization.id if organization else None, expires
        )
    return advice(organization, token)


def unbind(settings: Settings, wanted: str) -> str:
    """Take an organization's chat away; return its name."""
    with open_database(settings).begin() as connection:
        organization = named(build_directory(directory_rows(settings, connection)), wanted)
        unbind_organization(connection, organization.id, today(settings))
    return organization.name


def named(directory: Directory, wanted: str) -> Organization:
    """Return the only organization with that id or part of a name."""
    by_name = [
        o
        for o in directory.organizations()
        if wanted and (o.id == wanted or wanted.casefold() in o.name.casefold())
    ]
    if len(by_name) != 1:
        raise NotReady(f"{len(by_name)} organizations fit: use an id of `faro directory list`")
    return by_name[0]


def advice(organization: Organization | None, token: str) -> str:
    """Say how the link is used."""
    if organization is None:
        return (
            "Add the bot to the channel as an administrator that may post, then post this in "
            f"the channel, within 24 hours, once (with the bot's own name):\n"
            f"/start@<name of the bot> {token}"
        )
    return (
        f"For {organization.name}. Add the bot to the organization's group (never as an "
        "administrator), then write this in the group, within 24 hours, once:\n"
        f"/start@<name of the bot> {token}\n"
        f"Or open: https://t.me/<name of the bot>?startgroup={token}"
    )
