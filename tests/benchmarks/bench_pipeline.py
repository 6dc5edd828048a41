"""What a run costs: documents and characters a second, memory, seconds by stage, and what a run costs when little changed.

    make bench                                          1,000 documents made from the seed
    make bench DOCUMENTS=13000                          the size that one machine must do in ten minutes
    python -m tests.benchmarks.bench_pipeline --help    other lengths, other texts, workers, queries, a folder to keep

Makes a corpus (:mod:`tests.benchmarks.corpus`), runs ``baogao run`` on it as a user would, again with nothing changed, and again
with one document added, and prints a table and one line of JSON. ``--against 1000`` does the first also with so many documents and
compares the cost of one; ``--one-worker`` also with one worker; ``--queries`` asks the warehouse what analysts ask. The peers that
can be imported read a few of the same documents: they find numbers and units only, and the table says how long they would take.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks import bench_extract, queries
from tests.benchmarks.corpus import write_corpus

ROOT = Path(__file__).parents[2]
SAMPLE_SECONDS = 2.0
PEER_DOCUMENTS = 10
AFTER_READING = ("check", "load", "report", "publish")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of the program took."""

    name: str
    documents: int
    characters: int
    seconds: float
    """From the start of the program to its end, the start and the end of Prefect's server included."""
    peak_bytes: int
    """The most memory that all its processes had at once, shared pages counted once."""
    stages: dict[str, float] = field(default_factory=dict)
    workers: dict[str, float] = field(default_factory=dict)
    """Processor seconds of the worker processes, by step."""
    metrics: int = 0
    numbers: int = 0

    @property
    def besides_reading(self) -> float:
        """Seconds of the stages after extraction for each second of extraction."""
        return sum(self.stages.get(stage, 0.0) for stage in AFTER_READING) / max(self.stages.get("read", 0.0), 1e-9)


class Memory:
    """Watches the memory of a process and all that it starts."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._process = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error):
                family = [self._process, *self._process.children(recursive=True)]
                self.peak = max(self.peak, sum(map(proportional_bytes, family)))


def proportional_bytes(process: psutil.Process) -> int:
    """Memory of a process, each shared page divided by those who share it; where the system does not tell, the resident set."""
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return int(process.memory_info().rss)
    except (OSError, psutil.Error):
        return 0


def run(name: str, seeds: Path, data: Path, characters: int, workers: int = 0) -> Cost:
    """One run of ``baogao run``, measured from outside.

    Raises:
        RuntimeError: it did not publish; the message is what it said.
    """
    environment = {**os.environ, "PREFECT_HOME": str(data.parent / "prefect"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "flows.cli", "run", "--seeds", str(seeds), "--data", str(data)]
    command += ["--workers", str(workers)] if workers else []
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        with Memory(process.pid) as memory:
            said, _ = process.communicate()
        seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{name}: the run ended with {process.returncode}:\n{said}")
    ended: dict[str, Any] = {}
    for line in (data / "runs.jsonl").read_text(encoding="utf8").splitlines():
        entry = json.loads(line)
        ended = ended | entry if entry["run_id"] == ended.get("run_id") else entry
    return Cost(
        name,
        ended["documents_seen"],
        characters,
        round(seconds, 2),
        memory.peak,
        ended["stages"],
        ended["workers"],
        ended["metrics"],
        ended["numbers"],
    )


def add_one(seeds: Path) -> Path:
    """One more document, of a length like the others."""
    first = next(path for path in sorted(seeds.rglob("*.txt")))
    added = seeds / "added.txt"
    added.write_text(first.read_text(encoding="utf8").replace("1", "7").replace("3", "8"), encoding="utf8")
    return added


def measure(options: argparse.Namespace, folder: Path) -> list[Cost]:
    """All runs that were asked for, in order."""
    costs: list[Cost] = []

    def corpus(documents: int) -> tuple[Path, int]:
        seeds = folder / f"seeds-{documents}"
        shutil.rmtree(seeds, ignore_errors=True)
        return seeds, write_corpus(seeds, options.places, documents, options.characters)

    def measured(name: str, seeds: Path, data: str, characters: int, workers: int = options.workers) -> None:
        costs.append(run(name, seeds, folder / data, characters, workers))
        tell(costs[-1])

    if options.against:
        seeds, characters = corpus(options.against)
        measured(f"{options.against:,} from nothing", seeds, "data-against", characters)
    seeds, characters = corpus(options.documents)
    measured("from nothing", seeds, "data", characters)
    measured("nothing changed", seeds, "data", 0)
    added = add_one(seeds)
    measured("one added", seeds, "data", len(added.read_text(encoding="utf8")))
    if options.one_worker:
        added.unlink()
        measured("one worker, from nothing", seeds, "data-one-worker", characters, workers=1)
    return costs


def tell(cost: Cost) -> None:
    """A run as lines for a person."""
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in cost.stages.items())
    work = ", ".join(f"{step} {seconds:.1f}" for step, seconds in cost.workers.items())
    print(f"{cost.name:26} {cost.seconds:8.1f} s {cost.peak_bytes / 2**30:6.2f} GiB   stages: {stages}", flush=True)
    if work:
        rate = f"{cost.documents / cost.seconds:,.0f} documents/s, {cost.characters / cost.seconds:,.0f} characters/s"
        print(f"{'':26} {rate}; processor seconds of the workers: {work}", flush=True)


def comparisons(costs: Sequence[Cost], options: argparse.Namespace) -> dict[str, float]:
    """What the figures say of each other."""
    by_name = {cost.name: cost for cost in costs}
    whole = by_name["from nothing"]
    found = {"after_reading_per_reading": whole.besides_reading}
    if options.against:
        small = by_name[f"{options.against:,} from nothing"]
        found["cost_per_document_against_small"] = (whole.seconds / whole.documents) / (small.seconds / small.documents)
    if options.one_worker:
        found["reading_speedup_over_one_worker"] = by_name["one worker, from nothing"].stages["read"] / whole.stages["read"]
    return {name: round(value, 3) for name, value in found.items()}


def peers(options: argparse.Namespace, folder: Path, documents: int) -> dict[str, float]:
    """Hours that each reader would take for the whole corpus on one core, from a few of its documents."""
    files = sorted((folder / f"seeds-{documents}").rglob("*.txt"))[:PEER_DOCUMENTS]
    texts = list(bench_extract.documents(files))
    hours = {}
    for name, make in bench_extract.READERS.items():
        try:
            measured = bench_extract.measure(name, make(), texts, 1)
        except ImportError:
            continue
        hours[name] = round(documents * options.characters / measured.characters_per_second / 3600, 3)
        print(f"{name:26} {measured.characters_per_second:12,.0f} characters/s on one core: {hours[name]:.2f} hours for the corpus")
    return hours


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", type=Path, default=[bench_extract.SEED], metavar="FILE", help="texts to make others from")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--characters", type=int, default=15_000, help="of each document")
    parser.add_argument("--workers", type=int, default=0, help="worker processes; one for each processor without it")
    parser.add_argument("--against", type=int, default=0, metavar="DOCUMENTS", help="compare with a corpus of so many")
    parser.add_argument("--one-worker", action="store_true", help="also run with one worker")
    parser.add_argument("--queries", type=int, default=0, metavar="METRICS", help="ask the warehouse, enlarged to so many metrics")
    parser.add_argument("--folder", type=Path, help="keep everything there; else a folder that is removed at the end")
    options = parser.parse_args(arguments)
    with _folder(options.folder) as folder:
        costs = measure(options, folder)
        found: dict[str, Any] = {"runs": [asdict(cost) for cost in costs], **comparisons(costs, options)}
        found["peer_hours"] = peers(options, folder, options.documents)
        if options.queries:
            found["queries"] = queries.measure(folder / "data", folder / "large", options.queries)
        for name, value in comparisons(costs, options).items():
            print(f"{name}: {value}")
        print(json.dumps(found, ensure_ascii=False))


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="baogao-bench-") as made:
        yield Path(made)


if __name__ == "__main__":
    main()
