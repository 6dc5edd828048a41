"""The README's queries and their true answers: ``python -m tests.readme --update`` writes the answers into it."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWERED = re.compile(r"(^```sql\n(.*?)^```\n\n```text\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The README's code blocks in that language."""
    return [body for found, body in BLOCK.findall(README.read_text(encoding="utf8")) if found == language]


def answer(data: Path, sql: str) -> str:
    """What ``baogao query`` prints for a question."""
    from warehouse.query.run import run_query

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run_query(data, sql.strip())
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines()) + "\n"


def answers(data: Path) -> list[tuple[str, str, str]]:
    """Question, answer as the README has it, and true answer, of each query."""
    found = ANSWERED.findall(README.read_text(encoding="utf8"))
    return [(sql.strip(), said, answer(data, sql)) for _, sql, said, _ in found]


def update(data: Path) -> None:
    """Write the true answers into the README."""
    text = README.read_text(encoding="utf8")
    README.write_text(ANSWERED.sub(lambda match: match[1] + answer(data, match[2]) + match[4], text), encoding="utf8")


if __name__ == "__main__":
    folder = README.parent / "data"
    if "--update" in sys.argv[1:]:
        update(Path(sys.argv[-1]) if len(sys.argv) > 2 else folder)
    else:
        sys.exit("usage: python -m tests.readme --update [DATA]   (first: baogao run)")
