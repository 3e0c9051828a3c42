"""What people read about an organization, for a coordinator who checks it."""

from __future__ import annotations

from handlers.coordinator import vetting, waiting
from handlers.i18n import later
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.shown_listing import whole_listing
from handlers.turn import Outcome, Reply
from referrals.directory import ACTIVE, Organization, Service, ServiceId
from referrals.events import ListingConfirmed

AGES = {
    "fresh": later("The check is recent."),
    "ageing": later("The check is more than 45 days old."),
    "stale": later("The check is more than 90 days old."),
    "gone": later("The check is too old, or many people said that it is closed."),
}
"""How far a listing is trusted, as a coordinator reads it."""
LETTERS = 40


def find(scene: Scene, words: str) -> Outcome:
    """Show the listing of the organization with these words in its name."""
    if not words:
        text = scene.t("Write /listing and part of the name.")
        return scene.say(Reply(text))
    found = waiting.named(scene, words)
    return show(scene, found[0].id) if len(found) == 1 else waiting.choose(scene, found, "vl")


def show(scene: Scene, argument: str) -> Outcome:
    """Show the only listing of an organization, or ask which."""
    organization = vetting.organization_named(scene, argument)
    if organization is None:
        return vetting.gone(scene)
    services = active(scene, organization)
    if len(services) == 1:
        return scene.say(shown(scene, services[0]))
    t = scene.t
    text = t("Which one?") if services else t("It has no service in the directory.")
    choices = (button(one.name[:LETTERS], f"vls:{one.id}") for one in services)
    back = button(t("Back"), f"vet:{organization.id}")
    return scene.say(Reply(paragraphs(organization.name, text), rows(*choices, back, width=1)))


def active(scene: Scene, organization: Organization) -> tuple[Service, ...]:
    """Return the services that the directory says are active."""
    services = scene.context.world.directory.services_of(organization.id)
    return tuple(one for one in services if one.status == ACTIVE)


def show_service(scene: Scene, argument: str) -> Outcome:
    """Show one listing."""
    service = scene.context.world.directory.service(ServiceId(argument))
    return vetting.gone(scene) if service is None else scene.say(shown(scene, service))


def shown(scene: Scene, service: Service) -> Reply:
    """Return a listing with how far it is trusted."""
    t, directory = scene.t, scene.context.world.directory
    is_offered = directory.is_offered(service.id)
    now = t("People are shown it.") if is_offered else t("People are not shown it now.")
    age = t(AGES[directory.standing(service.id).code])
    text = paragraphs(whole_listing(t, directory, service), lines(now, age))
    return Reply(text, choices=listing_rows(scene, service))


def listing_rows(scene: Scene, service: Service) -> Rows:
    """Return what a coordinator can do with a listing."""
    t, organization = scene.t, service.organization_id
    return rows(
        button(t("All of it is still true"), f"vtrue:{service.id}"),
        button(t("Pause the organization"), f"vpau:{organization}"),
        button(t("Vetting"), f"vet:{organization}"),
    )


def confirm(scene: Scene, argument: str) -> Outcome:
    """Record that a coordinator vouched for all of a listing."""
    service = scene.context.world.directory.service(ServiceId(argument))
    if service is None:
        return vetting.gone(scene)
    t, today = scene.t, scene.context.today
    text = paragraphs(
        t("Thank you. Confirmed on {date}.", date=t.date(today)),
        whole_listing(t, scene.context.world.directory, service, today),
    )
    event = ListingConfirmed(service.organization_id, service.id)
    reply = Reply(text, choices=listing_rows(scene, service))
    return scene.say(reply, events=(event,))
