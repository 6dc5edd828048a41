"""Defaults for Prefect, set before it is imported, and the address of the configured server, found without importing it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

PREFECT_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
    "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT": "60",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_CLIENT_MAX_RETRIES": "4",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}
"""Used unless the environment says otherwise: no telemetry, time for a slow machine and a locked database, half a minute of retries
when the server is away, and heartbeats."""
SERVER_DEFAULTS = {
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
}
"""Used besides for a server that we start. Events are most of what it writes, some dozens for each run, and expire after a day; the
rest is deleted with its flow run (:mod:`flows.orchestration.run_hooks`)."""
PREFECT_QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL", "PREFECT_LOGGING_COLORS": "false"}
"""No lines of Prefect on the terminal, where the command reports what happens. The server still gets them."""


def prepare_prefect(*, quiet: bool, environment: MutableMapping[str, str] | None = None) -> None:
    """Put our defaults for Prefect into the environment, except where the user has set a value.

    Must be called before Prefect is imported, since it reads the environment once.
    """
    environment = os.environ if environment is None else environment
    for name, value in {**PREFECT_DEFAULTS, **(PREFECT_QUIET if quiet else {})}.items():
        environment.setdefault(name, value)


def configured_api_url(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> str | None:
    """The address of the Prefect server that the user has configured, or None.

    Looks where Prefect looks (environment, ``.env``, ``prefect.toml``, ``pyproject.toml``, the active profile) without
    importing it, since a temporary server must start before that import to cost no time of its own.
    """
    environment = os.environ if environment is None else environment
    folder = Path.cwd() if folder is None else folder
    if environment.get("PREFECT_API_URL"):
        return environment["PREFECT_API_URL"]
    from_files = (
        _dotenv(folder / ".env").get("PREFECT_API_URL"),
        _toml(folder / "prefect.toml").get("api", {}).get("url"),
        _toml(folder / "pyproject.toml").get("tool", {}).get("prefect", {}).get("api", {}).get("url"),
    )
    return next((str(url) for url in from_files if url), None) or _profile_api_url(environment)


def _profile_api_url(environment: Mapping[str, str]) -> str | None:
    home = Path(environment.get("PREFECT_HOME") or Path(environment.get("HOME") or "~").expanduser() / ".prefect")
    profiles = _toml(Path(environment.get("PREFECT_PROFILES_PATH") or home / "profiles.toml"))
    name = environment.get("PREFECT_PROFILE") or profiles.get("active")
    url = profiles.get("profiles", {}).get(name, {}).get("PREFECT_API_URL")
    return str(url) if url else None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError):  # missing, or broken, which Prefect itself reports
        return {}


def _dotenv(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf8").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}
