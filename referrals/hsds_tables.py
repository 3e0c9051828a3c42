"""The tables of Open Referral HSDS 3.1 as data: columns, what must be filled, links.

Source: the schemas of the HSDS 3.1 specification (CC BY-SA 4.0), tabular form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATUSES = ("active", "inactive", "defunct", "temporarily closed")
PLACES = ("physical", "postal", "virtual")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the standard."""

    columns: tuple[str, ...]
    required: frozenset[str]
    """Columns whose value must not be empty."""


def _table(required: str, others: str = "") -> Table:
    names = tuple(required.split())
    return Table((*names, *others.split()), frozenset(names))


TABLES: Mapping[str, Table] = {
    "organizations": _table(
        "id name description",
        "alternate_name email website tax_status tax_id year_incorporated legal_status logo"
        " uri parent_organization_id",
    ),
    "programs": _table("id organization_id name description", "alternate_name"),
    "services": _table(
        "id organization_id name status",
        "program_id alternate_name description url email interpretation_services"
        " application_process fees_description wait_time fees accreditations"
        " eligibility_description minimum_age maximum_age assured_date assurer_email licenses"
        " alert last_modified",
    ),
    "attributes": _table("id link_id taxonomy_term_id link_entity", "link_type value label"),
    "service_at_location": _table("id service_id location_id", "description"),
    "locations": _table(
        "id location_type",
        "url organization_id name alternate_name description transportation latitude longitude"
        " external_identifier external_identifier_type",
    ),
    "phones": _table(
        "id number",
        "location_id service_id organization_id contact_id service_at_location_id extension"
        " type description",
    ),
    "contacts": _table(
        "id",
        "organization_id service_id service_at_location_id location_id name title department email",
    ),
    # The standard also asks for address_1 and postal_code. A confidential location, or one
    # known by its city only, has neither, and nothing is made up to fill them.
    "addresses": _table(
        "id location_id city state_province country address_type",
        "attention address_1 address_2 region postal_code",
    ),
    "schedules": _table(
        "id",
        "service_id location_id service_at_location_id valid_from valid_to dtstart timezone"
        " until count wkst freq interval byday byweekno bymonthday byyearday description"
        " opens_at closes_at schedule_link attending_type notes",
    ),
    "funding": _table("id", "organization_id service_id source"),
    "service_areas": _table(
        "id", "service_id service_at_location_id name description extent extent_type uri"
    ),
    "required_documents": _table("id service_id", "document uri"),
    "languages": _table("id", "service_id location_id phone_id name code note"),
    "accessibility": _table("id", "location_id description details url"),
    "taxonomy_terms": _table(
        "id name description", "code parent_id taxonomy language taxonomy_id term_uri"
    ),
    "taxonomies": _table("id name description", "uri version"),
    "cost_options": _table(
        "id service_id", "valid_from valid_to option currency amount amount_description"
    ),
    "organization_identifiers": _table(
        "id organization_id identifier_type identifier", "identifier_scheme"
    ),
    "service_capacity": _table("id service_id unit_id available updated", "maximum description"),
    "units": _table("id name", "scheme identifier uri"),
    "url": _table("id url", "label organization_id service_id"),
    "metadata": _table(
        "id resource_id resource_type last_action_date last_action_type field_name updated_by",
        "previous_value replacement_value",
    ),
    "meta_table_descriptions": _table("id", "name language character_set"),
}

LINKS: Mapping[str, str] = {
    "organization_id": "organizations",
    "parent_organization_id": "organizations",
    "program_id": "programs",
    "service_id": "services",
    "location_id": "locations",
    "service_at_location_id": "service_at_location",
    "contact_id": "contacts",
    "phone_id": "phones",
    "taxonomy_term_id": "taxonomy_terms",
    "parent_id": "taxonomy_terms",
    "taxonomy_id": "taxonomies",
    "unit_id": "units",
}
"""Columns that name a row of another table."""

ANY_LINKS = frozenset({"link_id", "resource_id"})
"""Columns that name a row of any table."""

DATES = frozenset(
    {"assured_date", "valid_from", "valid_to", "dtstart", "until", "last_action_date"}
)
MOMENTS = frozenset({"updated", "last_modified"})
NUMBERS: Mapping[str, tuple[float, float]] = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "available": (-1e6, 1e6),
    "maximum": (0, 1e6),
    "amount": (0, 1e9),
    "minimum_age": (0, 150),
    "maximum_age": (0, 150),
}
"""Columns with numbers, and the range of each."""
NUMBER_FIELDS = frozenset(NUMBERS) | {
    *("year_incorporated", "extension", "timezone", "count", "interval")
}
"""Fields that are numbers in JSON."""
ALWAYS: Mapping[str, tuple[str, ...]] = {
    "addresses": ("address_1", "postal_code"),
    "metadata": ("previous_value", "replacement_value"),
}
"""Fields that the standard asks for and that may be empty."""

CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("services", "status"): STATUSES,
    ("locations", "location_type"): PLACES,
    ("addresses", "address_type"): PLACES,
    ("schedules", "freq"): ("WEEKLY", "MONTHLY"),
    ("schedules", "wkst"): ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
}

MANY: Mapping[str, str] = {
    "additional_urls": "url",
    "additional_websites": "url",
    "phones": "phones",
    "schedules": "schedules",
    "service_areas": "service_areas",
    "service_at_locations": "service_at_location",
    "languages": "languages",
    "funding": "funding",
    "cost_options": "cost_options",
    "required_documents": "required_documents",
    "contacts": "contacts",
    "capacities": "service_capacity",
    "attributes": "attributes",
    "metadata": "metadata",
    "locations": "locations",
    "addresses": "addresses",
    "accessibility": "accessibility",
    "programs": "programs",
    "organization_identifiers": "organization_identifiers",
    "services": "services",
}
"""JSON fields that hold a list, and the table of its rows."""

ONE: Mapping[str, tuple[str, str]] = {
    "organization": ("organizations", "organization_id"),
    "service": ("services", "service_id"),
    "program": ("programs", "program_id"),
    "location": ("locations", "location_id"),
    "taxonomy_term": ("taxonomy_terms", "taxonomy_term_id"),
    "taxonomy_detail": ("taxonomies", "taxonomy_id"),
    "unit": ("units", "unit_id"),
}
"""JSON fields that hold one object: its table, and the column that names it."""

OWNER: Mapping[str, str] = {
    "organizations": "organization_id",
    "services": "service_id",
    "locations": "location_id",
    "service_at_location": "service_at_location_id",
    "contacts": "contact_id",
    "phones": "phone_id",
}
"""The column by which a nested row names what it is nested in."""

ENTITY: Mapping[str, str] = {
    "organizations": "organization",
    "programs": "program",
    "services": "service",
    "attributes": "attribute",
    "locations": "location",
    "phones": "phone",
    "contacts": "contact",
    "addresses": "address",
    "schedules": "schedule",
    "service_areas": "service_area",
    "required_documents": "required_document",
    "languages": "language",
    "taxonomy_terms": "taxonomy_term",
    "taxonomies": "taxonomy",
    "cost_options": "cost_option",
    "organization_identifiers": "organization_identifier",
    "units": "unit",
    "meta_table_descriptions": "meta_table_description",
}
"""The name of one row, where it differs from its table's, for ``link_entity``."""
