"""Reads and compiles the gettext catalogs."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from pathlib import Path

from handlers.i18n import LANGUAGE_NAMES, Catalog, Catalogs

SOURCE_LANGUAGE = "en"
"""Sentences in the code are English: its catalog is complete by nature."""


class CatalogMissing(Exception):
    """A catalog cannot be read. Names the language."""


def load_catalogs(folder: Path, languages: Iterable[str]) -> Catalogs:
    """Return the offered catalogs, compiling what is new; the first is the default."""
    offered = [code for code in languages if code in LANGUAGE_NAMES]
    return Catalogs({code: load(folder, code) for code in offered}, offered[0])


def load(folder: Path, language: str) -> Catalog:
    """Return one language's catalog."""
    if language == SOURCE_LANGUAGE:
        return Catalog(language, gettext.NullTranslations())
    source = folder / language / "LC_MESSAGES" / "messages.po"
    if not source.is_file():
        raise CatalogMissing(f"no catalog for {language}: {source.name} is missing")
    with compiled(source).open("rb") as file:
        return Catalog(language, gettext.GNUTranslations(file))


def compiled(source: Path) -> Path:
    """Return the compiled catalog, made anew when its source is newer."""
    target = source.with_suffix(".mo")
    if not target.is_file() or target.stat().st_mtime < source.stat().st_mtime:
        compile_catalog(source, target)
    return target


def compile_catalog(source: Path, target: Path) -> None:
    """Compile one catalog."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    partial = target.with_suffix(".part")
    with partial.open("wb") as file:
        write_mo(file, catalog)
    partial.replace(target)
