"""What is asked without anyone writing: is a listing still true, what waits for vetting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bot.desk import Desk
from handlers.notices import ask_still_true, remind_coordinators
from handlers.turn import Context, Notice, ToCoordinators, ToStaff, World
from referrals.directory import Directory, Organization, Service, ServiceId
from referrals.store.listings import load_states, save_asked
from referrals.store.settings import advance, read_setting, write_setting
from referrals.upkeep_questions import ASK_AFTER, due
from referrals.vetting import Vetting

DAYTIME = range(9, 18)
"""Hours at the country's clock in which a group is asked something."""
MOST_AT_ONCE = 20
"""Questions of one round: more wait for the next minute."""
ENDS_SOON = timedelta(days=30)
EVERY_DAYS = 7
REMINDED = "coordinators_reminded"
ASKING = "asking"
"""Counter that is advanced first, as that locks: two processes must not ask twice."""


def ask_organizations(desk: Desk, world: World) -> None:
    """Ask organizations once a month whether what people are told is still true."""
    context = context_of(desk, world)
    if local_hour(context) not in DAYTIME:
        return
    advance(desk.connection, ASKING)
    for service in due_now(desk, context)[:MOST_AT_ONCE]:
        organization = service.organization_id
        reply = ask_still_true(context, organization, service.id)
        desk.settle((), (Notice(ToStaff(organization), reply),))
        save_asked(desk.connection, service.id, context.today)


def due_now(desk: Desk, context: Context) -> list[Service]:
    """Return the services to ask about whose organization has a chat."""
    today = context.today
    states = load_states(desk.connection, 0)
    asked = {ServiceId(id) for id, s in states.items() if s.asked and today - s.asked < ASK_AFTER}
    found = due(context.world.directory, today, asked)
    return [service for service in found if service.organization_id in context.staff]


def remind(desk: Desk, world: World) -> None:
    """Tell coordinators once a week which organizations must be vetted again soon."""
    context = context_of(desk, world)
    today = context.today
    if local_hour(context) not in DAYTIME:
        return
    advance(desk.connection, ASKING)
    if today.toordinal() - read_setting(desk.connection, REMINDED) < EVERY_DAYS:
        return
    names = [organization.name for organization in ending(context.world.directory)]
    if names:
        reply = remind_coordinators(context, names)
        desk.settle((), (Notice(ToCoordinators(), reply),))
    write_setting(desk.connection, REMINDED, today.toordinal())


def ending(directory: Directory) -> Iterator[Organization]:
    """Yield the organizations whose vetting ends within a month, or has ended."""
    for id, state in directory.live.organizations.items():
        organization = directory.organization(id)
        if organization and ends_soon(state.vetting, directory.live.day):
            yield organization


def ends_soon(vetting: Vetting, today: date) -> bool:
    """Tell whether a vetting ends soon, or ran out without anyone ending it."""
    if vetting.is_active:
        return vetting.until is not None and vetting.until - today <= ENDS_SOON
    return vetting.since is not None and vetting.is_bound


def context_of(desk: Desk, world: World) -> Context:
    """Return what a notice may look at."""
    return Context(world, desk.now, staff=desk.bindings.staff)


def local_hour(context: Context) -> int:
    """Return the hour at the country's clock."""
    clock = context.world.country.timezone
    moment: datetime = context.now.astimezone(clock)
    return moment.hour
