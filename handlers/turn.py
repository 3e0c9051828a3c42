"""What travels between the shell and the conversation.

``converse(turn, session, context) -> Outcome`` sees nothing else. No chat id, no name
and no handle of a person is in these types: the shell keeps the address, sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from referrals.directory import Directory, OrganizationId, ServiceId
from referrals.events import Event
from referrals.lifecycle import Code, Referral
from referrals.places import Coordinates, Gazetteer, PlaceId

if TYPE_CHECKING:
    from handlers.country import Country
    from handlers.i18n import Catalogs
    from handlers.understanding.meaning import Understanding

MAX_TEXT = 4096
"""Longest text the bot sends or reads, in UTF-16 units (Telegram's limit)."""
MAX_CHOICE_DATA = 64
"""Longest data of a button, in bytes (Telegram's limit)."""


class ChatKind(StrEnum):
    """Who can be on the other side."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class Unreadable(StrEnum):
    """What arrived and is not taken, so that the answer can say what to do instead."""

    VOICE = "voice"
    PICTURE = "picture"
    FILE = "file"
    CONTACT = "contact"
    TOO_LONG = "too_long"
    EDITED = "edited"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing someone said or pressed."""

    kind: ChatKind = ChatKind.PRIVATE
    text: str = ""
    """What was typed; empty when a button was pressed."""
    command: str = ""
    """A slash command without its slash and bot name, lower case: ``start``."""
    payload: str = ""
    """What follows the command: the payload of a deep link."""
    choice: str = ""
    """Data of the pressed button. Comes from the client: never trusted."""
    location: Coordinates | None = None
    """Shared location. Used in memory for this turn only."""
    client_language: str = ""
    """Language tag of the client, such as ``pt-BR``; may be empty or unknown."""
    unreadable: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button."""

    label: str
    data: str = ""
    """At most 64 bytes of UTF-8."""
    url: str = ""
    """Set instead of ``data`` for a button that opens a page or dials."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A point on the map with its name. Never a confidential location."""

    latitude: float
    longitude: float
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to one chat. Plain text, no markup."""

    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    """Rows of buttons under the message."""
    asks_location: bool = False
    """The channel offers its way to share a location. On Telegram the choices then
    become a keyboard whose labels come back as typed text."""
    location_label: str = ""
    """The label of that way, translated."""
    venue: Venue | None = None
    replaces: bool = False
    """Take the place of the message whose button was pressed, where there is one."""
    card: str = ""
    """Name of a living message in that chat (a referral's code). The first reply with
    this name is sent, later ones take its place."""
    sensitive: bool = True
    """Names a need, a place or a referral: swept from the chat."""


@dataclass(frozen=True, slots=True)
class ToPerson:
    """The person who asked for this referral."""

    code: Code


@dataclass(frozen=True, slots=True)
class ToStaff:
    """The chat bound to this organization."""

    organization: OrganizationId


@dataclass(frozen=True, slots=True)
class ToWorkingGroup:
    """Every bound channel of the working group."""


@dataclass(frozen=True, slots=True)
class ToCoordinators:
    """Every coordinator with a chat, save for the one who just acted."""

    besides: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to someone who did not just speak."""

    to: ToPerson | ToStaff | ToWorkingGroup | ToCoordinators
    reply: Reply


@dataclass(frozen=True, slots=True)
class Draft:
    """A referral that is being written: what its card will say."""

    service: ServiceId
    need: str
    with_place: bool = True
    with_language: bool = True
    words: str = ""
    """Words of her own for the organization; gone once sent or left."""
    declined: tuple[OrganizationId, ...] = ()
    """Organizations that had no room for this same request."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the conversation remembers between two turns. Sealed before it is stored."""

    language: str = ""
    """Offered language code, empty until one is known."""
    chose_language: bool = False
    noticed: bool = False
    """The one-screen notice was shown."""
    step: str = ""
    """Key of the step that reads the next text. Stored: renaming one is a migration."""
    needs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Needs that she named besides those that are searched: offered, not dropped."""
    offers: tuple[str, ...] = ()
    """The nearest answers to what she asked, to offer with the next list."""
    place: PlaceId | None = None
    places: tuple[PlaceId, ...] = ()
    """What the place that she named may be, the likeliest first, until she chooses."""
    audiences: tuple[str, ...] = ()
    """Who she said she is and other choices (``filters.CODES``), only while the search that
    she said it for waits for a place."""
    lot: int = 0
    """A random number of the running search: ties are drawn with it, and stay drawn."""
    near: str = ""
    """How the place was given: "", "typed", "shared" or "skipped"."""
    ring: str = ""
    """The ring of the last search: "", "city", "state", "country"."""
    shown: tuple[ServiceId, ...] = ()
    """The services of the last list, in their order."""
    seen: tuple[ServiceId, ...] = ()
    """Services of earlier pages of the same search."""
    draft: Draft | None = None
    question: str = ""
    """The answer that waits until she chose a language."""
    danger: str = ""
    """The kind of danger that she told today, "any" when she asked for the numbers."""
    counted: str = ""
    """Her answer to being counted in figures: "", "asked", "yes" or "no"."""
    reported: tuple[str, ...] = ()
    """What she told of organizations today: nobody is counted twice."""
    left: bool = False
    """She left with the exit word: nothing is sent to her until she writes again."""
    day: str = ""
    """ISO date at the country's clock when needs and place were last set. They are
    forgotten on the next day."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-use link that was opened in this chat and is still good."""

    organization: OrganizationId | None
    """None: the chat becomes a working-group channel, or a coordinator's."""
    coordinator: str = ""
    """Alias of the coordinator whose private chat this becomes."""


@dataclass(frozen=True, slots=True)
class World:
    """What is the same for every turn until the directory or the data change."""

    catalogs: Catalogs
    country: Country
    directory: Directory
    places: Gazetteer
    understanding: Understanding
    meeting_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Language to the words of which two make a meeting code."""
    shared_words: Mapping[str, str] = field(default_factory=dict)
    """Language that is read but not written to one line in it, which asks to choose another."""
    operator: str = ""
    """Who runs this bot, as the notice says it."""
    is_fictional: bool = False
    """The directory is made up for showing the service: said with every list."""


@dataclass(frozen=True, slots=True)
class Context:
    """What one turn may look at."""

    world: World
    now: datetime
    """Aware, in UTC."""
    referrals: Mapping[Code, Referral] = field(default_factory=dict)
    """In a private chat: her own. In a staff chat: those of its organization that the
    turn names, and for the caseload its open ones."""
    staff: Mapping[OrganizationId, str] = field(default_factory=dict)
    """Organizations with a bound chat, and the language of that chat."""
    organization: OrganizationId | None = None
    """The organization that this chat is bound to."""
    is_working_group: bool = False
    coordinator: str = ""
    """Alias of the coordinator whose private chat this is."""
    coordinators: frozenset[str] = frozenset()
    """Aliases of all coordinators with a chat."""
    pauses: int = 0
    """Organizations that this person paused today. Known where the turn may pause one."""
    invitation: Invitation | None = None
    """The invitation that ``turn.payload`` opened, if it is good."""
    chance: Callable[[int], int] = lambda _: 0
    """``chance(n)``: a number from 0 to n - 1 from the system's generator."""

    @property
    def today(self) -> date:
        """The day at the country's own clock."""
        return self.now.astimezone(self.world.country.timezone).date()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leads to. The shell saves all of it in one transaction, then sends."""

    session: Session | None
    """None: forget this chat's session."""
    replies: tuple[Reply, ...] = ()
    events: tuple[Event, ...] = ()
    """Changes of referrals and bindings, and facts for figures, in order."""
    notices: tuple[Notice, ...] = ()
    sweep: bool = False
    """Cancel what is queued for this chat and delete its messages, before the replies."""
