"""A Prefect server for the tests that need one, and a small folder of documents."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.orchestration.server import answers

REPOSITORY = Path(__file__).resolve().parents[1]
BAOGAO = Path(sys.executable).with_name("baogao")


SERVER_FOLDERS = ("flows", "robustness", "benchmarks")
KINDS = {"chromium": "browser", "corpus": "corpus", "great_expectations": "server", "prefect": "server"}
"""The marker of a test by its group: what the tests of a group share says what they need."""


def _kind(item: pytest.Item) -> str:
    """What a test needs: nothing (unit), a browser, the real reports, or processes of its own (server)."""
    group = item.get_closest_marker("xdist_group")
    if group and group.args and group.args[0] in KINDS:
        return KINDS[group.args[0]]
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    needs = {"server", "baogao", "run"} & set(getattr(item, "fixturenames", ()))
    return "server" if needs or folder in SERVER_FOLDERS or item.get_closest_marker("slow") else "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with what it needs, so that ``-m unit`` runs in seconds without a server, a browser or a network."""
    for item in items:
        item.add_marker(_kind(item))


@dataclass
class Server:
    """A running Prefect server and its home."""

    api_url: str
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return clean_environment(PREFECT_API_URL=self.api_url, PREFECT_HOME=str(self.home), **more)


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what a developer's machine may say of Prefect or of us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "BAOGAO_"))}
    return {**kept, "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "NO_COLOR": "1", **more}


def start_server(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = clean_environment(PREFECT_HOME=str(home))
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"],
        env=environment,
        stdout=(home / "server.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    api_url = f"http://127.0.0.1:{port}/api"
    deadline = time.monotonic() + 240
    try:
        while not answers(api_url, seconds=10):
            assert process.poll() is None, (home / "server.log").read_text()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)
    except BaseException:
        stop(process)
        raise
    return process, api_url


def stop(process: subprocess.Popen[Any]) -> None:
    for number, seconds in ((signal.SIGTERM, 8), (signal.SIGKILL, 5)):  # a Prefect worker may ignore the first
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("prefect")
    process, api_url = start_server(home)
    yield Server(api_url, home)
    stop(process)


def report(text: str = "地区生产总值增长 5.2%", place: str = "密云区") -> str:
    """A small work report that says ``text`` of last year."""
    return (
        f"{place}政府工作报告\n——2023年1月5日在{place}第三届人民代表大会第三次会议上\n\n各位代表：\n\n"
        f"一、2022年工作回顾\n\n过去一年，{text}，一般公共预算收入 39.7 亿元，同口径增长 4.7%。\n\n"
        "二、2023年工作任务\n\n今年，地区生产总值增长 5%左右，城镇调查失业率控制在 5%以内。\n"
    )


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "a.txt").write_text(report(), encoding="utf8")
    (folder / "b.txt").write_text(report("固定资产投资增长 3.1%", "房山区"), encoding="utf8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(server: Server, seeds: Path, data: Path) -> Callable[..., Any]:
    """Run the flow in this process against the test's server."""
    from prefect.settings import temporary_settings

    from flows.pipeline import pipeline

    def run_once(**parameters: Any) -> Any:
        with temporary_settings({"api.url": server.api_url, "home": server.home}):
            return pipeline(**{"seeds": str(seeds), "data": str(data)} | parameters)

    return run_once


@pytest.fixture
def baogao(server: Server) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the program against the test's server."""

    def call(*arguments: str | Path, timeout: float = 240, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(BAOGAO), *map(str, arguments)]
        return subprocess.run(
            command, env=server.environment(**environment), capture_output=True, text=True, timeout=timeout, cwd=REPOSITORY
        )

    return call


def query(data: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of the published warehouse."""
    import duckdb

    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()
