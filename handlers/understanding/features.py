"""What a text is made of, for the trained model: hashed pieces of words.

The same text gives the same features on every machine: CRC-32 is fixed, unlike ``hash``.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from referrals.places import fold

SLOTS = 1 << 16
SIZES = (2, 3, 4, 5)
MOST_WORDS = 80
"""Words that are read of a long text: what matters is said early, and time is bounded."""


def features_of(text: str) -> Mapping[int, float]:
    """Return slot to weight; the squares of the weights add up to 1."""
    counts = Counter(zlib.crc32(piece.encode()) % SLOTS for piece in _pieces(text))
    weights = {slot: 1 + math.log(count) for slot, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {slot: weight / length for slot, weight in weights.items()}


def _pieces(text: str) -> Iterator[str]:
    words = fold(text).split()[:MOST_WORDS]
    for word in words:
        yield f"w{word}"
        framed = f" {word} "
        for size in SIZES:
            yield from (framed[i : i + size] for i in range(len(framed) - size + 1))
    yield from (f"{one}_{other}" for one, other in pairwise(words))
