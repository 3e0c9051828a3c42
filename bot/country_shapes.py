"""What the files of a country's folder must look like, entry by entry."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Filled = Annotated[str, Meta(min_length=1, pattern=r"\S")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Code = Annotated[str, Meta(pattern=r"^[a-z_]+$")]
Checked = Annotated[str, Meta(pattern=r"^(\d{4}(-\d\d(-\d\d)?)?)?$")]
Figure = Annotated[str, Meta(pattern=r"^(\d+|\d\d:\d\d|\d{4}-\d\d(-\d\d)?)$")]
Dialled = Annotated[str, Meta(pattern=r"^\*?\d[\d ]*$")]
Hours = Annotated[str, Meta(pattern=r"^(24/7|[A-Z][a-z]-[A-Z][a-z] \d\d:\d\d-\d\d:\d\d)?$")]


class Area(Struct, frozen=True, forbid_unknown_fields=True):
    """The box that the country lies in, degrees."""

    south: Latitude
    west: Longitude
    north: Latitude
    east: Longitude


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The file country.toml."""

    code: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
    name: dict[str, Filled]
    """The country's name by language."""
    area: Area
    timezone: Filled
    languages: Annotated[tuple[str, ...], Meta(min_length=1)]
    emergency: Slug
    gazetteer: tuple[Filled, ...]
    timezones: dict[str, str] = {}


class Line(Struct, frozen=True):
    """A row of contacts.csv, without its names. Several values in a cell: ``a|b``."""

    id: Slug
    order: int
    name: Filled
    number: Dialled
    also: str
    hours: Hours
    languages: str
    topics: Filled
    area: Annotated[str, Meta(pattern=r"^([A-Z]{3})?$")]
    source: Filled
    checked: Checked
    mark: str


class SourceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One source of an entry of sources.toml."""

    name: Filled
    checked: Checked
    mark: str


class Facts(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of sources.toml."""

    sources: Annotated[tuple[SourceEntry, ...], Meta(min_length=1)]
    contacts: tuple[Slug, ...]
    needs: tuple[Code, ...]
    review_by: date
    figures: tuple[Figure, ...]
    """Every number and date that the texts say, the same in all languages."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of an answers file: what is said in one language."""

    label: Annotated[str, Meta(min_length=1, max_length=36)]
    text: Annotated[str, Meta(min_length=1, max_length=550)]
    next_step: Annotated[str, Meta(min_length=1, max_length=200)]


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """Who has read an answer in one language, an entry of reviewed.toml."""

    by: Literal["native speaker", "lawyer"]
    on: date


class Region(Struct, frozen=True):
    """An entry of regions.toml: the codes of its states, its name by language."""

    states: list[str]
    name: dict[str, str]


class Taxonomy(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of sectors.toml: how others sort the needs."""

    name: Filled
    needs: dict[str, Annotated[tuple[Filled, ...], Meta(min_length=1)]]
    """Need code to names of sectors, the closest first."""
    parents: dict[str, Filled] = {}
    """Part to the sector that it belongs to."""
