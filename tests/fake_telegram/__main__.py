"""Run the fake alone: python -m fake_telegram --port 8081 (with tests/ on PYTHONPATH)."""

from __future__ import annotations

import argparse
import asyncio
import signal

from fake_telegram.control import Control
from fake_telegram.server import TOKEN, FakeTelegram


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--no-checks", action="store_true", help="do not validate calls")
    parser.add_argument("--hears-groups", action="store_true", help="no privacy mode")
    return parser.parse_args()


async def serve(given: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM; the first line says where."""
    fake = FakeTelegram(given.token, checks=not given.no_checks, hears_groups=given.hears_groups)
    Control(fake)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await fake.start(given.port)
    print(f"ready {fake.base_url}", flush=True)
    await stop.wait()
    await fake.stop()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
