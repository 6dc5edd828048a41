"""The reference pages, written by the code that they describe when the site is built: a hook of MkDocs."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def commands() -> str:
    """Every command with its help, as the program prints it."""
    from flows.cli import main

    parts = ["# Commands\n", "As `baogao COMMAND --help` prints them.\n"]
    for name, command in main.commands.items():
        context = click.Context(command, info_name=f"baogao {name}", max_content_width=100)
        parts.append(f"## baogao {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Every setting with its default and meaning."""
    from flows.settings import Settings

    rows = [f"| `{name}` | {f'`{value}`' if value else ''} | {_cell(text)} |" for name, value, text in Settings.describe({})]
    head = (
        "# Settings\n\nEnvironment variables; `baogao settings` shows them with the values in force.\n\n"
        "| name | default | meaning |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def tables() -> str:
    """The data dictionary."""
    text = (REPOSITORY / "warehouse" / "DICTIONARY.md").read_text(encoding="utf8")
    return text.replace("<", "&lt;")


def checks() -> str:
    """Every check of every suite with what it means and why it is there."""
    from expectations.suites import expectations

    parts = ["# Checks\n", "Rows that fail a critical check are quarantined; a warning is a flag on the row.\n"]
    for name, checks_of_suite in _by_suite(expectations()).items():
        parts.append(f"## {name}\n\n| check | severity | meaning |\n|---|---|---|\n" + "\n".join(checks_of_suite) + "\n")
    return "\n".join(parts)


def _by_suite(found: Any) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for check in found:
        out.setdefault(check.suite, []).append(
            f"| `{check.id}` | {check.severity} | {_cell(f'{check.en} {check.because or check.reason}')} |"
        )
    return out


def library() -> str:
    """What ``import baogao`` offers, from its docstrings."""
    import baogao

    parts = ["# Library\n", f"```python\n{inspect.getdoc(baogao)}\n```\n"]
    for name in baogao.__all__:
        value = getattr(baogao, name)
        if callable(value):
            signature = "" if inspect.isclass(value) and issubclass(value, Exception) else str(inspect.signature(value))
            parts.append(f"## {name}\n\n```python\n{name}{signature}\n```\n\n```text\n{inspect.getdoc(value)}\n```\n")
    return "\n".join(parts)


PAGES = {"commands": commands, "settings": settings, "tables": tables, "checks": checks, "library": library}


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages to those of the folder."""
    for name, write in PAGES.items():
        files.append(File.generated(config, f"reference/{name}.md", content=write()))
    return files
