"""A whole listing in words, as people see it. For those who say whether it is true."""

from __future__ import annotations

from datetime import date

from handlers.i18n import LANGUAGE_NAMES, Catalog, later
from handlers.names import AUDIENCES
from handlers.scene import lines, paragraphs
from referrals.directory import Directory, Location, Service

FREE = {
    "full": later("full"),
    "few": later("a few places free"),
    "many": later("places free"),
}
"""A report of free places as people read it."""


def whole_listing(
    t: Catalog, directory: Directory, service: Service, confirmed: date | None = None
) -> str:
    """Return everything that people are told of a service, and what nobody has said.

    ``confirmed``: day of a check that the directory does not know yet.
    """
    organization = directory.organization(service.organization_id)
    return paragraphs(
        lines(organization.name if organization else "", service.name),
        service.description,
        lines(*facts(t, service, directory.shown_location(service.id))),
        unknown(t, service),
        checked(t, confirmed or directory.standing(service.id).checked),
    )


def facts(t: Catalog, service: Service, location: Location | None) -> tuple[str, ...]:
    """Return the facts, a line each; empty for those that nobody has said."""
    languages = [name for code, name in LANGUAGE_NAMES.items() if code in service.languages]
    audiences = [t(AUDIENCES[a]) for a in sorted(service.audiences) if a in AUDIENCES]
    phones = ", ".join(service.phones)
    return (
        where(t, location),
        t("Phone: {number}", number=phones) if phones else "",
        t("Hours: {hours}", hours=t.hours(service.schedule_text)) if service.schedule_text else "",
        t("Languages: {languages}", languages=t.list(languages)) if languages else "",
        t("This place is {audience}.", audience=t.list(audiences)) if audiences else "",
        papers(t, service),
    )


def where(t: Catalog, location: Location | None) -> str:
    """Return the address as people see it, or why they see none."""
    if location is None:
        return t("By phone or message")
    if location.is_confidential:
        return f"{location.city}. {t('The address is kept secret; they will tell you.')}"
    return ", ".join(part for part in (location.address, location.city) if part)


def papers(t: Catalog, service: Service) -> str:
    """Say whether papers are asked for, where somebody has said it."""
    if service.asks_papers is None:
        return ""
    return t("They may ask for papers") if service.asks_papers else t("They ask for no papers")


def unknown(t: Catalog, service: Service) -> str:
    """Name what nobody has said of a service."""
    told = {
        t("phone"): service.phones,
        t("hours"): service.schedule_text,
        t("languages"): service.languages,
        t("for whom it is"): service.audiences,
        t("whether papers are asked for"): service.asks_papers is not None,
    }
    missing = [name for name, is_told in told.items() if not is_told]
    # Translators: {what} is a list such as "phone, hours and languages".
    return t("Nobody has told me: {what}.", what=t.list(missing)) if missing else ""


def checked(t: Catalog, day: date | None) -> str:
    """Say when somebody last vouched for all of it."""
    return t("Last checked on {date}.", date=t.date(day)) if day else t("Not checked yet.")
