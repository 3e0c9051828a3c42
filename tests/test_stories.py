"""Every story replays word for word, in every language, through serialised sessions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from story import heading_of, replay
from worlds import fictional_world

STORIES = sorted((Path(__file__).parent / "stories").glob("*.txt"))


def test_there_are_at_least_twelve_stories() -> None:
    assert len(STORIES) >= 12


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_the_story_replays_word_for_word(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert replay(text) == text


def test_each_language_goes_from_start_to_a_closed_referral() -> None:
    complete = set()
    for path in STORIES:
        text = path.read_text(encoding="utf-8")
        if "/start" in text and re.search(r"^event: ReferralMoved completed", text, re.M):
            complete.add(heading_of(text)[1])
    assert complete >= set(fictional_world().catalogs.by_language)
