"""Something is wrong with a place: what she saw there warns others, or pauses it at once."""

from __future__ import annotations

from dataclasses import replace

from handlers.names import DOUBTS
from handlers.person import danger, filters, find, menu, questions
from handlers.person.together import beginning
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Choice, Notice, Outcome, Reply, ToCoordinators
from referrals.directory import Organization, Service, ServiceId
from referrals.events import Event, ListingDoubted, VettingStepTaken
from referrals.live import MOST_PAUSES
from referrals.vetting import StepKind, VettingStep

LETTERS = {"n": "no_answer", "p": "asked_papers", "c": "closed", "m": "asked_money"}
"""Letter of a button to what it says. In chats for days: keep them stable."""
UNSAFE = "s"
SCAMS = "scams-coyotes"
"""The answer for whoever was asked for money."""

Told = tuple[Service, Organization]


def was_shown(scene: Scene, id: ServiceId) -> bool:
    """Tell whether a service stood in one of her lists: buttons can be forged."""
    return id in scene.session.shown or id in scene.session.seen


def choices(scene: Scene, id: ServiceId, letters: str) -> tuple[Choice, ...]:
    """Return the button to say that something is wrong, where she was shown the place."""
    if not was_shown(scene, id):
        return ()
    return (button(scene.t("Something is wrong here"), f"bad:{id}:{letters}"),)


def told_of(scene: Scene, id: str) -> Told | None:
    """Return a service that she was shown, with its organization."""
    directory = scene.context.world.directory
    service = directory.service(ServiceId(id))
    if service is None or not was_shown(scene, service.id):
        return None
    organization = directory.organization(service.organization_id)
    return (service, organization) if organization else None


def show(scene: Scene, argument: str) -> Outcome:
    """Ask what is wrong."""
    id, letters = filters.parted(argument)
    told = told_of(scene, id)
    if told is None:
        return menu.old_button(scene)
    t = scene.t
    text = paragraphs(
        told[1].name,
        t("What is wrong? One tap is enough. I never tell them who said it."),
    )
    said = (button(t(DOUBTS[c]), f"said:{id}:{x}:{letters}") for x, c in LETTERS.items())
    unsafe = button(t("It is not safe"), f"said:{id}:{UNSAFE}:{letters}")
    back = button(t("Back"), filters.with_letters(f"svc:{id}", letters))
    return scene.say(
        Reply(text, choices=(*rows(*said, unsafe, width=1), *rows(back, *menu.ways_out(scene))))
    )


def receive(scene: Scene, argument: str) -> Outcome:
    """Take what she says of a place: once for an organization and day."""
    rest, letters = filters.parted(argument)
    id, _, letter = rest.rpartition(":")
    told = told_of(scene, id)
    if told is None or letter not in {*LETTERS, UNSAFE}:
        return menu.old_button(scene)
    key = f"{'unsafe' if letter == UNSAFE else 'doubt'}:{told[1].id}"
    if key in scene.session.reported:
        words = scene.t("You told me about this place today already. Thank you.")
        return others(scene, told[0], letters, words)
    scene = scene.keeping(reported=(*scene.session.reported, key))
    if letter == UNSAFE:
        return unsafe(scene, told, letters)
    return doubt(scene, told[0], LETTERS[letter], letters)


def doubt(scene: Scene, service: Service, reason: str, letters: str) -> Outcome:
    """Count what she says, say what happens with it, and show other places."""
    t = scene.t
    words = t("Thank you for telling me. If others say the same, I warn people about it.")
    is_money = reason == "asked_money"
    free = t("Help is free. Nobody may ask you for money or favours.") if is_money else ""
    outcome = others(scene, service, letters, paragraphs(words, free))
    if is_money:
        outcome = with_choices(outcome, *questions.buttons(scene, (SCAMS,)))
    return with_events(outcome, ListingDoubted(service.id, reason))


def unsafe(scene: Scene, told: Told, letters: str) -> Outcome:
    """Pause an organization at once, tell the coordinators, and show who can be called."""
    service, organization = told
    # Whoever met this today is not asked to be counted in figures.
    scene = scene.keeping(danger=scene.session.danger or danger.ANY)
    paused = is_pause(scene)
    reply = Reply(paragraphs(thanks(scene, organization, paused), call_words(scene)))
    seen = (*scene.session.seen, *every_service(scene, organization))
    outcome = others(scene.keeping(seen=tuple(dict.fromkeys(seen))), service, letters)
    below = (replace(other, replaces=False) for other in outcome.replies)
    outcome = replace(
        outcome,
        replies=scene.in_place((reply, *below)),
        notices=(Notice(ToCoordinators(), warning(scene, organization, paused)),),
    )
    step = VettingStep(organization.id, StepKind.REPORTED, scene.context.today)
    return with_events(outcome, VettingStepTaken(step)) if paused else outcome


def is_pause(scene: Scene) -> bool:
    """Tell whether her word pauses by itself: one hand must not empty the whole list.

    What the session remembers ends when she leaves; what is stored does not.
    """
    told = sum(key.startswith("unsafe:") for key in scene.session.reported)
    return max(told, scene.context.pauses + 1) <= MOST_PAUSES


def thanks(scene: Scene, organization: Organization, paused: bool) -> str:
    """Say what happens now."""
    t, name = scene.t, organization.name
    if not paused:
        return t(
            "Thank you for telling me. The people who check {organization} know it now.",
            organization=name,
        )
    return t(
        "Thank you for telling me. From now on I send nobody to {organization}, until two "
        "people have looked into it.",
        organization=name,
    )


def call_words(scene: Scene) -> str:
    """Return who can be called in danger, and that it may be the police who answer."""
    kind = "immediate_danger"
    police = danger.police_words(scene) if danger.shows_police(scene, kind) else ""
    return paragraphs(danger.reminder(scene, kind).text, police)


def every_service(scene: Scene, organization: Organization) -> tuple[ServiceId, ...]:
    """Return the services of an organization: all of them are left out from now on."""
    services = scene.context.world.directory.services_of(organization.id)
    return tuple(service.id for service in services)


def warning(scene: Scene, organization: Organization, paused: bool) -> Reply:
    """Return what coordinators read: the organization, never who said it nor where."""
    catalogs = scene.context.world.catalogs
    t, name = catalogs.of(catalogs.default), organization.name
    said = t("Somebody says that {organization} is not safe.", organization=name)
    state = t("It is paused: nobody is sent there from now on.")
    if not paused:
        state = t("It is not paused yet: look into it soon.")
    text = paragraphs(said, state, t("Look into it and decide with /vet."))
    buttons = rows(button(t("Show"), f"vet:{organization.id}"))
    return Reply(text, choices=buttons, sensitive=False)


def others(scene: Scene, service: Service, letters: str, words: str = "") -> Outcome:
    """Show the places of her search without this one."""
    scene = scene.keeping(seen=tuple(dict.fromkeys((*scene.session.seen, service.id))))
    if not scene.session.needs:
        return scene.say(menu.ask_need(scene, before=words))
    return beginning(find.again(scene, letters), words)


def with_choices(outcome: Outcome, *more: Choice) -> Outcome:
    """Put buttons above those of an outcome's first reply."""
    reply, *rest = outcome.replies
    first = replace(reply, choices=(*rows(*more, width=1), *reply.choices))
    return replace(outcome, replies=(first, *rest))


def with_events(outcome: Outcome, *events: Event) -> Outcome:
    """Put events before those of an outcome."""
    return replace(outcome, events=(*events, *outcome.events))
