"""What the project is built from: ``python -m tests.supply_chain licences`` checks every licence, ``sbom`` writes a CycloneDX file.

Both read ``requirements.lock`` and the metadata of the installed packages, and ask no network. Known vulnerabilities change daily
and need one: ``make audit``.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
LICENCES = Path(__file__).with_name("licences.yml")
SBOM = ROOT / "sbom.cdx.json"
_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\\n]*)?\s*(?P<rest>(?:\\\n.*)*)", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One line of the lock."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def locked(text: str | None = None) -> list[Locked]:
    """The entries of the lock, in its order."""
    text = LOCK.read_text(encoding="utf8") if text is None else text
    return [
        Locked(canonicalize_name(found["name"]), found["version"], (found["marker"] or "").strip(" ;"), tuple(_HASH.findall(found["rest"])))
        for found in _ENTRY.finditer(text)
    ]


def licence(name: str, rules: dict[str, Any]) -> str | None:
    """The licence of a package as an expression of SPDX; None where neither it nor ``licences.yml`` says it."""
    if name in rules["packages"]:
        return str(rules["packages"][name])
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    if metadata.get("License-Expression"):
        return str(metadata["License-Expression"])
    classifiers = [value.split(" :: ")[-1] for value in metadata.get_all("Classifier") or [] if value.startswith("License ::")]
    for said in ((metadata.get("License") or "").strip(), *classifiers):
        said = rules["written"].get(said, said)
        try:
            return str(canonicalize_license_expression(said))
        except ValueError:
            continue
    return None


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether an expression of SPDX can be met with allowed licences: every side of AND, one side of OR."""
    for word, every in ((" OR ", any), (" AND ", all)):
        parts = _sides(expression, word)
        if len(parts) > 1:
            return every(is_allowed(part, allowed) for part in parts)
    bare = expression.strip()
    return is_allowed(bare[1:-1], allowed) if bare.startswith("(") else bare in allowed


def _sides(expression: str, word: str) -> list[str]:
    """The parts between a word that stands in no brackets."""
    parts, depth, at = [""], 0, 0
    while at < len(expression):
        depth += {"(": 1, ")": -1}.get(expression[at], 0)
        if not depth and expression.startswith(word, at):
            parts.append("")
            at += len(word)
            continue
        parts[-1] += expression[at]
        at += 1
    return parts


def problems() -> list[str]:
    """Packages of the lock whose licence is not known or not allowed."""
    rules = yaml.safe_load(LICENCES.read_text(encoding="utf8"))
    out = []
    for name in sorted({entry.name for entry in locked()}):
        found = licence(name, rules)
        if found is None:
            out.append(f"{name}: no licence is told. Read its licence file and enter it under `packages` in {LICENCES.name}.")
        elif not is_allowed(found, set(rules["allowed"])):
            out.append(f"{name}: {found} is none of the allowed licences. Do without it, or allow it in {LICENCES.name} and say why.")
    return out


def sbom() -> dict[str, Any]:
    """The bill of materials in the form of CycloneDX 1.6: every package of the lock, its licence and hashes, and what needs what.

    The same lock and environment give the same bytes.
    """
    rules = yaml.safe_load(LICENCES.read_text(encoding="utf8"))
    entries = locked()
    names = {entry.name for entry in entries}
    refs = {entry.name: f"pkg:pypi/{entry.name}@{entry.version}" for entry in reversed(entries)}
    own = importlib.metadata.version("baogao")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, LOCK.read_text(encoding='utf8') + own)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "baogao",
                "name": "baogao",
                "version": own,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(entry, licence(entry.name, rules)) for entry in entries],
        "dependencies": [{"ref": "baogao", "dependsOn": sorted({refs[name] for name in _needed("baogao", names)})}]
        + [{"ref": ref, "dependsOn": sorted({refs[needed] for needed in _needed(name, names)})} for name, ref in sorted(refs.items())],
    }


def _component(entry: Locked, expression: str | None) -> dict[str, Any]:
    purl = f"pkg:pypi/{entry.name}@{entry.version}"
    out: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": entry.name, "version": entry.version, "purl": purl}
    out["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in entry.hashes]
    if expression:
        out["licenses"] = [{"expression": expression}]
    if entry.marker:
        out["properties"] = [{"name": "python:marker", "value": entry.marker}]
    return out


def _needed(name: str, names: set[str]) -> set[str]:
    """The packages of the lock that a package asks for, extras left out."""
    try:
        asked = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return set()
    wanted = {canonicalize_name(need.name) for need in map(Requirement, asked) if need.marker is None or "extra" not in str(need.marker)}
    return wanted & names


def main(arguments: list[str]) -> int:
    """The command; 1 where a licence is not allowed."""
    if arguments == ["licences"]:
        found = problems()
        print("\n".join(found) or f"{len({entry.name for entry in locked()})} packages, every licence allowed")
        return int(bool(found))
    if arguments == ["sbom"]:
        SBOM.write_text(json.dumps(sbom(), indent=2, ensure_ascii=False) + "\n", encoding="utf8")
        print(f"{SBOM.name}: {len(locked())} components")
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
