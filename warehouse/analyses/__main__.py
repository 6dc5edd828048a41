"""Prints the worked analyses with their answers."""

from __future__ import annotations

import sys
from pathlib import Path

from warehouse.analyses import analyses
from warehouse.query.guard import QueryError, open_warehouse
from warehouse.query.run import run_query


def main(arguments: list[str]) -> int:
    """Print question, query, answer and claim of each analysis on the data folder named first; further words choose among them."""
    if not arguments or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m warehouse.analyses DATA [WORD ...]\n")
        return 2
    chosen = [each for each in analyses() if not arguments[1:] or any(word in each.name for word in arguments[1:])]
    try:
        for each in chosen:
            sys.stdout.write(f"\n## {each.name}\n{each.question}\n{each.question_zh}\n\n{each.sql}\n\n")
            sys.stdout.flush()
            run_query(Path(arguments[0]), each.sql)
            with open_warehouse(Path(arguments[0])) as warehouse:
                (claim,) = warehouse.execute(each.claim_sql).fetchone() or ("",)
            sys.stdout.write(f"\n=> {claim}\n")
    except QueryError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
