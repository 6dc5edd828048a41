"""The pages of docs/ are built without a warning, find their terms, and fetch nothing from elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from flows.settings import Settings
from tests.conftest import REPOSITORY
from transforms.schema import tables


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stderr
    return folder


def page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf8")


def test_the_reference_names_every_command_setting_and_table(site: Path) -> None:
    assert [name for name in main.commands if f"baogao {name}" not in page(site, "reference/commands.html")] == []
    assert [name for name, _, _ in Settings.describe() if name not in page(site, "reference/settings.html")] == []
    assert [name for name in tables() if f">{name}" not in page(site, "reference/tables.html")] == []


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    script, style = r'<(?:script|img|iframe)[^>]+src="(https?:[^"]+)', r'<link[^>]+rel="stylesheet"[^>]+href="(https?:[^"]+)'
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf8")
        assert re.findall(script, text) + re.findall(style, text) == [], path


def test_the_search_knows_words_in_both_languages(site: Path) -> None:
    index = next(site.glob("search/search_index.*"))
    text = index.read_text(encoding="utf8")
    entries = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert any("schedule" in entry["title"].lower() for entry in entries["docs"])
    assert any("指标" in entry["title"] or "指标" in entry["text"] for entry in entries["docs"])


def test_the_docs_point_to_what_is_there() -> None:
    for path in (REPOSITORY / "docs").rglob("*.md"):
        for name in re.findall(r"`((?:transforms|expectations|warehouse|flows|seeds|tests)/[\w./]*)`", path.read_text(encoding="utf8")):
            optional = name in ("seeds/documents.csv",)
            assert optional or (REPOSITORY / name).exists(), f"{path.name}: {name}"
