"""One organization on one screen, and the steps that a coordinator takes for it."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from handlers.coordinator import telling
from handlers.coordinator.lacking import after, ends_soon, vetting_of
from handlers.coordinator.screen import screen
from handlers.i18n import later
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.turn import Outcome, Reply
from referrals.directory import Organization, OrganizationId
from referrals.events import InvitationMade, VettingStepTaken
from referrals.vetting import APPROVERS, StepKind, VettingStep

TOKEN_BYTES = 18


def organization_named(scene: Scene, argument: str) -> Organization | None:
    """Return the organization of a button."""
    return scene.context.world.directory.organization(OrganizationId(argument))


def gone(scene: Scene) -> Outcome:
    """Answer a forged or old button."""
    return scene.say(Reply(scene.t("This organization is not in the directory.")), below=True)


def show(scene: Scene, argument: str) -> Outcome:
    """Show where one organization stands."""
    organization = organization_named(scene, argument)
    if organization is None:
        return gone(scene)
    return scene.say(screen(scene, organization, vetting_of(scene.context, organization)))


def approve(scene: Scene, argument: str) -> Outcome:
    """Approve; a second time only to renew what others approved too."""
    organization = organization_named(scene, argument)
    if organization is None:
        return gone(scene)
    vetting, me = vetting_of(scene.context, organization), scene.context.coordinator
    if me in vetting.approved_by and len(vetting.approved_by) < APPROVERS:
        said = scene.t("You approved it already. The second one must be somebody else.")
        return scene.say(screen(scene, organization, vetting, said))
    if (
        me in vetting.approved_by
        and vetting.is_active
        and not ends_soon(vetting, scene.context.today)
    ):
        said = scene.t("You approved it already. There is nothing to do now.")
        return scene.say(screen(scene, organization, vetting, said))
    return taken(scene, organization, StepKind.APPROVED)


def taken(scene: Scene, organization: Organization, kind: StepKind, note: str = "") -> Outcome:
    """Record a step, and tell everyone whom it concerns."""
    context = scene.context
    step = VettingStep(organization.id, kind, context.today, context.coordinator, note)
    before = vetting_of(context, organization)
    now = after(before, kind, context.coordinator, context.today)
    said = telling.said(scene, before, now)
    return scene.say(
        screen(scene, organization, now, said),
        events=(VettingStepTaken(step),),
        notices=telling.notices(scene, organization, kind, before, now),
    )


ASKS = {
    StepKind.PAUSED: later("Pause {organization}? People are not shown it from then on."),
    StepKind.REFUSED: later("Refuse {organization}? People are not shown it from then on."),
}
YES = {StepKind.PAUSED: later("Yes, pause it"), StepKind.REFUSED: later("Yes, refuse it")}
VERBS = {StepKind.PAUSED: "vpau!", StepKind.REFUSED: "vref!"}


def ask(scene: Scene, argument: str, kind: StepKind) -> Outcome:
    """Ask before an organization is stopped: a slip would cost it all approvals."""
    organization = organization_named(scene, argument)
    if organization is None:
        return gone(scene)
    t = scene.t
    text = paragraphs(
        t(ASKS[kind], organization=organization.name),
        t("All approvals and the call-back are then needed again."),
    )
    buttons = rows(
        button(t(YES[kind]), f"{VERBS[kind]}:{organization.id}"),
        button(t("Back"), f"vet:{organization.id}"),
    )
    return scene.say(Reply(text, choices=buttons))


def stop(scene: Scene, argument: str, kind: StepKind) -> Outcome:
    """Pause or refuse at once."""
    organization = organization_named(scene, argument)
    return gone(scene) if organization is None else taken(scene, organization, kind)


def make_link(scene: Scene, argument: str) -> Outcome:
    """Make a one-use link for the organization's chat. It is shown once."""
    organization = organization_named(scene, argument)
    if organization is None:
        return gone(scene)
    token = new_token(scene)
    event = InvitationMade(organization.id, token)
    notices = telling.link_made(scene, organization)
    return scene.say(link(scene, organization, token), events=(event,), notices=notices, below=True)


def new_token(scene: Scene) -> str:
    """Draw a token from the system's generator."""
    drawn = bytes(scene.context.chance(256) for _ in range(TOKEN_BYTES))
    return urlsafe_b64encode(drawn).decode("ascii")


def link(scene: Scene, organization: Organization, token: str) -> Reply:
    """Return the only message that holds the token, with how it is used."""
    t = scene.t
    text = paragraphs(
        t("For {organization}: good once, for 24 hours.", organization=organization.name),
        f"/start {token}",
        lines(
            t("1. They add me to their group as an ordinary member, never as administrator."),
            t("2. Somebody writes the line above in that group."),
            t("3. Ask them by telephone whether it was them."),
        ),
        t("Give it only to somebody you know, by a way you trust. I show it only now."),
    )
    return Reply(text)
