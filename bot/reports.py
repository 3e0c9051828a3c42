"""Reports for the command line."""

from __future__ import annotations

from bot.catalogs import load_catalogs
from bot.country_files import load_country
from bot.settings import LOCALES, Settings
from bot.starting import open_database, today
from bot.world import country_folder
from handlers.group.digest import render
from handlers.names import NEEDS
from referrals.digest import Counted, figures_of, week_before
from referrals.store.signals import count_signals


def digest_text(settings: Settings) -> str:
    """Return the digest of last week without storing or sending it."""
    country = load_country(country_folder(settings))
    catalogs = load_catalogs(LOCALES, country.languages)
    week = week_before(today(settings))
    with open_database(settings).begin() as connection:
        counted = [Counted(*line) for line in count_signals(connection, *week)]
    figures = figures_of(counted, week, NEEDS, country.regions)
    return render(catalogs.of(""), figures, country.regions).text
