"""One place in detail: what, where, hours, cost, and how old the facts are."""

from __future__ import annotations

from handlers.i18n import LANGUAGE_NAMES
from handlers.names import AUDIENCES, DOUBTED
from handlers.person import filters, find, menu, report
from handlers.person.together import beginning
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply, Venue
from referrals.directory import Location, Organization, Service, ServiceId


def offered(scene: Scene, argument: str, need: str = "") -> tuple[Service, Organization] | None:
    """Return a service that may be shown, with its organization; ``need``: for this need."""
    directory = scene.context.world.directory
    service = directory.service(ServiceId(argument))
    if service is None or not directory.is_offered(service.id, need):
        return None
    organization = directory.organization(service.organization_id)
    return (service, organization) if organization else None


def asked_for(scene: Scene, argument: str) -> tuple[ServiceId, str]:
    """Return the service of a button, and the choices of the list that it stood under."""
    if scene.context.world.directory.service(ServiceId(argument)):
        return ServiceId(argument), ""
    id, letters = filters.parted(argument)
    return ServiceId(id), letters


def show(scene: Scene, argument: str) -> Outcome:
    """Show one place."""
    id, letters = asked_for(scene, argument)
    pair = offered(scene, id)
    if pair is None:
        return dropped(scene, id, letters)
    service, organization = pair
    location = scene.context.world.directory.shown_location(service.id)
    text = paragraphs(
        lines(organization.name, service.name),
        service.description,
        lines(*facts(scene, service, location)),
        age(scene, service),
        scene.t("Help is free. Nobody may ask you for money or favours."),
    )
    choices = detail_rows(scene, service, location, letters)
    return scene.say(Reply(text, choices=choices))


def dropped(scene: Scene, id: ServiceId, letters: str) -> Outcome:
    """Say that a place that was in her list is not offered any more, and show others."""
    directory = scene.context.world.directory
    service = directory.service(id)
    organization = directory.organization(service.organization_id) if service else None
    if organization is None or not report.was_shown(scene, id):
        return menu.old_button(scene)
    t, opens = scene.t, directory.closed_until(id)
    words = t("I do not show {organization} any more.", organization=organization.name)
    if opens:
        words = t(
            "{organization} is closed for now. It opens again on {date}.",
            organization=organization.name,
            date=t.date(opens),
        )
    if not scene.session.needs:
        return scene.say(menu.ask_need(scene, before=words))
    return beginning(find.again(scene, letters), words)


def facts(scene: Scene, service: Service, location: Location | None) -> list[str]:
    """Return the facts of a place, a line each; what is not known is left out."""
    t = scene.t
    languages = [name for code, name in LANGUAGE_NAMES.items() if code in service.languages]
    audiences = [t(AUDIENCES[a]) for a in sorted(service.audiences) if a in AUDIENCES]
    return [
        where(scene, location),
        access(scene, service),
        t("Phone: {number}", number=service.phones[0]) if service.phones else "",
        t("Hours: {hours}", hours=t.hours(service.schedule_text)) if service.schedule_text else "",
        t("Languages: {languages}", languages=t.list(languages)) if languages else "",
        t("This place is {audience}.", audience=t.list(audiences)) if audiences else "",
        cost(scene, service),
        papers(scene, service),
        documents(scene, service),
        capacity(scene, service),
    ]


def access(scene: Scene, service: Service) -> str:
    """Return how to get in with a wheelchair or a crutch, in the organization's own words."""
    text = service.accessibility
    # Translators: {text} is about steps, ramps, lifts.
    return scene.t("Getting in: {text}", text=text) if text else ""


def cost(scene: Scene, service: Service) -> str:
    """Return what it costs, where somebody said so."""
    if service.is_free:
        return scene.t("Free of charge")
    return scene.t("Cost: {cost}", cost=service.cost_option) if service.cost_option else ""


def documents(scene: Scene, service: Service) -> str:
    """Return what to bring, where papers are asked for."""
    t, wanted = scene.t, service.required_documents
    return t("They ask for: {documents}", documents=t.list(wanted)) if wanted else ""


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
    """Say how many places are free and how old that is, while it says anything."""
    t = scene.t
    report = scene.context.world.directory.capacity(service.id)
    words = {"full": t("full"), "few": t("a few places free"), "many": t("places free")}
    if report is None or report.available not in words:
        return ""
    # Translators: {free} is "full", "a few places free" or "places free".
    return t("On {date}: {free}", date=t.date(report.updated), free=words[report.available])


def age(scene: Scene, service: Service) -> str:
    """Say when somebody vouched for the listing, and what people say against it."""
    t, directory = scene.t, scene.context.world.directory
    standing = directory.standing(service.id)
    doubts = (t(DOUBTED[code]) for code in standing.doubts if code in DOUBTED)
    said = [text[:1].upper() + text[1:] + "." for text in doubts]
    if standing.checked is None:
        return lines(*said)
    confirmed = directory.live.service(service.id).confirmed
    words = t("Checked on {date}. Call before a long trip.", date=t.date(standing.checked))
    if standing.code != "fresh":
        words = t(
            "Last checked on {date}: things may have changed. Call before you go.",
            date=t.date(standing.checked),
        )
    elif confirmed == standing.checked:
        words = t(
            "The organization or a coordinator said on {date} that this is still true. Call "
            "before a long trip.",
            date=t.date(standing.checked),
        )
    return lines(*said, words)


def detail_rows(
    scene: Scene, service: Service, location: Location | None, letters: str
) -> tuple[tuple[Choice, ...], ...]:
    """Return the buttons of a place: a request only where somebody can answer it."""
    t = scene.t
    can_ask = service.organization_id in scene.context.staff
    ask = [button(t("Ask them for help"), f"ref:{service.id}")] if can_ask else []
    on_map = has_point(location)
    point = filters.with_letters(f"map:{service.id}", letters)
    buttons = [button(t("Show on the map"), point)] if on_map else []
    buttons += [*report.choices(scene, service.id, letters), back(scene, letters)]
    return (*rows(*ask), *rows(*buttons, *menu.ways_out(scene)))


def back(scene: Scene, letters: str) -> Choice:
    """Return the button to the list, with what it was narrowed to."""
    return button(scene.t("Back to the list"), filters.with_letters("list", letters))


def has_point(location: Location | None) -> bool:
    """Tell whether a place may be put on a map."""
    return bool(
        location and not location.is_confidential and location.latitude and location.longitude
    )


def show_map(scene: Scene, argument: str) -> Outcome:
    """Show a place as a point on the map."""
    id, letters = asked_for(scene, argument)
    pair = offered(scene, id)
    if pair is None:
        return dropped(scene, id, letters)
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
    buttons = rows(back(scene, letters), button(scene.t("Menu"), "menu"))
    return scene.say(Reply(organization.name, choices=buttons, venue=venue))
