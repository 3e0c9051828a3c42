"""The first screen: the notice, the needs as buttons, what to say when lost."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.i18n import LANGUAGE_NAMES
from handlers.names import FIRST_NEEDS, NEEDS
from handlers.scene import Rows, Scene, button, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply

NOTICE = "n"
"""Marks a language button that stands under the notice."""


def notice(scene: Scene) -> Reply:
    """Return the one-screen notice: who, for whom, what is kept, how to stop."""
    t = scene.t
    return Reply(
        paragraphs(
            # Translators: {operator} is who runs the bot. The name Faro stays.
            t(
                "Hi. I am Faro: an automatic assistant, free of charge. I am not a person "
                "and not an emergency line. {operator} runs me.",
                operator=operator(scene),
            ),
            t(
                "I look for places that can help you and answer questions. Write in your "
                "own words or use the buttons. You can skip any question."
            ),
            t(
                "The app you write in can read this chat. I never keep your name or number. I "
                "keep the sealed address of this chat and your language until 30 days after "
                "you last write, and what you look for and your town for one day."
            ),
            t(
                "An organization sees only the card that you approve. You can take it back; I "
                "keep it until 30 days after it ends. I count you in figures only if you say "
                "yes."
            ),
            # Translators: both words must be among those that the bot understands.
            t(
                "Write {exit} to leave at once, {delete} to erase what I keep. I cannot "
                "erase screenshots or messages older than 48 hours.",
                exit=t.quote(t("exit")),
                delete=t.quote(t("delete")),
            ),
        ),
        choices=rows(*other_languages(scene)),
        sensitive=False,
    )


def other_languages(scene: Scene) -> Iterator[Choice]:
    """Yield the other languages by their own names: she may not read this one."""
    for code, name in LANGUAGE_NAMES.items():
        if scene.context.world.catalogs.offers(code) and code != scene.language:
            yield button(name, f"lang:{code}:{NOTICE}")


def ways_out(scene: Scene) -> tuple[Choice, ...]:
    """Return the buttons that every sensitive screen ends with."""
    return (button(scene.t("Menu"), "menu"), button(scene.t("Leave now"), "exit"))


def operator(scene: Scene) -> str:
    """Return who runs the bot, as the notice says it."""
    return scene.context.world.operator or scene.t("A group of civil society organizations")


def show(scene: Scene, _: str = "") -> Outcome:
    """Ask what is needed."""
    return scene.say(ask_need(scene))


def show_all(scene: Scene, _: str = "") -> Outcome:
    """Ask what is needed, with every need as a button."""
    return scene.say(ask_need(scene, every=True))


def ask_need(scene: Scene, every: bool = False, before: str = "") -> Reply:
    """Return the question with its buttons."""
    t = scene.t
    ask = t("What do you need? Tell me in your own words, or choose:")
    return Reply(paragraphs(before, ask), choices=need_rows(scene, every), sensitive=False)


def need_rows(scene: Scene, every: bool) -> Rows:
    """Return the needs as buttons, and below them the ways out."""
    t = scene.t
    codes = list(NEEDS) if every else list(NEEDS)[:FIRST_NEEDS]
    needs = rows(*(button(t(NEEDS[code]), f"need:{code}") for code in codes))
    more = () if every else (button(t("More"), "needs"),)
    return (
        (button(t("I am in danger"), "sos"),),
        *needs,
        *rows(
            *more,
            button(t("Questions"), "qs"),
            button(t("My requests"), "mine"),
            button(t("Privacy"), "priv"),
            button(t("Language"), "langs"),
        ),
    )


def not_understood(scene: Scene) -> Outcome:
    """Say so, kinder, with choices and a human way."""
    t = scene.t
    before = t(
        "I did not understand that well. Try a few short words, for example: “a place to "
        "sleep”. For numbers where people answer, press “I am in danger”."
    )
    return scene.say(ask_need(scene, before=before))


def old_button(scene: Scene) -> Outcome:
    """Answer a button that leads nowhere any more; what it stands under may matter still."""
    before = scene.t("That button is old. Let us go on here.")
    return scene.say(ask_need(scene, before=before), below=True)


def unreadable(scene: Scene) -> Outcome:
    """Say what to do instead of a voice note, a picture or a very long text."""
    t = scene.t
    before = t(
        "I can only read short written messages for now. I did not open or keep what you "
        "sent. Please write a few words, or choose a button."
    )
    step = scene.session.step
    if not step:
        return scene.say(ask_need(scene, before=before))
    choices = rows(*ways_out(scene))
    return scene.say(Reply(before, choices=choices, sensitive=False), step=step)


def hello(scene: Scene) -> Outcome:
    """Answer a greeting."""
    return scene.say(ask_need(scene, before=scene.t("Hello. It is good that you wrote.")))


def thanks(scene: Scene) -> Outcome:
    """Answer thanks."""
    text = scene.t("You are welcome. Write to me whenever you need to.")
    return scene.say(
        Reply(text, choices=rows(button(scene.t("Menu"), "menu")), sensitive=False),
        step=scene.session.step,
    )
