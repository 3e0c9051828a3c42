"""The weekly digest in words."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.i18n import Catalog
from handlers.names import NEEDS
from handlers.scene import lines, paragraphs
from handlers.turn import Reply
from referrals.digest import SMALLEST, Figure, Figures


def render(t: Catalog, figures: Figures, regions: Mapping[str, Mapping[str, str]]) -> Reply:
    """Return the post: figures, what is not shown, how it was counted."""
    shown = [f for f in figures.needs if f.asked is not None]
    return Reply(
        paragraphs(
            t(
                "Needs this week · {first} to {last}",
                first=t.date(figures.first),
                last=t.date(figures.last),
            ),
            lines(*(need_line(t, f) for f in shown)),
            region_lines(t, figures, regions),
            silence(t, bool(shown)),
            method(t),
        ),
        sensitive=False,
    )


def need_line(t: Catalog, figure: Figure) -> str:
    """Return the line of one need."""
    need = t(NEEDS[figure.need])
    asked = t("{need}: {number} searches", need=need, number=t.number(figure.asked or 0))
    if figure.unmet is None:
        return asked
    unmet = t("{number} without result", number=t.number(figure.unmet))
    return f"{asked}, {unmet}"


def region_lines(t: Catalog, figures: Figures, regions: Mapping[str, Mapping[str, str]]) -> str:
    """Return the regions that may be shown."""
    shown = [
        f"{regions[code].get(t.language, code)}: {t.number(number)}"
        for code, number in figures.regions
        if number is not None and code in regions
    ]
    return lines(t("By region:"), *shown) if shown else ""


def silence(t: Catalog, some: bool) -> str:
    """Say what is not shown, so that silence is not read as zero."""
    number = t.number(SMALLEST)
    if some:
        return t("Needs with fewer than {number} searches are not shown.", number=number)
    return t(
        "No need had {number} searches or more, so no figure is shown. That is not the same as "
        "nobody asking.",
        number=number,
    )


def method(t: Catalog) -> str:
    """Say who is counted."""
    return t(
        "Only people who agreed are counted. No name, chat, organization or town is in these "
        "figures."
    )
