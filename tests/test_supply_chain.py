"""The lock pins and hashes everything that the project asks for; every licence is allowed; the bill of materials is whole."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply_chain import LOCK, ROOT, is_allowed, locked, problems, sbom


def test_every_package_is_pinned_and_hashed() -> None:
    text = LOCK.read_text(encoding="utf8")
    entries = locked()
    assert len(entries) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 100
    assert [entry.name for entry in entries if not entry.hashes] == []
    assert re.search(r"https?://|--(?:extra-)?index|--find-links|--trusted|git\+|file:", text) is None


def group(groups: dict[str, list[Any]], name: str) -> Iterator[str]:
    """The requirements of a dependency group, those of the groups that it includes among them."""
    for entry in groups[name]:
        yield from group(groups, entry["include-group"]) if isinstance(entry, dict) else [entry]


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    versions = {entry.name: entry.version for entry in locked()}
    for asked in map(Requirement, [*project["project"]["dependencies"], *group(project["dependency-groups"], "dev")]):
        assert asked.specifier.contains(versions[canonicalize_name(asked.name)], prereleases=True), asked


def test_every_licence_is_allowed() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False),
        ("(GPL-3.0-only OR MIT) AND ISC", True), ("MIT AND (GPL-3.0-only OR AGPL-3.0-only)", False), ("", False),
    ],
)  # fmt: skip
def test_expressions_of_licences(expression: str, allowed: bool) -> None:
    assert is_allowed(expression, {"MIT", "ISC"}) == allowed


def test_the_bill_of_materials_holds_the_whole_lock() -> None:
    bill = sbom()
    assert bill == sbom()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [each["purl"] for each in bill["components"]] == [f"pkg:pypi/{entry.name}@{entry.version}" for entry in locked()]
    assert all(each["hashes"] and each["licenses"] for each in bill["components"])
    known = {each["bom-ref"] for each in bill["components"]} | {"baogao"}
    assert {each["ref"] for each in bill["dependencies"]} <= known
    assert {ref for each in bill["dependencies"] for ref in each["dependsOn"]} <= known
    own = next(each for each in bill["dependencies"] if each["ref"] == "baogao")["dependsOn"]
    assert any(ref.startswith("pkg:pypi/duckdb@") for ref in own)
