"""Connections to a warehouse file for reading it in the project's own code."""

from __future__ import annotations

from pathlib import Path

import duckdb

# For every connection: DuckDB fetches nothing from the network, whatever a statement or a file refers to.
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open a warehouse file for reading."""
    return duckdb.connect(str(warehouse), read_only=True, config=dict(OFFLINE))
