"""The services of this chat's organization, and a way to ask for one of them."""

from __future__ import annotations

from handlers.i18n import later
from handlers.scene import Rows, Scene, button, rows
from handlers.turn import Outcome, Reply
from referrals.directory import ACTIVE, Service, ServiceId

MOST_AT_ONCE = 4
"""Services that are shown one message each; of more there is a list first."""
MOST_LISTED = 40
LETTERS = 40
FOREIGN = later("This listing is not here, or not one of this chat.")


def services(scene: Scene) -> tuple[Service, ...]:
    """Return the services that this chat answers for, in the order of the data."""
    organization = scene.context.organization
    if organization is None:
        return ()
    mine = scene.context.world.directory.services_of(organization)
    return tuple(service for service in mine if service.status == ACTIVE)


def named(scene: Scene, argument: str) -> Service | None:
    """Return the service of a button, only when it belongs to this chat."""
    service = scene.context.world.directory.service(ServiceId(argument.partition(":")[0]))
    if service is None or service.organization_id != scene.context.organization:
        return None
    return service if service.status == ACTIVE else None


def refuse(scene: Scene) -> Outcome:
    """Answer a forged or foreign button; says nothing about the listing."""
    return scene.say(Reply(scene.t(FOREIGN), sensitive=False), below=True)


def none_listed(scene: Scene) -> Outcome:
    """Say that the directory has no service of this organization."""
    text = scene.t("No service of yours is in the directory. Ask your coordinator.")
    return scene.say(Reply(text, sensitive=False), below=True)


def choose(scene: Scene, verb: str) -> Outcome:
    """Ask which of many services is meant."""
    text = scene.t("Which one?")
    return scene.say(Reply(text, choices=service_rows(scene, verb), sensitive=False), below=True)


def service_rows(scene: Scene, verb: str) -> Rows:
    """Return a button a service."""
    shown = services(scene)[:MOST_LISTED]
    return rows(*(button(s.name[:LETTERS], f"{verb}:{s.id}") for s in shown), width=1)
