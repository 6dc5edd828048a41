"""Nothing is lost: runs that are killed, full disks, folders that go away, clocks that go back, two runs at once."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.state.data_folder import DataFolder
from tests.conftest import query, report
from tests.robustness.kills import Stage, go, leftovers
from tests.robustness.readers import check_generation, published
from tests.robustness.zygote import Order, Outcome, Zygote, left_of

pytestmark = pytest.mark.xdist_group("robustness")


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.stop()


@pytest.fixture(scope="module")
def published_once(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one published run, for tests to copy."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "seeds").mkdir()
    change(folder, 1)
    outcome = zygote.run(Order(str(folder / "seeds"), str(folder / "data"), str(folder / "outcome")))
    assert outcome.exit == 0, outcome
    return folder / "data"


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., Order]:
    """Runs on a small folder of documents, which a test may change."""
    (tmp_path / "seeds").mkdir()
    change(tmp_path, 1)

    def make(**more: Any) -> Order:
        values = {"seeds": str(tmp_path / "seeds"), "data": str(tmp_path / "data"), "outcome": str(tmp_path / "outcome")}
        return Order(**{**values, "environment": {"BAOGAO_WORKERS": "1"}, **more})

    return make


@pytest.fixture
def data(published_once: Path, tmp_path: Path) -> Path:
    """The data folder, with a run published in it."""
    return shutil.copytree(published_once, tmp_path / "data", symlinks=True, dirs_exist_ok=True)


def change(folder: Path, number: int) -> None:
    (folder / "seeds/a.txt").write_text(report(f"地区生产总值增长 {number}.2%"), encoding="utf8")


def whole(data: Path) -> str:
    """The id of the published run, whose parts all belong together."""
    generation = published(data)
    assert generation
    return check_generation(generation)


def not_published(outcome: Outcome, *words: str) -> None:
    assert outcome.exit == 1, outcome
    assert all(word in outcome.message for word in words), outcome.message


def test_killed_runs_lose_nothing_while_analysts_read(zygote: Zygote, tmp_path: Path) -> None:
    """The short form of ``python -m tests.robustness.kills``."""
    stage = Stage(tmp_path, seed=int(time.time()), zygote=zygote)
    go(stage, kills=14, commands=0, first=1, seconds=math.inf, every=13, quick=9)
    tally = stage.tally
    assert not tally.wrong + tally.reader_errors, "\n".join(tally.lines())
    assert tally.killed.total() > 5, "\n".join(tally.lines())
    assert tally.compared, "\n".join(tally.lines())
    assert tally.passes["by link"], "\n".join(tally.lines())
    assert tally.passes["by name"], "\n".join(tally.lines())


def test_what_was_published_by_a_run_that_was_killed_right_after_stands_in_the_ledger(
    zygote: Zygote, order: Callable[..., Order], data: Path
) -> None:
    before = whole(data)
    assert zygote.run(order(fault="kill", point="replace published", number=1, when="after")).exit == -signal.SIGKILL
    killed = whole(data)
    assert killed > before
    after = zygote.run(order())
    rows = query(data, "SELECT run_id, status, metrics > 0 FROM runs ORDER BY run_id")
    assert rows == [(run_id, "published", True) for run_id in (before, killed, after.published)]
    assert not list(leftovers(data))


def test_a_first_publication_is_there_with_all_its_parts_or_not_at_all(
    zygote: Zygote, order: Callable[..., Order], published_once: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(published_once / "store", data / "store")
    assert zygote.run(order(fault="kill", point="replace published", number=1)).exit == -signal.SIGKILL
    assert published(data) is None
    assert (data / "warehouse.duckdb").is_symlink()
    assert zygote.run(order()).exit == 0
    whole(data)


def test_a_generation_that_was_never_published_takes_no_place_of_one_that_was(
    zygote: Zygote, order: Callable[..., Order], data: Path
) -> None:
    first = published(data)
    for _ in range(2):
        assert zygote.run(order(fault="kill", point="fsync generations", number=1)).exit == -signal.SIGKILL
    second = zygote.run(order())
    assert first is not None
    assert sorted(path.name for path in (data / "generations").iterdir()) == [first.name, second.published]
    check_generation(data / "generations" / first.name)


# the disk and the folder -------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(published_once: Path, tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes at the data folder, with a run published in it."""
    place = tmp_path / "data"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place], capture_output=True)
    if done.returncode:
        pytest.skip("a small file system can only be mounted by root, where mounting is allowed")
    shutil.copytree(published_once, place, symlinks=True, dirs_exist_ok=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("left", [0, 100_000, 1_500_000, 3_500_000])
def test_a_full_disk_publishes_nothing_and_says_what_to_do(
    zygote: Zygote, order: Callable[..., Order], small_disk: Path, left: int
) -> None:
    first = whole(small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as stream, contextlib.suppress(OSError):
        while True:
            stream.write(b"x" * 65536)
            stream.flush()
    os.truncate(filler, max(0, filler.stat().st_size - left))
    not_published(zygote.run(order()), "is full", str(small_disk), "Make room")
    assert whole(small_disk) == first
    assert not list(small_disk.glob("generations/.unfinished*")), "what was half made still fills the disk"
    filler.unlink()
    again = zygote.run(order())
    assert whole(small_disk) == again.published
    assert not list(leftovers(small_disk))


def test_a_limit_on_files_publishes_nothing_and_says_what_to_do(zygote: Zygote, order: Callable[..., Order], data: Path) -> None:
    first = whole(data)
    not_published(zygote.run(order(file_bytes=300_000)), "larger than this user", "ulimit -f")
    assert whole(data) == first
    assert zygote.run(order()).exit == 0


def test_a_disk_that_cannot_be_written_to_is_said(zygote: Zygote, order: Callable[..., Order], small_disk: Path) -> None:
    first = whole(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    not_published(zygote.run(order()), "cannot be written to", "--data")
    assert whole(small_disk) == first


@pytest.mark.parametrize("point", ["fsync runs.jsonl", "mkdir checks", "write_table runs", "rename generations/RUN", "replace published"])
def test_a_data_folder_that_is_removed_meanwhile_ends_the_run_with_words(
    zygote: Zygote, order: Callable[..., Order], data: Path, point: str
) -> None:
    not_published(zygote.run(order(fault="remove", point=point, number=1)), "removed or replaced", "Run again")
    assert published(data) is None
    assert not list(data.glob("generations/run-*"))


def test_a_folder_that_was_removed_is_made_anew_by_the_next_run(zygote: Zygote, order: Callable[..., Order], data: Path) -> None:
    change(data.parent, 2)
    not_published(zygote.run(order(fault="remove", point="fsync runs.jsonl", number=1)), "removed or replaced")
    assert not data.exists()
    assert zygote.run(order()).exit == 0
    whole(data)


def test_a_run_whose_folder_was_replaced_leaves_the_new_one_alone(
    zygote: Zygote, order: Callable[..., Order], data: Path, published_once: Path, tmp_path: Path
) -> None:
    slow = order(fault="pause", point="write_table runs", number=1)
    with paused(zygote, slow) as (pid, go_on):
        shutil.rmtree(data)
        shutil.copytree(published_once, data, symlinks=True)
        other = zygote.run(order(outcome=str(tmp_path / "other")))
        assert other.exit == 0, other
        go_on()
        not_published(zygote.wait(pid, slow), "removed or replaced")
    assert whole(data) == other.published
    assert DataFolder(data).run_log.runs()[-1]["run_id"] == other.published
    assert zygote.run(order()).exit == 0
    assert not list(leftovers(data))


@contextlib.contextmanager
def paused(zygote: Zygote, order: Order) -> Iterator[tuple[int, Callable[[], None]]]:
    """A run that waits at its point until told to go on."""
    mark = Path(f"{order.outcome}.paused")
    pid = zygote.start(order)
    deadline = time.monotonic() + 120
    while not mark.exists():
        assert time.monotonic() < deadline, "the run never came to its point"
        time.sleep(0.02)
    try:
        yield pid, mark.unlink
    finally:
        mark.unlink(missing_ok=True)


def test_a_file_system_without_hard_links(zygote: Zygote, order: Callable[..., Order], data: Path) -> None:
    for _ in range(2):
        outcome = zygote.run(order(without=("link",)))
        assert outcome.exit == 0, outcome
        assert whole(data) == outcome.published
    assert not list(leftovers(data))


def test_a_file_system_without_symbolic_links_is_said_at_once(zygote: Zygote, order: Callable[..., Order]) -> None:
    outcome = zygote.run(order(without=("symlink",)))
    not_published(outcome, "no symbolic links", "--data")
    assert not any("parquet" in point for point in outcome.points)


# the clock, and two at once ----------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_changes_no_order(zygote: Zygote, order: Callable[..., Order], data: Path) -> None:
    ids = [whole(data)]
    for off in (-3 * 86400, -6 * 86400):
        outcome = zygote.run(order(clock=off))
        assert outcome.exit == 0, outcome
        ids.append(whole(data))
    assert ids == sorted(set(ids))
    assert sorted(path.name for path in (data / "generations").iterdir()) == ids[1:]
    moments = query(data, "SELECT run_id, started_at, finished_at FROM runs ORDER BY run_id")
    assert [run_id for run_id, _, _ in moments] == ids
    assert moments[2][1] < moments[1][1] < moments[0][1], "the clock did not go back"
    assert all(started <= finished for _, started, finished in moments)


def test_of_two_runs_at_once_one_works_and_the_other_says_so(
    zygote: Zygote, order: Callable[..., Order], data: Path, tmp_path: Path
) -> None:
    first = order(fault="pause", point="write_table runs", number=1)
    with paused(zygote, first) as (pid, go_on):
        before = sorted(path.relative_to(data) for path in data.rglob("*"))
        not_published(zygote.run(order(outcome=str(tmp_path / "other"))), "Another run is at work", f"process {pid}")
        assert sorted(path.relative_to(data) for path in data.rglob("*")) == before
        go_on()
        assert zygote.wait(pid, first).exit == 0
    assert len(DataFolder(data).run_log.runs()) == 2


def test_a_lock_does_not_pass_on_to_workers_that_outlive_their_run(zygote: Zygote, order: Callable[..., Order], tmp_path: Path) -> None:
    import psutil

    for number in range(20):
        (tmp_path / f"seeds/{number}.txt").write_text(report() * 20, encoding="utf8")
    pid = zygote.start(slow := order())
    workers: list[int] = []
    deadline = time.monotonic() + 60
    while not workers:
        assert time.monotonic() < deadline, "no worker came up"
        workers = [child.pid for child in psutil.Process(pid).children() if "flows.workers.worker" in child.cmdline()]
        time.sleep(0.01)
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)  # alive, and unable to do anything about it
    os.kill(pid, signal.SIGKILL)
    assert zygote.wait(pid, slow).exit == -signal.SIGKILL
    try:
        assert all(psutil.pid_exists(worker) for worker in workers)
        with DataFolder(Path(slow.data)).claim():
            pass
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
    assert not left_of(pid)


def test_a_ledger_that_was_cut_off_is_gone_on_with(zygote: Zygote, order: Callable[..., Order], data: Path) -> None:
    ledger = data / "runs.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-30])  # as a full disk or a power cut leaves it
    assert zygote.run(order()).exit == 0
    assert [run["status"] for run in DataFolder(data).run_log.table_rows(9)] == ["published", "published"]
    assert sum(map(_is_json, ledger.read_text(encoding="utf8").splitlines())) >= 4


def _is_json(line: str) -> bool:
    with contextlib.suppress(ValueError):
        json.loads(line)
        return True
    return False
