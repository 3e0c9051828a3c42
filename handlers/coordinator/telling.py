"""Who is told of a step, and in which words."""

from __future__ import annotations

from handlers.coordinator.lacking import lacking_words
from handlers.i18n import Catalog, later
from handlers.notices import probation_words, told_active, told_paused
from handlers.scene import Rows, Scene, button, lines, rows
from handlers.turn import Notice, Reply, ToCoordinators, ToStaff
from referrals.directory import Organization
from referrals.vetting import VOIDS, StepKind, Vetting

DONE = {
    StepKind.APPROVED: later("{alias} approved {organization}."),
    StepKind.CALLED_BACK: later("{alias} called {organization}, and they answered."),
    StepKind.PAUSED: later("{alias} paused {organization}. People are not shown it any more."),
    StepKind.REFUSED: later("{alias} refused {organization}. People are not shown it."),
}


def said(scene: Scene, before: Vetting, now: Vetting) -> str:
    """Say to whoever took a step what it led to, and who knows of it."""
    t, context = scene.t, scene.context
    others = context.coordinators - {context.coordinator}
    told = (
        t("Noted. The other coordinators are told.")
        if others
        else t("Noted. No other coordinator has a chat here yet.")
    )
    return lines(told, outcome(t, before, now))


def outcome(t: Catalog, before: Vetting, now: Vetting) -> str:
    """Say what an organization is after a step, where that is news."""
    if now.is_active and not before.is_active:
        return t("From now on people are shown it.")
    if before.is_active and not now.is_active:
        return t("From now on people are not shown it.")
    return ""


def notices(
    scene: Scene, organization: Organization, kind: StepKind, before: Vetting, now: Vetting
) -> tuple[Notice, ...]:
    """Return what the other coordinators and the organization's chat are told."""
    told = [to_others(scene, organization, kind, before, now)]
    context, id = scene.context, organization.id
    if id in context.staff and now.is_active and not before.is_active:
        told.append(Notice(ToStaff(id), told_active(context, id, now)))
    if id in context.staff and before.is_active and kind in VOIDS:
        told.append(Notice(ToStaff(id), told_paused(context, id)))
    return tuple(told)


def to_others(
    scene: Scene, organization: Organization, kind: StepKind, before: Vetting, now: Vetting
) -> Notice:
    """Return what the other coordinators are told, in the country's first language."""
    t, me = scene.context.world.catalogs.of(""), scene.context.coordinator
    still = lacking_words(t, now)
    text = lines(
        t(DONE[kind], alias=me, organization=organization.name),
        outcome(t, before, now) if kind not in VOIDS else "",
        probation_words(t, scene.context, now) if not before.is_active else "",
        t("Still needed: {what}.", what=still) if still and kind not in VOIDS else "",
    )
    return Notice(ToCoordinators(besides=me), Reply(text, choices=show_row(t, organization)))


def link_made(scene: Scene, organization: Organization) -> tuple[Notice, ...]:
    """Return what the other coordinators are told of a link; never the link."""
    t, me = scene.context.world.catalogs.of(""), scene.context.coordinator
    text = t("{alias} made a link for {organization}.", alias=me, organization=organization.name)
    reply = Reply(text, choices=show_row(t, organization))
    return (Notice(ToCoordinators(besides=me), reply),)


def show_row(t: Catalog, organization: Organization) -> Rows:
    """Return the button that opens an organization's screen."""
    return rows(button(t("Show"), f"vet:{organization.id}"))
