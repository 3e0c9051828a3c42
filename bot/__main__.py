"""The command line: ``faro`` or ``python -m bot``."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from bot import logs
from bot.catalogs import CatalogMissing
from bot.country_files import CountryError
from bot.measuring import BadMessages
from bot.model_file import BadModel
from bot.phrase_files import BadPhrases
from bot.settings import BadSetting, Settings, read_settings
from bot.starting import NotReady
from bot.vault import KeysMissing
from bot.vetting_commands import coordinators_app, vetting_app
from referrals.store.engine import StoreError
from referrals.store.versions import DatabaseIsNewer, DatabaseIsOlder

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
directory_app = typer.Typer(no_args_is_help=True, help="Check, load and list the directory.")
keys_app = typer.Typer(no_args_is_help=True, help="Make, rotate and list the keys.")
staff_app = typer.Typer(no_args_is_help=True, help="Invite organizations and channels.")
app.add_typer(directory_app, name="directory")
app.add_typer(keys_app, name="keys")
app.add_typer(staff_app, name="staff")

say = Console(highlight=False, soft_wrap=True)
complain = Console(stderr=True, highlight=False, soft_wrap=True)

CLEAR = (
    BadSetting,
    NotReady,
    KeysMissing,
    CountryError,
    BadPhrases,
    BadModel,
    BadMessages,
    CatalogMissing,
    DatabaseIsNewer,
    DatabaseIsOlder,
)
"""Errors whose text says what to do and holds nothing of a person."""


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn every error into one clear line and an exit code."""
    try:
        yield
    except CLEAR as error:
        fail(str(error))
    except StoreError as error:
        fail(f"the database refuses ({type(error).__name__}): is it running, and is there room?")
    except OSError as error:
        fail(f"{error.strerror or type(error).__name__}: {error.filename or 'is the port free?'}")


def fail(reason: str) -> None:
    """End with a reason."""
    complain.print(f"faro: {reason}", markup=False)
    raise typer.Exit(1)


def settings() -> Settings:
    """Read the settings and set up the log."""
    found = read_settings()
    logs.configure(found.log_level)
    return found


@app.command()
def serve() -> None:
    """Serve Telegram, or the web chat when no token is set."""
    with clear_errors():
        chosen = settings()
        with say.status("Loading catalogs, places and phrases ..."):
            from bot.app import build
            from bot.app import serve as run

            parts = build(chosen)
        asyncio.run(run(parts, lambda where: say.print(f"Faro is ready: {where}")))


@app.command()
def chat(language: Annotated[str, typer.Option(help="Language of your client.")] = "") -> None:
    """Talk with the bot in this terminal: the same conversation, nothing is stored."""
    with clear_errors():
        chosen = settings()
        from bot.channels.console import run_chat

        asyncio.run(run_chat(chosen, language))


@app.command()
def doctor() -> None:
    """Check settings, database, keys, catalogs, directory and Telegram; say what to do."""
    with clear_errors():
        chosen = settings()
    from bot.doctor import examine

    findings = examine(chosen)
    for finding in findings:
        mark = "[green]ok[/]  " if finding.is_fine else "[red]fix[/] "
        say.print(f"{mark} {finding.subject}: ", end="")
        say.print(finding.words, markup=False)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)


@app.command()
def catalogs() -> None:
    """Compile the language catalogs."""
    with clear_errors():
        from bot.catalogs import load_catalogs
        from bot.country_files import load_country
        from bot.settings import LOCALES
        from bot.world import country_folder

        country = load_country(country_folder(settings()))
        offered = load_catalogs(LOCALES, country.languages).by_language
        say.print(f"Catalogs: {', '.join(offered)}")


@app.command()
def train() -> None:
    """Train the model of the understanding anew from the phrase files (some minutes)."""
    with clear_errors():
        from bot.settings import LOCALES
        from bot.training import train as train_model

        with progress_bar() as bar:
            tasks: dict[str, TaskID] = {}

            def show(what: str, share: float) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=1.0)
                bar.update(tasks[what], completed=share)

            lines, path = train_model(LOCALES, show)
        say.print(f"{lines} lines, {path.stat().st_size // 1024} kB in {path.name}")


@app.command()
def understand() -> None:
    """Read JSON lines {"text": ..., "language": optional}; write what each means."""
    with clear_errors():
        chosen = settings()
        from bot.understand import understood
        from bot.world import load_reader

        reader, bad = load_reader(chosen), 0
        with progress_bar() as bar:
            task = bar.add_task("Reading", total=None)
            for line in understood(sys.stdin.buffer, reader):
                sys.stdout.write(json.dumps(line) + "\n")
                bar.advance(task)
                if "error" in line:
                    bad += 1
                    complain.print(f"faro: line {line['line']}: {line['error']}", markup=False)
    if bad:
        raise typer.Exit(1)


@app.command()
def measure(
    file: Annotated[Path, typer.Argument(help="Labelled messages, one JSON object a line.")],
    mixed_up: Annotated[bool, typer.Option(help="Also list which labels are mixed up.")] = False,
) -> None:
    """Score the understanding on labelled messages; shows totals, never a message."""
    with clear_errors():
        chosen = settings()
        from bot import measuring
        from bot.world import load_reader

        messages = measuring.messages_of(file.read_text("utf-8").splitlines())
        measured = measuring.Measured()
        with progress_bar() as bar:
            running = measuring.measure(messages, load_reader(chosen))
            for so_far in bar.track(running, len(messages), description="Measuring"):
                measured = so_far
    if not messages:
        fail(f"{file.name} holds no message")
    Console(width=200 if not say.is_terminal else None).print(measuring.table_of(measured))
    say.print(measuring.cost_words(measured))
    for words in measuring.mixed_up_words(measured) if mixed_up else ():
        say.print(words, markup=False)


def progress_bar() -> Progress:
    """Return a bar on standard error, silent where that is no terminal."""
    return Progress(console=complain, transient=True, disable=not complain.is_terminal)


@app.command()
def setup() -> None:
    """Make database, keys and first directory; safe to repeat."""
    with clear_errors():
        chosen = settings()
        from bot.starting import fill_directory, open_database, open_keys

        engine = open_database(chosen)
        open_keys(chosen)
        fill_directory(chosen, engine)
        say.print("Database, keys and directory are in place.")


@app.command()
def digest() -> None:
    """Show last week's digest as it would be posted; nothing is sent."""
    with clear_errors():
        from bot.reports import digest_text

        say.print(digest_text(settings()), markup=False)


@app.command()
def answers(
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Look as if it were this day.")
    ] = None,
    facts: Annotated[bool, typer.Option(help="Also list every source with date and mark.")] = False,
) -> None:
    """Show which answers are missing, due or reviewed by nobody; code 1 if missing or past."""
    with clear_errors():
        from bot.answer_report import show
        from bot.starting import today as now

        day = today.date() if today else now(settings())
        raise typer.Exit(0 if show(settings(), say, day, facts=facts) else 1)


@app.command()
def match(
    needs: Annotated[list[str], typer.Argument(help="Codes, such as housing or legal_aid.")],
    place: Annotated[str, typer.Option(help="Town she is in.")] = "",
    at: Annotated[str, typer.Option(help="Or a point: LATITUDE,LONGITUDE.")] = "",
    state: Annotated[str, typer.Option(help="State, by code or name.")] = "",
    language: Annotated[str, typer.Option(help="Two letters.")] = "",
    audiences: Annotated[str, typer.Option(help="Who she is: women,trans,families ...")] = "",
    stage: Annotated[str, typer.Option(help="in_transit, settling or returning.")] = "",
    no_papers: Annotated[bool, typer.Option("--no-papers", help="She has none.")] = False,
    wheelchair: Annotated[bool, typer.Option("--wheelchair", help="A way in matters.")] = False,
    time: Annotated[str, typer.Option(help="ISO time, on the country's clock. Now.")] = "",
    ring: Annotated[str, typer.Option(help="Start at: city, state, country, remote.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 3,
    lot: Annotated[int, typer.Option(help="Number that decides ties.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    left_out: Annotated[bool, typer.Option("--left-out", help="Why others are not in it.")] = False,
) -> None:
    """Show what a search finds in the directory in use, and why."""
    with clear_errors():
        from bot import match as matching
        from bot import match_words

        asked = matching.Asked(
            *(needs, place, at, state, language, audiences, stage, no_papers, wheelchair),
            *(time, ring, limit, lot),
        )
        try:
            now = datetime.now(UTC)
            done = matching.answer(settings(), asked, now, with_left=left_out)
        except matching.BadSearch as error:
            fail(str(error))
        if as_json:
            sys.stdout.write(json.dumps(match_words.as_json(done), ensure_ascii=False) + "\n")
        else:
            match_words.show(done, say)


@directory_app.command("check")
def directory_check(path: Path) -> None:
    """Check an HSDS package: a folder of CSV or JSON files, or a JSON file."""
    with clear_errors():
        chosen = settings()
        from bot.directories import check

        raise typer.Exit(0 if check(chosen, path, say, progress_bar()) else 1)


@directory_app.command("load")
def directory_load(
    path: Annotated[Path | None, typer.Argument(help="Without it: the country's list.")] = None,
) -> None:
    """Load an HSDS package, all of it or nothing."""
    with clear_errors():
        chosen = settings()
        from bot.directories import load

        raise typer.Exit(0 if load(chosen, path, say, progress_bar()) else 1)


@directory_app.command("export")
def directory_export(
    path: Annotated[Path, typer.Argument(help="A new .json file, or a new folder for CSV files.")],
    public: Annotated[bool, typer.Option(help="Without staff and confidential addresses.")] = False,
) -> None:
    """Write the directory as an HSDS package."""
    with clear_errors():
        chosen = settings()
        from bot.directories import export

        raise typer.Exit(0 if export(chosen, path, say, public=public) else 1)


@directory_app.command("list")
def directory_list(offered: bool = False) -> None:
    """List the organizations and whether they are offered to people."""
    with clear_errors():
        from bot.directories import show

        show(settings(), say, only_offered=offered)


@keys_app.command("make")
def keys_make() -> None:
    """Make the first keys."""
    with clear_errors():
        from bot.vault import make_keys

        folder = settings().keys_folder
        if folder.exists() and any(folder.iterdir()):
            fail(f"{folder} is not empty: nothing was changed")
        make_keys(folder)
        say.print(f"New keys in {folder}. Give a copy to two people you trust.")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Add a new sealing key and seal everything stored with it."""
    with clear_errors():
        from bot.keys import rotate_and_reseal

        version, renewed = rotate_and_reseal(settings(), say)
        say.print(f"Key {version} seals now; {renewed} values were sealed again.")


@keys_app.command("list")
def keys_list() -> None:
    """Show which key seals now."""
    with clear_errors():
        from bot.vault import Vault

        chosen = settings()
        version = Vault.open(chosen.keys_folder).version
        say.print(f"{chosen.keys_folder}: key {version} seals")


@keys_app.command("retire")
def keys_retire() -> None:
    """Destroy all sealing keys but the newest, after a rotation."""
    with clear_errors():
        from bot.vault import forget_older

        say.print(f"{forget_older(settings().keys_folder)} older keys were destroyed.")


@staff_app.command("unbind")
def staff_unbind(
    organization: Annotated[str, typer.Argument(help="Id or part of the name.")],
) -> None:
    """Take an organization's chat away: it receives nothing until it is invited again."""
    with clear_errors():
        from bot.invitations import unbind

        say.print(f"{unbind(settings(), organization)} has no chat any more.", markup=False)


@staff_app.command("invite")
def staff_invite(
    organization: Annotated[str, typer.Argument(help="Id or part of the name.")] = "",
    working_group: Annotated[bool, typer.Option(help="A channel of the working group.")] = False,
) -> None:
    """Make a link that binds one chat, once, within 24 hours."""
    with clear_errors():
        from bot.invitations import invite

        say.print(invite(settings(), organization, working_group), markup=False)


app.add_typer(coordinators_app(settings, clear_errors, say), name="coordinators")
app.add_typer(vetting_app(settings, clear_errors, say), name="vet")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
