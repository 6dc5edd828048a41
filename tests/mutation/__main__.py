"""``python -m tests.mutation [WORD] [--processes 2]``: plant each fault in a copy of the checkout, run the unit tests on it, and
print which survived. 1 where fewer than 95 % were noticed."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[2]
FAULTS = Path(__file__).with_name("faults.yml")
LEAST = 0.95
TESTS = (
    "tests/numbers",
    "tests/reading",
    "tests/lexicon",
    "tests/extract",
    "tests/tables",
    "tests/identify",
    "tests/decode/test_tables.py",
)
COPIED = ("transforms", "tests", "seeds", "flows", "expectations", "warehouse", "pyproject.toml", "baogao.py", "README.md")


@dataclass(frozen=True)
class Fault:
    """A text of a file and what stands there instead; ``what`` says it in words."""

    what: str
    file: str
    find: str
    replace: str


def faults() -> list[Fault]:
    """The planted faults."""
    return [Fault(**each) for each in yaml.safe_load(FAULTS.read_text(encoding="utf8"))]


def plant(fault: Fault, root: Path) -> None:
    """Write a fault into a copy.

    Raises:
        ValueError: the text does not stand there exactly once; write the fault anew.
    """
    path = root / fault.file
    text = path.read_text(encoding="utf8")
    if text.count(fault.find) != 1:
        raise ValueError(f"{fault.what}: {fault.file} has {fault.find!r} {text.count(fault.find)} times")
    path.write_text(text.replace(fault.find, fault.replace), encoding="utf8")


def is_noticed(fault: Fault | None) -> bool:
    """Whether a unit test fails on a copy with the fault; None plants nothing."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in COPIED:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, root / name)
        if fault is not None:
            plant(fault, root)
        tests = [name for name in TESTS if (root / name).exists()]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-m", "unit", "-p", "no:cacheprovider", *tests]
        return subprocess.run(command, cwd=root, capture_output=True).returncode == 1


def main() -> int:
    """Print what each fault met with, and the share that was noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only faults whose words hold this")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    chosen = [fault for fault in faults() if arguments.word in fault.what]
    if is_noticed(None):
        sys.exit("The tests fail without a fault. Mend that first: make test-fast")
    with ThreadPoolExecutor(arguments.processes) as pool:
        results = list(pool.map(is_noticed, chosen))
    for fault, noticed in zip(chosen, results, strict=True):
        print("noticed " if noticed else "SURVIVED", fault.what)
    share = sum(results) / len(results)
    print(f"{sum(results)} of {len(results)} noticed ({share:.0%})")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main())
