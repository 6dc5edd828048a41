"""The build backend: in a wheel, one import name.

In a checkout the packages ``flows``, ``expectations``, ``warehouse`` and ``transforms`` stand at the top, where their names are
plain. Installed beside other packages those names could be anybody's. So a wheel holds them inside ``baogao``, and their
imports of each other are rewritten on the way; an editable install is setuptools' own. Everything else is left to setuptools.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
]

PACKAGES = ("flows", "expectations", "warehouse", "transforms")
_NAMES = "|".join(PACKAGES)
_STATEMENT = re.compile(rf"^(\s*(?:from|import)\s+)({_NAMES})(?=[.\s])", re.MULTILINE)
_PLAIN_IMPORT = re.compile(rf"^(\s*)import\s+(baogao\.)({_NAMES})\s*$", re.MULTILINE)
_QUOTED = re.compile(rf"([\"'])({_NAMES})(\.[a-z_]+(?:\.[a-z_]+)*)(?=[:\"'])")
_NOT_MODULES = {"warehouse.duckdb", "flows.heartbeat_frequency"}
"""Quoted names that look like modules and are none: a file, a setting of Prefect's."""


def rewritten(source: str) -> str:
    """Python source in which the packages are found inside ``baogao``."""
    source = _STATEMENT.sub(r"\1baogao.\2", source)
    source = _PLAIN_IMPORT.sub(r"\1from baogao import \3", source)
    return _QUOTED.sub(lambda m: m[0] if f"{m[2]}{m[3]}" in _NOT_MODULES else f"{m[1]}baogao.{m[2]}{m[3]}", source)


def lay_out(checkout: Path, target: Path) -> None:
    """Write the tree that a wheel is built of: ``baogao`` with the packages inside, and the project's files."""
    package = target / "baogao"
    package.mkdir()
    for name in PACKAGES:
        shutil.copytree(checkout / name, package / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(checkout / "baogao.py", package / "__init__.py")
    (package / "py.typed").touch()
    for path in package.rglob("*.py"):
        path.write_text(rewritten(path.read_text(encoding="utf8")), encoding="utf8")
    for name in ("README.md", "LICENSE"):
        shutil.copy(checkout / name, target / name)
    (target / "pyproject.toml").write_text(project_file((checkout / "pyproject.toml").read_text(encoding="utf8")), encoding="utf8")


def project_file(text: str) -> str:
    """The project's file for the tree of a wheel: setuptools builds it, and finds one package."""
    text = re.sub(r"(?m)^build-backend = .*$", 'build-backend = "setuptools.build_meta"', text)
    text = re.sub(r"(?m)^backend-path = .*\n", "", text)
    text = re.sub(r"(?m)^py-modules = .*\n", "", text)
    text = re.sub(r'(?m)^include = \["flows\*".*$', 'include = ["baogao*"]', text)
    text = re.sub(r'(?m)^"\*" = \["\*\.yml".*$', '"baogao" = ["**/*"]', text)
    return text.replace('baogao = "flows.cli:main"', 'baogao = "baogao.flows.cli:main"')


@contextmanager
def _tree() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        lay_out(before, Path(folder))
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """Build the wheel from a tree with one import name. ``metadata_directory`` is not used: the metadata are made anew."""
    wheel_directory = str(Path(wheel_directory).resolve())
    with _tree():
        return str(build_meta.build_wheel(wheel_directory, config_settings))
