"""What an ordinary user may not read or write: said in words, at the price of nothing else."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import BAOGAO, REPOSITORY, Server, query, report
from tests.robustness.ordinary import become_ordinary, can_be_ordinary
from tests.robustness.test_crash import change, not_published, order, published_once, whole, zygote  # noqa: F401 (fixtures)
from tests.robustness.zygote import Order, Outcome, Zygote

pytestmark = [
    pytest.mark.xdist_group("robustness"),
    pytest.mark.skipif(not can_be_ordinary(), reason="root may read and write everything here"),
]


@pytest.fixture
def data(published_once: Path, tmp_path: Path) -> Path:  # noqa: F811
    return shutil.copytree(published_once, tmp_path / "data", symlinks=True, dirs_exist_ok=True)


@pytest.fixture
def attempt(zygote: Zygote, order: Callable[..., Order]) -> Callable[[], Outcome]:  # noqa: F811
    """A run for which permissions hold."""
    return lambda: zygote.run(order(ordinary=True))


@contextlib.contextmanager
def mode(path: Path, bits: int) -> Iterator[None]:
    """Other permissions for a while."""
    before = path.stat().st_mode & 0o777
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


def test_what_may_not_be_read_fails_and_the_other_documents_go_through(
    attempt: Callable[[], Outcome],
    data: Path,
    tmp_path: Path,
) -> None:
    seeds = tmp_path / "seeds"
    (seeds / "closed").mkdir()
    for name in ("secret.txt", "closed/b.txt", "open.txt"):
        (seeds / name).write_text(report(f"{name}的产量增长 5.2%"), encoding="utf8")
    with mode(seeds / "secret.txt", 0), mode(seeds / "closed", 0):
        outcome = attempt()
    assert outcome.exit == 0, outcome
    assert [row for (row,) in query(data, "SELECT source_path FROM documents ORDER BY 1")] == ["a.txt", "open.txt"]
    failures = query(data, "SELECT source_path, error, message FROM failures ORDER BY 1")
    assert [(path, error) for path, error, _ in failures] == [("closed", "unreadable"), ("secret.txt", "unreadable")]
    assert all("Permission denied" in message and "access" in message for _, _, message in failures)
    assert attempt().exit == 0
    assert query(data, "SELECT count(*) FROM documents") == [(4,)]
    assert query(data, "SELECT count(*) FROM failures") == [(0,)]


@pytest.mark.parametrize("bits", [0, 0o100, 0o400], ids=["nothing", "no names", "names only"])
def test_seeds_that_may_not_be_read_at_all_take_nothing_away(
    attempt: Callable[[], Outcome],
    data: Path,
    tmp_path: Path,
    bits: int,
) -> None:
    first = whole(data)
    with mode(tmp_path / "seeds", bits):
        not_published(attempt(), "The seeds folder", "cannot be read", "access")
    assert whole(data) == first
    assert query(data, "SELECT count(*) FROM documents") == [(1,)]


@pytest.mark.parametrize("name", ["", "store", "generations", "checks", "runs.jsonl"])
def test_a_folder_that_may_no_longer_be_written_to_is_said(
    attempt: Callable[[], Outcome],
    data: Path,
    tmp_path: Path,
    name: str,
) -> None:
    first = whole(data)
    change(tmp_path, 7)
    with mode(data / name, 0o444 if name == "runs.jsonl" else 0o555):
        not_published(attempt(), "cannot be written to", str(data))
    assert whole(data) == first
    assert attempt().exit == 0
    assert whole(data) > first


def test_the_program_says_so_and_ends_with_1(server: Server, seeds: Path, tmp_path: Path) -> None:
    place = tmp_path / "closed"
    place.mkdir()
    with mode(place, 0o555):
        done = subprocess.run(
            [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(place / "data")],
            env=server.environment(), capture_output=True, text=True, timeout=120, cwd=REPOSITORY, preexec_fn=become_ordinary,
        )  # fmt: skip
    assert done.returncode == 1, done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "cannot be written to (Permission denied)" in said
    assert "--data" in said
    assert "Traceback" not in said
    assert not list(place.iterdir())
