"""One place in detail: what, where, hours, cost, and how old the facts are."""

from __future__ import annotations

from handlers.i18n import LANGUAGE_NAMES
from handlers.names import AUDIENCES
from handlers.person import menu
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply, Venue
from referrals.directory import Location, Organization, Service, ServiceId


def offered(scene: Scene, argument: str) -> tuple[Service, Organization] | None:
    """Return a service that may be shown, with its organization."""
    directory = scene.context.world.directory
    service = directory.service(ServiceId(argument))
    if service is None or not directory.is_offered(service.id):
        return None
    organization = directory.organization(service.organization_id)
    return (service, organization) if organization else None


def show(scene: Scene, argument: str) -> Outcome:
    """Show one place."""
    pair = offered(scene, argument)
    if pair is None:
        return menu.old_button(scene)
    service, organization = pair
    location = scene.context.world.directory.shown_location(service.id)
    text = paragraphs(
        lines(organization.name, service.name),
        service.description,
        lines(*facts(scene, service, location)),
        age(scene, service),
        scene.t("Help is free. Nobody may ask you for money or favours."),
    )
    return scene.say(Reply(text, choices=detail_rows(scene, service, location)))


def facts(scene: Scene, service: Service, location: Location | None) -> list[str]:
    """Return the facts of a place, a line each; what is not known is left out."""
    t = scene.t
    languages = [name for code, name in LANGUAGE_NAMES.items() if code in service.languages]
    audiences = [t(AUDIENCES[a]) for a in sorted(service.audiences) if a in AUDIENCES]
    return [
        where(scene, location),
        t("Phone: {number}", number=service.phones[0]) if service.phones else "",
        t("Hours: {hours}", hours=t.hours(service.schedule_text)) if service.schedule_text else "",
        t("Languages: {languages}", languages=t.list(languages)) if languages else "",
        t("This place is {audience}.", audience=t.list(audiences)) if audiences else "",
        papers(scene, service),
        capacity(scene, service),
    ]


def where(scene: Scene, location: Location | None) -> str:
    """Return the address, or why there is none."""
    if location is None:
        return scene.t("By phone or message")
    if location.is_confidential:
        hidden = scene.t("The address is kept secret; they will tell you.")
        return f"{location.city}. {hidden}"
    return ", ".join(part for part in (location.address, location.city) if part)


def papers(scene: Scene, service: Service) -> str:
    """Say whether papers are asked for, where that is known."""
    if service.asks_papers is None:
        return ""
    t = scene.t
    return t("They may ask for papers") if service.asks_papers else t("They ask for no papers")


def capacity(scene: Scene, service: Service) -> str:
    """Say how many places are free and how old that is."""
    t = scene.t
    if service.capacity is None or service.capacity.available == "unknown":
        return ""
    words = {"full": t("full"), "few": t("a few places free"), "many": t("places free")}
    day = t.date(service.capacity.updated)
    # Translators: {free} is "full", "a few places free" or "places free".
    return t("On {date}: {free}", date=day, free=words.get(service.capacity.available, ""))


def age(scene: Scene, service: Service) -> str:
    """Say when somebody checked the listing."""
    if service.assured_date is None:
        return ""
    day = scene.t.date(service.assured_date)
    return scene.t("Checked on {date}. Call before a long trip.", date=day)


def detail_rows(
    scene: Scene, service: Service, location: Location | None
) -> tuple[tuple[Choice, ...], ...]:
    """Return the buttons of a place: a request only where somebody can answer it."""
    t = scene.t
    can_ask = service.organization_id in scene.context.staff
    ask = [button(t("Ask them for help"), f"ref:{service.id}")] if can_ask else []
    on_map = has_point(location)
    buttons = [button(t("Show on the map"), f"map:{service.id}")] if on_map else []
    buttons += [button(t("Back to the list"), "list"), *menu.ways_out(scene)]
    return (*rows(*ask), *rows(*buttons))


def has_point(location: Location | None) -> bool:
    """Tell whether a place may be put on a map."""
    return bool(
        location and not location.is_confidential and location.latitude and location.longitude
    )


def show_map(scene: Scene, argument: str) -> Outcome:
    """Show a place as a point on the map."""
    pair = offered(scene, argument)
    if pair is None:
        return menu.old_button(scene)
    service, organization = pair
    location = scene.context.world.directory.shown_location(service.id)
    if location is None or not has_point(location):
        return show(scene, argument)
    venue = Venue(
        latitude=float(location.latitude or 0),
        longitude=float(location.longitude or 0),
        title=organization.name,
        address=location.address or location.city,
    )
    buttons = rows(button(scene.t("Back to the list"), "list"), button(scene.t("Menu"), "menu"))
    return scene.say(Reply(organization.name, choices=buttons, venue=venue))
