"""Only places that ...: a choice for one search. It travels in the buttons of its list,
and stands in the session only while that search waits for a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handlers.i18n import later
from handlers.names import AUDIENCES, CHOICES, STAGES
from handlers.person import menu
from handlers.scene import Scene, button, paragraphs, rows
from handlers.turn import Choice, Outcome, Reply

NO_PAPERS = "no_papers"
CODES = {
    "w": "women",
    "t": "trans",
    "l": "lgbtiq",
    "f": "families",
    "m": "men",
    "u": "minors",
    "p": NO_PAPERS,
    "i": "in_transit",
    "s": "settling",
    "r": "returning",
}
"""Letter of a button to what it stands for. In chats for days: keep them stable."""

EXPLAINED = later(
    "I use your choice for this search only, and do not keep it. Places that have not said "
    "whom they take stay in the list."
)


def letters_of(codes: Iterable[str]) -> str:
    """Return the letters of choices, in one order."""
    chosen = set(codes)
    return "".join(letter for letter, code in CODES.items() if code in chosen)


def codes_of(letters: str) -> tuple[str, ...]:
    """Return the choices of letters from a button; what is no letter is left out."""
    return tuple(code for letter, code in CODES.items() if letter in letters)


def audiences_of(codes: Iterable[str]) -> frozenset[str]:
    """Return whom places must take, one of them at least; empty leaves nobody out.

    With children: houses for women take their children as a rule, those for men do not.
    """
    chosen = frozenset(codes) & AUDIENCES.keys()
    if "families" not in chosen:
        return chosen
    return chosen - {"men"} if "men" in chosen else chosen | {"women"}


def with_letters(data: str, letters: str) -> str:
    """Return a button's data that carries the choices, where there are any."""
    return f"{data}:{letters}" if letters else data


def parted(argument: str) -> tuple[str, str]:
    """Return what comes before the letters of a button, and the letters."""
    before, colon, letters = argument.rpartition(":")
    is_choice = bool(colon) and set(letters) <= set(CODES)
    return (before, letters) if is_choice else (argument, "")


def chosen(scene: Scene) -> str:
    """Return the letters of the choices that the running search has."""
    return letters_of(scene.session.audiences)


def choosing(scene: Scene, letters: str) -> Scene:
    """Narrow the search of this turn."""
    return scene.keeping(audiences=codes_of(letters))


def heard(scene: Scene) -> Scene:
    """Add what this turn's text says of herself to the search that waits."""
    both = (*scene.session.audiences, *scene.meaning.audiences)
    return scene.keeping(audiences=tuple(dict.fromkeys(both)))


def line(scene: Scene) -> str:
    """Say what the list was narrowed to, so that nobody wonders what is missing."""
    t = scene.t
    words = [t(CHOICES[code]) for code in scene.session.audiences if code in CHOICES]
    # Translators: {choices} is a row of "take women", "ask for no papers" ...
    return t("Only places that: {choices}", choices=" · ".join(words)) if words else ""


def show(scene: Scene, letters: str = "") -> Outcome:
    """Show what a search can be narrowed to; one press searches."""
    if not scene.session.needs:
        return menu.old_button(scene)
    t = scene.t
    back = [button(t("Back to the list"), with_letters("list", letters))]
    if letters:
        back.insert(0, button(t("Show all places"), "just"))
    choices = (*rows(*options(scene, letters)), *rows(*back, *menu.ways_out(scene)))
    return scene.say(Reply(paragraphs(t("Only places that …"), t(EXPLAINED)), choices=choices))


def options(scene: Scene, letters: str) -> Iterator[Choice]:
    """Yield a button for each choice; one that is made already takes it back."""
    for letter, code in CODES.items():
        mark = "✓ " if letter in letters else ""
        data = with_letters("just", changed(letters, letter))
        yield button(f"{mark}{scene.t(CHOICES[code])}", data)


def changed(letters: str, letter: str) -> str:
    """Return the letters with one put in or taken out; only one stage at a time."""
    if letter in letters:
        return letters_of(codes_of(letters.replace(letter, "")))
    kept = [c for c in codes_of(letters) if CODES[letter] not in STAGES or c not in STAGES]
    return letters_of((*kept, CODES[letter]))
