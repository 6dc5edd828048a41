"""The README does what it says: its commands run, its answers are true, its links and names exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.cli import main
from flows.settings import Settings
from tests.conftest import BAOGAO, REPOSITORY, Server
from tests.readme import README, answers, blocks

pytestmark = pytest.mark.xdist_group("prefect")


@pytest.fixture(scope="module")
def published(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a checkout's seeds have been run, as a reader of the README would have it."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "seeds").symlink_to(REPOSITORY / "seeds")
    (folder / ".venv").symlink_to(BAOGAO.parent.parent)
    subprocess.run([str(BAOGAO), "run"], cwd=folder, env=server.environment(), check=True, capture_output=True, timeout=240)
    return folder


def commands(program: str) -> list[str]:
    lines = [line for body in blocks("sh") for line in body.splitlines()]
    return [line for line in lines if line.split()[0].endswith(program)]


def test_the_answers_are_true(published: Path) -> None:
    found = answers(published / "data")
    assert len(found) == 5
    for sql, said, true in found:
        assert said == true, f"{sql}\nwrite it anew: .venv/bin/python -m tests.readme --update"
        assert len(true.splitlines()) > 3


@pytest.mark.parametrize("line", [line for line in commands("/baogao") if "serve" not in line])
def test_the_commands_run(published: Path, server: Server, line: str) -> None:
    done = subprocess.run(shlex.split(line), cwd=published, env=server.environment(), capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_python_runs(published: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=published, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ targets\n", done.stdout)


def test_the_make_targets_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf8")
    targets = [line.split()[1] for line in commands("make")]
    assert targets == ["run", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_recipes_are_what_the_rules_are() -> None:
    from transforms.lexicon import load

    known = {key for group in load("units.yml") for key in group}
    for body in blocks("yaml"):
        for entry in yaml.load(body, Loader=yaml.BaseLoader):  # in which yes and no are words
            assert set(entry) <= known


def test_links_and_paths_exist() -> None:
    text = README.read_text(encoding="utf8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (REPOSITORY / target).exists(), target
    for path in re.findall(r"`((?:transforms|expectations|warehouse|flows|seeds)/[\w./]*)`", text):
        assert (REPOSITORY / path).exists(), path


def test_every_command_and_heading_it_points_to_is_there() -> None:
    text = README.read_text(encoding="utf8")
    for name in main.commands:
        assert f"baogao {name}" in text, name
    headings = {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings
    assert Settings.describe()


def test_the_lock_names_no_registry_and_pins_every_package() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf8")
    assert "://" not in lock
    packages = re.findall(r"^[a-z0-9].*$", lock, re.MULTILINE)
    assert len(packages) > 100
    for line in packages:
        assert "==" in line
    assert lock.count("--hash=sha256:") > len(packages)
