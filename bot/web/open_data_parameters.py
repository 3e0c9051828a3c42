"""What a request for open data may ask, checked: each refusal says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from multidict import MultiMapping

from referrals.hsds_objects import moment_of
from referrals.hsds_problems import quoted
from referrals.hsds_snapshot import Query, words_of

PER_PAGE = 50
MAX_PER_PAGE = 500
MAX_MINIMAL = 10_000
"""Ids and dates only: the standard wants them all in one answer."""
MAX_PAGE = 1_000_000
MAX_SEARCH = 200
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)

PAGING = ("page", "per_page", "format")
OF_TERMS = ("taxonomy_term_id", "taxonomy_id")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is served under one path."""

    table: str
    of_list: tuple[str, ...]
    """Parameters of its list."""
    of_one: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "services": Kind(
        "services",
        ("search", *OF_TERMS, "organization_id", "modified_after", "minimal", "full", *PAGING),
    ),
    "organizations": Kind(
        "organizations", ("search", *OF_TERMS, "full", "full_service", *PAGING), ("full_service",)
    ),
    "service_at_locations": Kind(
        "service_at_location",
        ("search", *OF_TERMS, "organization_id", "modified_after", "full", *PAGING),
    ),
    "taxonomies": Kind("taxonomies", ("search", *PAGING)),
    "taxonomy_terms": Kind(
        "taxonomy_terms", ("search", "taxonomy_id", "parent_id", "top_only", *PAGING)
    ),
}


class BadParameter(Exception):
    """A parameter cannot be used. The text says what to do, and quotes nothing long."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    query: Query
    page: int
    per_page: int
    full: bool
    full_service: bool
    minimal: bool


def read(given: MultiMapping[str], allowed: tuple[str, ...]) -> Asked:
    """Return the parameters of a request, or raise ``BadParameter``."""
    for name in given:
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            raise BadParameter(f"{quoted(name)} is not a parameter here. Known: {known}.")
        if len(given.getall(name)) > 1:
            raise BadParameter(f"{name}: give it once.")
    if given.get("format", "json") != "json":
        raise BadParameter("format: only json is served.")
    minimal = _flag(given, "minimal")
    most = MAX_MINIMAL if minimal else MAX_PER_PAGE
    return Asked(
        query=_query(given),
        page=_number(given, "page", 1, MAX_PAGE),
        per_page=_number(given, "per_page", most if minimal else PER_PAGE, most),
        full=_flag(given, "full"),
        full_service=_flag(given, "full_service"),
        minimal=minimal,
    )


def _query(given: MultiMapping[str]) -> Query:
    return Query(
        words=_words(given, "search"),
        term=_id(given, "taxonomy_term_id"),
        taxonomy=_id(given, "taxonomy_id"),
        organization=_id(given, "organization_id"),
        since=_moment(given, "modified_after"),
        parent=_id(given, "parent_id"),
        top_only=_flag(given, "top_only"),
    )


def _number(given: MultiMapping[str], name: str, default: int, most: int) -> int:
    if name not in given:
        return default
    text = given[name]
    if WHOLE_NUMBER.fullmatch(text) is None or int(text) > most:
        raise BadParameter(f"{name}: use a whole number from 1 to {most}.")
    return int(text)


def _flag(given: MultiMapping[str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in ("true", "false"):
        raise BadParameter(f"{name}: use true or false.")
    return text == "true"


def _id(given: MultiMapping[str], name: str) -> str:
    text = given.get(name, "")
    if name in given and UUID.fullmatch(text) is None:
        raise BadParameter(f"{name}: use an id as the API gives it, a UUID.")
    return text


def _words(given: MultiMapping[str], name: str) -> tuple[str, ...]:
    text = given.get(name, "")
    if len(text) > MAX_SEARCH:
        raise BadParameter(f"{name}: use {MAX_SEARCH} characters at most.")
    return words_of(text)


def _moment(given: MultiMapping[str], name: str) -> datetime | None:
    if name not in given:
        return None
    # A "+" that was not encoded arrives as a space.
    text = given[name].replace(" ", "+").upper()
    try:
        if MOMENT.fullmatch(text):
            return moment_of(text)
    except ValueError:
        pass
    raise BadParameter(f"{name}: use a moment such as 2026-11-24T18:00:00Z.")
