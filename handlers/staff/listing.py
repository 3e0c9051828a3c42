"""Is all of a listing still true? Yes with one tap; else the words go to coordinators."""

from __future__ import annotations

from handlers.notices import ask_still_true
from handlers.scene import Scene, button, lines, paragraphs, rows
from handlers.shown_listing import whole_listing
from handlers.staff import own
from handlers.turn import Notice, Outcome, Reply, ToCoordinators
from referrals.directory import Organization
from referrals.events import ListingConfirmed

MOST_LETTERS = 500
"""How much of a team's words is passed on."""


def show(scene: Scene, _: str = "") -> Outcome:
    """Show what people see of each service, or first ask of which."""
    organization = scene.context.organization
    if organization is None:
        return scene.say()
    mine = own.services(scene)
    if not mine:
        return own.none_listed(scene)
    if len(mine) > own.MOST_AT_ONCE:
        return own.choose(scene, "lst")
    context = scene.context
    replies = (ask_still_true(context, organization, one.id, scene.language) for one in mine)
    return scene.say(*replies, below=True)


def show_one(scene: Scene, argument: str) -> Outcome:
    """Show what people see of one service."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    organization = service.organization_id
    reply = ask_still_true(scene.context, organization, service.id, scene.language)
    return scene.say(reply, below=True)


def confirm(scene: Scene, argument: str) -> Outcome:
    """Record that all of it is still true; the listing stays to be read."""
    service = own.named(scene, argument)
    if service is None:
        return own.refuse(scene)
    t, today = scene.t, scene.context.today
    text = paragraphs(
        t("Thank you. Confirmed on {date}.", date=t.date(today)),
        whole_listing(t, scene.context.world.directory, service, today),
    )
    event = ListingConfirmed(service.organization_id, service.id)
    return scene.say(Reply(text, sensitive=False), events=(event,))


def ask_change(scene: Scene, argument: str) -> Outcome:
    """Say how to tell what is different: as a command, for nothing else is read here."""
    if own.named(scene, argument) is None:
        return own.refuse(scene)
    return scene.say(how_to_change(scene), below=True)


def how_to_change(scene: Scene) -> Reply:
    """Return how the command is used."""
    t = scene.t
    text = lines(
        t("Write /change and what is different, in one message."),
        # Translators: keep /change as it is.
        t("For example: /change we open at 8 now"),
        t("I read only commands here, not what you write to each other."),
    )
    return Reply(text, sensitive=False)


def change(scene: Scene, words: str) -> Outcome:
    """Pass on what is different to the coordinators. Nothing of it is stored."""
    context = scene.context
    organization = (
        context.world.directory.organization(context.organization) if context.organization else None
    )
    if organization is None:
        return scene.say()
    if not words:
        return scene.say(how_to_change(scene))
    if not context.coordinators:
        text = scene.t("No coordinator can be reached here now. Please call your coordinator.")
        return scene.say(Reply(text, sensitive=False))
    notice = Notice(ToCoordinators(), changed(scene, organization, words))
    return scene.say(passed_on(scene), notices=(notice,))


def changed(scene: Scene, organization: Organization, words: str) -> Reply:
    """Return what the coordinators read, in the country's first language."""
    t = scene.context.world.catalogs.of("")
    text = paragraphs(
        t(
            "{organization} says that its listing is different now:",
            organization=organization.name,
        ),
        t.quote(words[:MOST_LETTERS]),
        t("Check it before you change the directory: these are words from their chat."),
    )
    buttons = rows(button(t("Show the listing"), f"vl:{organization.id}"))
    return Reply(text, choices=buttons)


def passed_on(scene: Scene) -> Reply:
    """Say what happens next."""
    t = scene.t
    text = lines(
        t("Thank you. The coordinators now have your words; I keep no copy."),
        t("They check and change the listing. Until then people see it as it was."),
    )
    return Reply(text, sensitive=False)
