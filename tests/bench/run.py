"""``make bench``: Faro beside a stock python-telegram-bot echo, in one run, interleaved.

Both poll the same fake Bot API server, which runs in a process of its own and does not
check calls. CPU is user and system time of the bot's process, threads included. Absolute
figures move with the machine; the ratios are what counts.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "docs" / "benchmarks.md"
MESSAGES = ROOT / "tests" / "data" / "messages.jsonl"
TOKEN = "123456789:benchmark-token-of-no-bot"
TICKS = os.sysconf("SC_CLK_TCK")
ROUNDS = int(os.environ.get("FARO_BENCH_ROUNDS", "5"))
TURNS = 1500
CHATS = 100
PRESSES = ["need:housing", "menu", "need:health", "list", "need:legal_aid", "qs"]
SLOW_SECONDS = 0.05
TEXTS = [json.loads(line)["text"] for line in MESSAGES.read_text("utf-8").splitlines()]
TEXT_TURNS = 600


@dataclass
class Fake:
    """The fake Bot API server."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "fake_telegram", "--port", str(self.port)]
        command += ["--token", TOKEN, "--no-checks"]
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self.process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE
        )
        assert self.process.stdout
        self.process.stdout.readline()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def tell(self, what: str, **body: object) -> None:
        request = urllib.request.Request(
            f"{self.base}/control/{what}", json.dumps(body).encode(), method="POST"
        )
        urllib.request.urlopen(request).read()

    def ask(self, what: str) -> dict[str, object]:
        with urllib.request.urlopen(f"{self.base}/control/{what}") as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def calls(self, *methods: str) -> int:
        found = self.ask("counts")["calls"]
        assert isinstance(found, dict)
        return sum(int(found.get(method, 0)) for method in methods)


@dataclass
class Bot:
    """A bot's process."""

    name: str
    command: Callable[[str], list[str]]
    env: Callable[[str, Path], dict[str, str]]
    answers: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    figures: dict[str, list[float]] = field(default_factory=dict)

    def start(self, base: str, folder: Path) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), **self.env(base, folder)}
        self.process = subprocess.Popen(
            self.command(base),
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=(folder / f"{self.name}.log").open("wb"),
        )

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        assert self.process
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) / TICKS

    def resident(self) -> float:
        """Resident memory in MB."""
        assert self.process
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(x for x in text.splitlines() if x.startswith("VmRSS")).split()[1]) / 1024

    def note(self, figure: str, value: float) -> None:
        self.figures.setdefault(figure, []).append(value)

    def median(self, figure: str) -> float:
        return statistics.median(self.figures[figure])


def faro_env(base: str, folder: Path) -> dict[str, str]:
    return {
        "FARO_TELEGRAM_TOKEN": TOKEN,
        "FARO_TELEGRAM_API": base,
        "FARO_DIRECTORY": "fictional",
        "FARO_SEND_RATE": "0",
        "FARO_DATA": str(folder / "faro"),
        "FARO_PORT": "18499",
    }


def bots() -> tuple[Bot, Bot]:
    script = str(ROOT / "tests" / "bench" / "stock_echo.py")
    stock = Bot(
        "stock",
        lambda base: [sys.executable, script, TOKEN, base],
        lambda _base, _folder: {},
        ("sendMessage",),
    )
    faro = Bot(
        "faro",
        lambda _base: [sys.executable, "-m", "bot", "serve"],
        faro_env,
        ("sendMessage", "editMessageText", "sendVenue"),
    )
    return stock, faro


def wait_for(done: Callable[[], bool], seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("the bot did not answer in time")
        time.sleep(0.02)


def load(fake: Fake, bot: Bot, kind: str, words: Sequence[str], count: int, rate: float) -> float:
    """Give a bot its updates, wait for every answer, return the CPU it took in seconds."""
    before, answered = bot.cpu(), fake.calls(*bot.answers)
    fake.tell("load", count=count, rate=rate, chats=CHATS, kind=kind, words=list(words),
              marked=False)  # fmt: skip
    wait_for(lambda: fake.calls(*bot.answers) >= answered + count)
    return bot.cpu() - before


def first_answer(fake: Fake, bot: Bot, folder: Path) -> float:
    """Start a bot that somebody has already written to; seconds to its first answer."""
    before = fake.calls(*bot.answers)
    fake.tell("write", chat=77, text="/start", language_code="es", kind="private")
    began = time.monotonic()
    bot.start(fake.base, folder)
    wait_for(lambda: fake.calls(*bot.answers) > before)
    return time.monotonic() - began


def measure(fake: Fake, stock: Bot, faro: Bot, folder: Path) -> None:
    """One round: each bot alone with the fake, one after the other."""
    for bot in (stock, faro):
        bot.note("start", first_answer(fake, bot, folder))
        warm_up(fake, bot)
        kind, words = ("press", PRESSES) if bot is faro else ("text", ["hola"])
        began = time.monotonic()
        bot.note("saturated", load(fake, bot, kind, words, TURNS, 0) / TURNS * 1000)
        bot.note("rate", TURNS / (time.monotonic() - began))
        bot.note("steady", load(fake, bot, kind, words, 400, 100) / 400 * 1000)
        slow(fake, bot, kind, words)
        if bot is faro:
            texts = load(fake, bot, "text", TEXTS, TEXT_TURNS, 0)
            bot.note("texts", texts / TEXT_TURNS * 1000)
        bot.note("resident", bot.resident())
        bot.stop()


def warm_up(fake: Fake, bot: Bot) -> None:
    """Let every chat exist and, for Faro, have a need and a place."""
    load(fake, bot, "text", ["busco albergue en tapachula"], CHATS, 0)
    time.sleep(1.0)


def slow(fake: Fake, bot: Bot, kind: str, words: Sequence[str]) -> None:
    """Turns a second when every call takes 50 ms."""
    count = 100 if bot.name == "stock" else 1000
    fake.tell("delay", seconds=SLOW_SECONDS)
    began = time.monotonic()
    load(fake, bot, kind, words, count, 0)
    bot.note("slow", count / (time.monotonic() - began))
    fake.tell("delay", seconds=0)


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


ROWS = (
    ("saturated", "CPU ms a turn, saturated"),
    ("steady", "CPU ms a turn, 100 turns a second"),
    ("rate", "turns a second, saturated"),
    ("slow", "turns a second when the API answers in 50 ms"),
    ("resident", "resident MB afterwards"),
    ("start", "seconds from start to the first answer"),
)


def report(stock: Bot, faro: Bot) -> str:
    """Return the report as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; every figure was measured in that run. "
        "Absolute figures move with the machine, the ratios are what counts.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}. "
        f"{ROUNDS} rounds, interleaved; median [lowest-highest].",
        "",
        "| | stock python-telegram-bot echo, polling | Faro, full durable turn by button, SQLite, "
        "`synchronous=FULL` | ratio |",
        "|---|---|---|---|",
    ]
    for figure, label in ROWS:
        ratio = faro.median(figure) / stock.median(figure)
        cells = (spread(stock.figures[figure]), spread(faro.figures[figure]))
        lines.append(f"| {label} | {cells[0]} | {cells[1]} | {ratio:.2f} |")
    turn = spread(faro.figures["texts"])
    lines += [
        "",
        f"A durable turn by free text, saturated: {turn} ms CPU.",
        "",
        *reading(),
        "",
        *matching(),
        "",
    ]
    return "\n".join([*lines, METHOD, ""])


METHOD = f"""## Method

A fake Bot API server runs in a process of its own, on loopback, without checking calls.
Each round starts the stock bot, measures, stops it, then does the same with Faro.

- **Stock echo:** python-telegram-bot with all defaults; a text comes in, `reply_text`
  sends it back.
- **Faro:** `python -m bot serve` with a new SQLite database. {CHATS} chats that have a need and a
  place press buttons in turn: {", ".join(f"`{p}`" for p in PRESSES)}. A turn is: read the update,
  recognise repetitions, load the session, decide (most presses match places and compose the list),
  seal and save session and outbox, commit with `fsync`, then edit the message **and** answer the
  button press (two calls where the echo makes one), then record that it was sent.
- **Saturated:** {TURNS} updates at once, until the last answer. **CPU:** user and system time of
  the bot's process with all its threads, from `/proc`.
- **50 ms:** the fake holds each answer back for 50 ms.
- **By free text:** {TEXT_TURNS} texts of `tests/data/messages.jsonl` from {CHATS} chats at once:
  everything that a button costs, and all understanding included.
- **Reading texts** and **finding a name**: in a process of its own, one after the other. Names
  are drawn from the whole gazetteer and misspelt at random; right means that the first place
  found bears the name.
- **Matching:** services stand in towns by their population, people ask from any inhabited place
  with the same chance; needs, languages and audiences are drawn. Searches of every size are held
  against a plain look at every service (`tests/matching_oracle.py`). A turn is `converse` with a
  shared location, everything in memory.

Goals: CPU of a saturated turn by button at most that of the echo (aim 0.6), a turn by text at
most 6 ms, 300 MB resident, first answer at most 4 s after the start, no text above 50 ms, a name
found in 0.5 ms, 95 % right with one typing error, 88 % with two. A search 0.1 ms among
100,000 services and 0.2 ms among 1,000,000 (99 %: 1 ms), a turn among 100,000 organizations at
most 1.15 times one among 100."""


def reading() -> list[str]:
    """Measure the parts that read texts, each in this process; return their rows."""
    return output_of("reading_cost.py")


def output_of(script: str, *words: str) -> list[str]:
    """Run a measure in a process of its own; return its lines."""
    run = [sys.executable, str(ROOT / "tests" / "bench" / script), *words]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.splitlines()


SIZES = ((1_000, 50), (100_000, 25), (1_000_000, 3))
"""Services of a directory, and how many searches are checked in it."""


def matching() -> list[str]:
    """Measure searches in directories of several sizes, and a whole turn."""
    lines = [
        "## Matching",
        "",
        "| services | search, µs: median | 99 % | most | one changed service laid over, ms "
        "| built, s | MB | checked: wrong |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for services, checks in SIZES:
        print(f"matching among {services:,} ...", flush=True)
        found = json.loads(output_of("matching_cost.py", str(services), "2000", str(checks))[0])
        figures = ("median_us", "p99_us", "worst_us", "with_live_ms", "built_s", "resident_mb")
        cells = [*(f"{found[name]}" for name in figures), f"{checks}: {found['wrong']}"]
        lines.append(f"| {services:,} | {' | '.join(cells)} |")
    turn = json.loads(output_of("turn_cost.py")[0])
    few, many = turn["turn_us"]
    return [
        *lines,
        "",
        f"A turn with a search costs {few} µs among 100 organizations and {many} µs among "
        f"100,000: {turn['ratio']} times.",
    ]


def main() -> None:
    """Measure and write the report."""
    stock, faro = bots()
    fake = Fake(18498)
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS} ...", flush=True)
        folder = Path(tempfile.mkdtemp(prefix="faro-bench-"))
        fake.start()
        try:
            measure(fake, stock, faro, folder)
        finally:
            stock.stop()
            faro.stop()
            fake.stop()
            shutil.rmtree(folder)
    text = report(stock, faro)
    REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
