"""What is wrong in a package: where and why, never more than anyone reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_QUOTED = 40
MAX_PROBLEMS = 1000
"""A wrong file has one problem a cell; nobody reads more than these."""
MAX_ALIKE = 10
"""Of one file, field and reason; a last line says how many more there are."""

NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that is not as the standard has it."""

    file: str
    row: int
    """Line of the file in a CSV, number of the object in a JSON; 0: the whole file."""
    field: str
    reason: str
    is_fatal: bool = True


@dataclass(slots=True)
class Problems:
    """Collects problems; of those that are alike it keeps the first and counts the rest."""

    found: list[Problem] = field(default_factory=list)
    alike: Counter[tuple[str, str, str, bool]] = field(default_factory=Counter)

    def add(self, file: str, row: int, name: str, reason: str, *, fatal: bool = True) -> None:
        """Note a problem; its file and field are shortened."""
        file, name = shortened(file), shortened(name)
        kind = (file, name, reason.partition(":")[0], fatal)
        self.alike[kind] += 1
        if self.alike[kind] <= MAX_ALIKE:
            self.found.append(Problem(file, row, name, reason, fatal))

    def note(self, file: str, row: int, name: str, reason: str) -> None:
        """Note what does not keep the package from being loaded."""
        self.add(file, row, name, reason, fatal=False)

    @property
    def are_fatal(self) -> bool:
        """Any of them keeps the package from being loaded."""
        return any(fatal for *_, fatal in self.alike)

    def sorted(self) -> tuple[Problem, ...]:
        """Return fatal ones first: cutting never hides why nothing was loaded."""
        every = [*self.found, *self._rest()]
        return tuple(sorted(every, key=lambda problem: not problem.is_fatal)[:MAX_PROBLEMS])

    def _rest(self) -> Iterator[Problem]:
        for (file, name, reason, fatal), times in self.alike.items():
            if times > MAX_ALIKE:
                more = f"{reason}: and {times - MAX_ALIKE} more rows"
                yield Problem(file, 0, name, more, fatal)


def shortened(text: str) -> str:
    """Return a text as a report may show it: 40 characters, no control characters."""
    clean = NOT_TEXT.sub("?", text)
    return clean if len(clean) <= MAX_QUOTED else f"{clean[: MAX_QUOTED - 1]}…"


def quoted(value: str) -> str:
    """Return a value in quotes, or that it is too long to be shown."""
    clean = NOT_TEXT.sub("?", value)
    return f'"{clean}"' if len(clean) <= MAX_QUOTED else f"({len(value)} characters)"
