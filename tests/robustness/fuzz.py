"""``python -m tests.robustness.fuzz TARGET --minutes N``: looks for inputs on which the program breaks its promises.

Needs atheris (dependency group ``fuzz``). What it finds is made as small as possible and kept in ``findings/TARGET/``, where
``test_findings`` runs it for ever. Exit code 1 where something was found.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

FINDINGS = Path(__file__).with_name("findings")
ONE_INPUT = 20
"""Seconds after which an input counts as one that never ends."""
MEMORY = 2000
"""Megabytes that the process may have."""
NAMES = ("numerals", "segment", "extract", "decode", "archive")


def signature(error: BaseException) -> str:
    """What tells one fault from another: its kind and the last places in our code that it passed."""
    places = []
    step: TracebackType | None = error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.parent.name in ("transforms", "decode", "identify", "lexicon", "robustness", "extract"):
            places.append(f"{file.stem}.{step.tb_frame.f_code.co_name}")
        step = step.tb_next
    return f"{type(error).__name__} {' > '.join(places[-3:])}"


def fault(check: Callable[[bytes], None], data: bytes) -> BaseException | None:
    """What goes wrong with an input; None where nothing does."""
    try:
        check(data)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return error
    return None


def smallest(check: Callable[[bytes], None], data: bytes, seconds: float = 60) -> bytes:
    """The input with everything left out that the fault does not need."""
    wanted = signature(fault(check, data) or RuntimeError())
    end = time.monotonic() + seconds
    size = max(1, len(data) // 2)
    while size and time.monotonic() < end:
        at = 0
        while at < len(data) and time.monotonic() < end:
            shorter = data[:at] + data[at + size :]
            error = fault(check, shorter)
            if error is not None and signature(error) == wanted:
                data = shorter
            else:
                at += size
        size //= 2
    return data


def _child(name: str, folder: Path, seconds: int, seed: int) -> None:
    """The process that is instrumented; it ends within Fuzz()."""
    import atheris

    with atheris.instrument_imports(include=["transforms"], enable_loader_override=False):
        from tests.robustness.targets import TARGETS
    target = TARGETS[name]
    corpus, found = folder / "corpus", folder / "found"
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(data)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words or ("。",)))

    def one(data: bytes) -> None:
        error = fault(target.check, data)
        if error is None:
            return
        name = hashlib.sha256(signature(error).encode()).hexdigest()[:12]
        path = found / name
        if not path.exists() or path.stat().st_size > len(data):
            path.write_bytes(data)
            (found / f"{name}.txt").write_text(signature(error) + "\n" + "".join(traceback.format_exception(error)))

    options = [f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-timeout={ONE_INPUT}", f"-rss_limit_mb={MEMORY}",
               f"-artifact_prefix={found}/", f"-dict={words}", f"-seed={seed}", "-print_final_stats=1",
               "-report_slow_units=1000", "-verbosity=0"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def fuzz(name: str, minutes: float, corpus: Path | None, seed: int) -> tuple[int, list[Path]]:
    """Fuzz one target.

    Returns:
        How many inputs were tried, and the files of what was found.
    """
    end = time.monotonic() + 60 * minutes
    runs = 0
    with tempfile.TemporaryDirectory(prefix="baogao-fuzz-") as kept:
        folder = Path(kept)
        (folder / "found").mkdir()
        (folder / "corpus").symlink_to(corpus.resolve()) if corpus else (folder / "corpus").mkdir()
        while (left := int(end - time.monotonic())) > 0:
            command = [sys.executable, "-m", "tests.robustness.fuzz", name, "--child", str(folder), str(left), str(seed)]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
            told = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
            runs += int(told.group(1)) if told else 0
            seed += 1
            if not told and not any(folder.joinpath("found").iterdir()):
                raise RuntimeError(f"the fuzzer does not run: {done.stderr[-2000:]}")
        found = [path for path in (folder / "found").iterdir() if path.suffix != ".txt"]
        return runs, [_keep(name, path) for path in sorted(found)]


def _keep(name: str, path: Path) -> Path:
    """Make a finding small, keep it, say what it is. One that kills or hangs the process is kept as it is."""
    from tests.robustness.targets import TARGETS

    data = path.read_bytes()
    story = path.with_suffix(".txt")
    if story.exists():
        data = smallest(TARGETS[name].check, data)
        print(story.read_text()[-1500:])
    else:
        print(f"{path.name}: the process died or did not end")
    kept = FINDINGS / name / hashlib.sha256(data).hexdigest()[:12]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(data)
    return kept


def main() -> int:
    """The command."""
    if sys.argv[2:3] == ["--child"]:
        _child(sys.argv[1], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    parser = argparse.ArgumentParser(prog="python -m tests.robustness.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*NAMES, "all"])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long, for each target")
    parser.add_argument("--corpus", type=Path, help="folder that keeps interesting inputs from one time to the next")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with contextlib.suppress(OSError):
        os.nice(15)
    bad = False
    for name in NAMES if wanted.target == "all" else [wanted.target]:
        corpus = wanted.corpus / name if wanted.corpus else None
        if corpus:
            corpus.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        runs, found = fuzz(name, wanted.minutes, corpus, wanted.seed)
        print(f"{name}: {runs:,} inputs in {time.monotonic() - began:.0f} s, {len(found)} found", *map(str, found), sep="\n  ", flush=True)
        bad |= bool(found)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
