"""CPU of one durable turn through the runner: receive, decide, commit, mark.

Run: ``python tests/bench/pipeline_cost.py [turns]``. Figures are of this machine at this
moment: compare them only with others of the same run.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from bot.letter import Dispatch  # noqa: E402
from bot.runner import Runner  # noqa: E402
from shell import Shell, echo, open_shell  # noqa: E402 - found through the path above


async def cost(folder: Path, backend: str, at_once: int, turns: int) -> float:
    """Return CPU microseconds a turn."""
    with open_shell(backend, folder) as shell:
        runner = shell.runner(echo)
        await runner.start()

        def send(dispatch: Dispatch) -> None:
            for letter in dispatch.letters:
                runner.mark(letter, 1 + letter.id % 2**40)

        await runner.begin_sending(send)
        await load(shell, runner, at_once, 200)
        begun = time.process_time()
        await load(shell, runner, at_once, turns)
        used = time.process_time() - begun
        await runner.stop()
    return used / turns * 1e6


async def load(shell: Shell, runner: Runner, at_once: int, turns: int) -> None:
    """Let so many chats speak at once, each again as soon as it was answered."""

    async def chat(name: int) -> None:
        for n in range(turns // at_once):
            await runner.receive(shell.arrival(str(name), f"text {n}"))

    await asyncio.gather(*(chat(name) for name in range(at_once)))


def main() -> None:
    """Print one line for each load."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for backend in ("sqlite", "postgresql"):
        for at_once in (1, 64):
            with tempfile.TemporaryDirectory() as folder:
                used = asyncio.run(cost(Path(folder), backend, at_once, turns))
            where = "client only" if backend == "postgresql" else "FULL"
            print(f"{backend} ({where}), {at_once:2} at once: {used:6.0f} us CPU a turn")


if __name__ == "__main__":
    main()
