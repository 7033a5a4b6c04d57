"""The figures as one table, each beside its goal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from bench.client import Run, quantile
from bench.exports import GROWTH as GROWN
from bench.exports import SECONDS, Taken
from bench.pages import COLD_START, CONSENT, DEPTH, FIRST, GROWTH, MEMORY, RATE, READ, STATEMENTS, TAIL, Page


class Key(NamedTuple):
    """What a series of runs is of."""

    database: str
    entries: int
    page: Page
    connections: int


class Counted(NamedTuple):
    """What does not depend on the machine."""

    statements: int
    size: int


Runs = list[tuple[Run, Run]]
"""Of the floor and of the portal, round by round."""


@dataclass
class Figures:
    """Everything that was measured."""

    runs: dict[Key, Runs] = field(default_factory=lambda: defaultdict(list))
    counted: dict[tuple[str, int, Page], Counted] = field(default_factory=dict)
    memory: dict[tuple[str, int], tuple[float, float, float]] = field(default_factory=dict)
    cold_start: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=dict)
    """Seconds to the first answer, the floor's and the portal's, of each time that both were started."""
    exports: dict[tuple[str, int], dict[str, Taken]] = field(default_factory=dict)
    threads: dict[tuple[str, int], list[Run]] = field(default_factory=lambda: defaultdict(list))
    disk: str = ""
    """Where the databases lie: a commit takes as long as that needs to keep it."""


def ratio(runs: Runs, of: Callable[[Run], float]) -> float:
    """How many times the floor's figure the portal's is: the median of the rounds."""
    return median(of(portal) / of(floor) for floor, portal in runs)


def middle(run: Run) -> float:
    """The median latency."""
    return run.quantile(0.5)


def tail(runs: Runs, which: int) -> float:
    """The 99th percentile over all rounds, in seconds."""
    return quantile([one for pair in runs for one in pair[which].latencies], 0.99)


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{seconds * 1000:.1f}"


HEAD = (
    "page", "entries", "SQL", "KB", "p50", "p99", "floor p50", "x", "goal",
    "req/s at 8", "p50", "p99", "floor", "x rate", "x p99", "growth", "depth", "missed",
)  # fmt: skip


def table(figures: Figures) -> str:
    """All of it, by database."""
    parts = []
    for database in dict.fromkeys(key.database for key in figures.runs):
        sizes = list(dict.fromkeys(key.entries for key in figures.runs if key.database == database))
        rows = [
            row_of(figures, database, entries, page, sizes) for page in (*READ, CONSENT) for entries in sizes
        ]
        parts += [f"\n== {database}", aligned([HEAD, *rows]), *surroundings(figures, database, sizes)]
    return "\n".join([*parts, "", f"Databases and files: {figures.disk}.", *legend()])


def row_of(figures: Figures, database: str, entries: int, page: Page, sizes: list[int]) -> tuple[str, ...]:
    """One page on one database with so many entries."""
    alone = figures.runs[Key(database, entries, page, 1)]
    crowded = figures.runs[Key(database, entries, page, 8)]
    times, rate = ratio(alone, middle), ratio(crowded, lambda run: run.rate)
    tails = tail(crowded, 1) / tail(crowded, 0)
    counted = figures.counted.get((database, entries, page))
    growth = depth = None
    if entries != sizes[0]:
        growth = _against(alone, figures.runs[Key(database, sizes[0], page, 1)])
    if page in FIRST:
        depth = _against(alone, figures.runs[Key(database, entries, FIRST[page], 1)])
    missed = [
        name
        for name, is_missed in (
            ("time", times > page.at_most),
            ("SQL", counted is not None and counted.statements > STATEMENTS),
            (
                "KB",
                counted is not None and page.kilobytes is not None and counted.size > page.kilobytes * 1000,
            ),
            ("rate", rate < RATE),
            ("p99", tails > TAIL),
            ("growth", growth is not None and growth > GROWTH),
            ("depth", depth is not None and depth > DEPTH),
        )
        if is_missed
    ]
    return (
        page.name,
        f"{entries:,}",
        str(counted.statements) if counted else "",
        f"{counted.size / 1000:.0f}" if counted else "",
        ms(median(middle(run) for _, run in alone)),
        ms(tail(alone, 1)),
        ms(median(middle(run) for run, _ in alone)),
        f"{times:.1f}",
        f"{page.at_most:.1f}",
        f"{median(run.rate for _, run in crowded):.0f}",
        ms(median(middle(run) for _, run in crowded)),
        ms(tail(crowded, 1)),
        f"{median(run.rate for run, _ in crowded):.0f}",
        f"{rate:.2f}",
        f"{tails:.1f}",
        f"{growth:.2f}" if growth else "",
        f"{depth:.2f}" if depth else "",
        "NOT MET: " + ", ".join(missed) if missed else "met",
    )


def _against(these: Runs, those: Runs) -> float:
    """How many times as long these took as those, by the medians, round by round."""
    return median(middle(this) / middle(that) for (_, this), (_, that) in zip(these, those, strict=True))


def surroundings(figures: Figures, database: str, sizes: list[int]) -> list[str]:
    """Memory, cold start, and the server's threads."""
    lines = []
    for entries in sizes:
        floor, workers, all_of_it = figures.memory[database, entries]
        starts = figures.cold_start[database, entries]
        cold, times = median(own for _, own in starts), median(own / low for low, own in starts)
        lines.append(
            f"{entries:,} entries: memory of two workers after load (PSS, with what they start) {workers:.0f} MiB"
            f" (goal {MEMORY:.0f}, {_verdict(workers <= MEMORY)}), with the process that started them {all_of_it:.0f}"
            f" (floor {floor:.0f}); cold start {cold:.2f} s,"
            f" {times:.1f}x the floor (goal {COLD_START:.1f}x, {_verdict(times <= COLD_START)})"
        )
        lines += [
            f"{entries:,} entries: {name} {taken.seconds:.2f} s, first bytes after {taken.first:.2f} s, {taken.megabytes:.1f} MB;"
            f" memory grew by {taken.grown:.0f} MiB (goal {GROWN:.0f}, {_verdict(taken.grown <= GROWN)})"
            + (
                f"; goal {SECONDS:.0f} s, {_verdict(taken.seconds <= SECONDS)}"
                if name.endswith("CSV")
                else ""
            )
            for name, taken in figures.exports[database, entries].items()
        ]
    threads = [
        f"2 x {threads}: {median(run.rate for run in runs):.0f} req/s, p99 "
        f"{ms(quantile([one for run in runs for one in run.latencies], 0.99))} ms"
        for (where, threads), runs in figures.threads.items()
        if where == database
    ]
    lines.append("gunicorn, workers x threads, history (trail) at 8 connections: " + "; ".join(threads))
    return lines


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def aligned(rows: list[tuple[str, ...]]) -> str:
    """The rows in columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if i in {0, len(HEAD) - 1} else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def legend() -> list[str]:
    """What the columns mean, and the goals that are the same for every page."""
    return [
        "Times in milliseconds at one connection, and after `req/s at 8` at eight; medians of the rounds.",
        "x: the portal's p50 over the floor's in the same round. Goals of every page: "
        f"SQL <= {STATEMENTS}, x rate >= {RATE}, x p99 <= {TAIL:.0f}, growth <= {GROWTH}, depth <= {DEPTH}; home <= 80 KB.",
        "Home and lists are held against the floor's page of 50 rows, the document and the item against its object",
        "with 50 replies and 20 entries, the consent against its transaction of two rows.",
        "The other server of decision 37, granian, is not among the locked libraries and is not measured here.",
    ]
