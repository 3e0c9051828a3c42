"""Everything about one organization's vetting in one message."""

from __future__ import annotations

from handlers.coordinator.lacking import ends_soon, lacking_words
from handlers.i18n import Catalog, later
from handlers.names import DOUBTS
from handlers.scene import Rows, Scene, button, lines, paragraphs, rows
from handlers.turn import Reply
from referrals.directory import ACTIVE, Organization
from referrals.live import SAFE_COUNT
from referrals.vetting import PROBATION, StepKind, Vetting

VOIDED = {
    StepKind.REPORTED: later("Somebody said that it is not safe: earlier approvals are gone."),
    StepKind.PAUSED: later("A coordinator paused it: earlier approvals are gone."),
    StepKind.REFUSED: later("A coordinator refused it."),
}


def screen(scene: Scene, organization: Organization, vetting: Vetting, said: str = "") -> Reply:
    """Return where an organization stands, with a button for each step."""
    t = scene.t
    text = paragraphs(
        said,
        lines(organization.name, organization.website),
        lines(head(t, vetting), t(VOIDED[vetting.voided]) if vetting.voided else ""),
        lines(*steps(t, vetting), *terms(scene, vetting)),
        lines(source(scene, organization), *doubts(scene, organization)),
    )
    return Reply(text, choices=step_rows(scene, organization, vetting))


def head(t: Catalog, vetting: Vetting) -> str:
    """Say whether people are shown it, and what is lacking."""
    if vetting.is_active:
        return t("People are shown it.")
    # Translators: {what} is a list such as "an approval and a chat".
    return t("People are not shown it. Still needed: {what}.", what=lacking_words(t, vetting))


def steps(t: Catalog, vetting: Vetting) -> tuple[str, ...]:
    """Return what was done, a line each."""
    called = vetting.called_back
    return (
        t("Approved by: {names}", names=t.list(sorted(vetting.approved_by)))
        if vetting.approved_by
        else t("Nobody has approved it yet."),
        t("Called back on {date}", date=t.date(called)) if called else t("Not called back yet."),
        t("Its chat is connected.") if vetting.is_bound else t("It has no chat yet."),
    )


def terms(scene: Scene, vetting: Vetting) -> tuple[str, ...]:
    """Return until when things count, a line each."""
    t, today = scene.t, scene.context.today
    is_new = vetting.since is not None and vetting.is_on_probation(today)
    end = t.date(vetting.since + PROBATION) if vetting.since and is_new else ""
    return (
        t("Until {date}: no children alone, violence or forced work.", date=end) if end else "",
        t("Vetted until {date}", date=t.date(vetting.until)) if vetting.until else "",
        t("It is time to approve and call again.") if ends_soon(vetting, today) else "",
    )


def source(scene: Scene, organization: Organization) -> str:
    """Say what the directory holds of it, and how old that is."""
    t, directory = scene.t, scene.context.world.directory
    services = [s for s in directory.services_of(organization.id) if s.status == ACTIVE]
    days = [day for s in services if (day := directory.standing(s.id).checked)]
    known = t.n(
        "In the directory: {number} service",
        "In the directory: {number} services",
        len(services),
    )
    if organization.status != ACTIVE:
        known = t("In the directory it is only a name, so people cannot be shown it.")
    oldest = t("Oldest check of its listings: {date}", date=t.date(min(days))) if days else ""
    return lines(known, oldest)


def doubts(scene: Scene, organization: Organization) -> list[str]:
    """Return what several people said; of fewer nothing, for they could be found."""
    t, directory = scene.t, scene.context.world.directory
    return [
        t(
            "Several people said of {service}: {what}",
            service=service.name,
            what=t(DOUBTS[code]),
        )
        for service in directory.services_of(organization.id)
        for code, people in directory.live.service(service.id).doubts.items()
        if people >= SAFE_COUNT and code in DOUBTS
    ]


def step_rows(scene: Scene, organization: Organization, vetting: Vetting) -> Rows:
    """Return a button for each step."""
    t, id = scene.t, organization.id
    made_again = t("Make a new chat link") if vetting.is_bound else t("Make a chat link")
    return rows(
        button(t("I approve"), f"vok:{id}"),
        button(t("I called back"), f"vcall:{id}"),
        button(made_again, f"vlink:{id}"),
        button(t("Pause"), f"vpau:{id}"),
        button(t("Refuse"), f"vref:{id}"),
        button(t("Show the listing"), f"vl:{id}"),
        button(t("What is waiting"), "vets:0"),
    )
