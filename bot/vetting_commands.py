"""``faro coordinators`` and ``faro vet``: who vets, and each step of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from rich.console import Console

from bot.settings import Settings
from referrals.vetting import StepKind

Guard = Callable[[], AbstractContextManager[None]]

ORGANIZATION = typer.Argument(help="Id or part of the name.")
ALIAS = typer.Option("--as", help="Your alias as a coordinator.")
CODE = typer.Option(prompt="Personal code", hide_input=True, help="Asked for when left out.")
SOURCE = typer.Option(help="Where you found the number: a page, a register. Not from them.")


def coordinators_app(read: Callable[[], Settings], guard: Guard, say: Console) -> typer.Typer:
    """Return the commands about coordinators."""
    app = typer.Typer(no_args_is_help=True, help="Who vets organizations: two at least.")

    @app.command("add")
    def add(alias: str) -> None:
        """Add a coordinator: prints a personal code and a one-use link, once."""
        with guard():
            from bot import coordinators

            say.print(coordinators.add(read(), alias), markup=False)

    @app.command("list")
    def show() -> None:
        """List the coordinators and whether they have a chat."""
        with guard():
            from bot import coordinators

            say.print(coordinators.listed(read()))

    @app.command("remove")
    def remove(
        alias: str,
        distrust: Annotated[bool, typer.Option(help="Also pause what they approved.")] = False,
    ) -> None:
        """Take a coordinator out."""
        with guard():
            from bot import coordinators

            say.print(coordinators.remove(read(), alias, distrust), markup=False)

    return app


PLAIN = {
    "approve": (StepKind.APPROVED, "Approve an organization. A second coordinator must do so too."),
    "pause": (StepKind.PAUSED, "Pause an organization at once: vetting begins anew."),
    "refuse": (StepKind.REFUSED, "Refuse an organization."),
}
"""Command to the step it takes, and what is said of it."""


def vetting_app(read: Callable[[], Settings], guard: Guard, say: Console) -> typer.Typer:
    """Return the commands about the vetting of organizations."""
    app = typer.Typer(no_args_is_help=True, help="Vet organizations: two coordinators, always.")

    def take(kind: StepKind, organization: str, alias: str, code: str, note: str = "") -> None:
        with guard():
            from bot import coordinators

            done = coordinators.take(read(), kind, organization, alias, code, note)
            say.print(done, markup=False)

    def plain(kind: StepKind) -> Callable[[str, str, str], None]:
        def step(
            organization: Annotated[str, ORGANIZATION],
            alias: Annotated[str, ALIAS],
            code: Annotated[str, CODE],
        ) -> None:
            take(kind, organization, alias, code)

        return step

    @app.command("show")
    def show(organization: Annotated[str, typer.Argument(help="All when left out.")] = "") -> None:
        """Show where organizations stand, or every step of one."""
        with guard():
            from bot import coordinators

            say.print(coordinators.show(read(), organization))

    @app.command("called-back")
    def called_back(
        organization: Annotated[str, ORGANIZATION],
        alias: Annotated[str, ALIAS],
        source: Annotated[str, SOURCE],
        code: Annotated[str, CODE],
    ) -> None:
        """Record that you called a number that you found yourself, and they answered."""
        take(StepKind.CALLED_BACK, organization, alias, code, source)

    for name, (kind, words) in PLAIN.items():
        app.command(name, help=words)(plain(kind))
    return app
