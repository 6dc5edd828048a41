"""Who may import whom, what stays out of the rooms that must be pure and fast, and how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("flows", "expectations", "warehouse", "transforms")
TOP_LEVEL = {
    "seeds",
    "flows",
    "transforms",
    "warehouse",
    "expectations",
    "tests",
    "docs",
    "findings",
    ".ci",
    ".github",
    ".devcontainer",
    ".packaging",
}


def sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((REPOSITORY / package).rglob("*.py"))]


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("this is no checkout")
    return done.stdout.strip("\0").split("\0")


def test_the_layers_hold() -> None:
    done = subprocess.run([str(Path(sys.executable).with_name("lint-imports"))], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def imported(module: str) -> set[str]:
    code = f"import {module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["transforms.pipeline", "flows.workers.worker"])
def test_what_reads_documents_imports_nothing_heavy(module: str) -> None:
    assert not imported(module) & {"prefect", "great_expectations", "duckdb", "pandas", "pyarrow", "sqlalchemy"}


def test_great_expectations_and_prefect_are_imported_only_where_they_are_used() -> None:
    for module in (
        "expectations.gate",
        "warehouse.build.full_build",
        "warehouse.query.run",
        "flows.cli",
        "flows.commands.run",
        "flows.stages.build",
        "flows.stages.validate",
    ):
        assert not imported(module) & {"prefect", "great_expectations"}, module


def test_transforms_is_light_to_import() -> None:
    """Each worker process imports it: what takes long to import waits until a document needs it."""
    heavy = {"duckdb", "pandas", "prefect", "great_expectations", "pypdfium2", "pdfminer", "docx", "lxml", "sklearn"}
    code = "import sys, transforms.pipeline; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], cwd=REPOSITORY, text=True).split())
    assert "transforms" in loaded
    assert not loaded & heavy


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


FORBIDDEN = {
    "open", "print", "input", "time.time", "datetime.now", "datetime.today", "date.today", "os.getenv", "os.environ.get",
    "random.random", "Path.cwd", "datetime.datetime.now",
}  # fmt: skip


@pytest.mark.parametrize("path", sources("transforms"), ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_transforms_asks_neither_the_clock_nor_the_environment_and_writes_nothing(path: Path) -> None:
    found = set(calls(path))
    assert not found & FORBIDDEN
    assert not {call for call in found if call.endswith((".write_text", ".write_bytes", ".unlink", ".mkdir"))}


MOST_LINES = {"file": 400, "function": 40}
TOO_LONG = {
    "transforms/decode/html.py": 432,
    "transforms/extract.py: _metrics": 64,
    "transforms/numbers/quantities.py": 406,
    "transforms/reading/mentions.py: _take_apart": 55,
    "transforms/rows.py: _metric_row": 46,
    "transforms/tables/headings.py: heading": 42,
}
"""Files and functions that are longer than they should be, with their lines: an entry may only shrink or go, and none may be added."""


def test_files_and_functions_are_short() -> None:
    long = dict(_lines_of_long_ones())
    assert {name: lines for name, lines in long.items() if lines > TOO_LONG.get(name, 0)} == {}


def _lines_of_long_ones() -> Iterator[tuple[str, int]]:
    for path in sources(*PACKAGES):
        text, name = path.read_text(encoding="utf8"), path.relative_to(REPOSITORY).as_posix()
        if (lines := len(text.splitlines())) > MOST_LINES["file"]:
            yield name, lines
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_LINES["function"]:
                    yield f"{name}: {node.name}", lines


CIRCLES = [["transforms.decode.ocr", "transforms.decode.pdf"], ["transforms.decode.sniff", "transforms.decode.text_tables"]]
"""The circles that are left. None may be added."""


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert [circle for circle in circles(imports) if circle not in CIRCLES] == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d", "a"}}) == [["b", "c"]]


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or by others."""
    reached: dict[str, set[str]] = {}
    for module in imports:
        seen, todo = set[str](), [module]
        while todo:
            new = imports[todo.pop()] - seen
            seen |= new
            todo.extend(new)
        reached[module] = seen
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in imports}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def test_public_functions_and_modules_say_what_they_do() -> None:
    silent = []
    for path in sources(*PACKAGES):
        tree = ast.parse(path.read_text(encoding="utf8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(path.name)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{path.name}:{node.name}")
    assert not silent


def test_only_the_agreed_folders_stand_at_the_top() -> None:
    assert {name.split("/")[0] for name in tracked() if "/" in name} <= TOP_LEVEL


def test_nothing_of_one_machine_is_in_the_repository() -> None:
    for name in tracked():
        path = REPOSITORY / name
        if name.startswith("tests/") or not path.is_file():
            continue
        assert not re.search("/(?:root|work|home)/", path.read_text(encoding="utf8", errors="replace")), name
