"""``baogao serve``: the flow as a Prefect deployment that runs on a schedule."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from flows.orchestration.defaults import PREFECT_DEFAULTS, SERVER_DEFAULTS, configured_api_url, prepare_prefect
from flows.orchestration.server import START_SECONDS, ServerError, answers
from flows.settings import Settings
from flows.util.object_storage import Remote

LOCAL = "http://127.0.0.1:4200"
WAIT_SECONDS = 5.0
"""Seconds between two checks whether a server is back."""
CRON = re.compile(r"(@(yearly|annually|monthly|weekly|daily|hourly))|([\w*,/?#-]+\s+){4}[\w*,/?#-]+")
NO_SCHEDULE = '--cron "{cron}" is no schedule: it is minute hour day month weekday, such as "0 6 * * *" (each day at six).'


def keep_running(settings: Settings, *, cron: str, timezone: str | None, verbose: bool, name: str = "baogao-serve") -> int:
    """Serve the flow on a schedule until stopped; the exit code."""
    _check(cron, timezone)
    if not verbose:
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    configured = configured_api_url()
    lost = False
    try:
        while True:
            with _server(configured, patient=lost) as api_url:
                os.environ["PREFECT_API_URL"] = api_url  # before Prefect is imported, which reads it once
                prepare_prefect(quiet=False)
                try:
                    return _serve(settings, cron, timezone or "UTC", name)
                except Exception as error:
                    if not _is_server_loss(error):
                        raise
            click.secho(f"The Prefect server {api_url} does not answer any more.", fg="yellow", err=True)
            lost = True
    except ServerError as error:
        click.secho(str(error), fg="red", err=True)
        return 1


def _is_server_loss(error: BaseException) -> bool:
    """Whether Prefect gave up because its server was away for too long."""
    import httpx

    if isinstance(error, BaseExceptionGroup):
        return any(map(_is_server_loss, error.exceptions))
    return isinstance(error, httpx.HTTPError) or (isinstance(error, RuntimeError) and "error threshold" in str(error))


def _check(cron: str, timezone: str | None) -> None:
    """Refuse a schedule that is not valid, before anything is started for it."""
    from zoneinfo import ZoneInfo

    if not CRON.fullmatch(cron.strip()):
        raise click.UsageError(NO_SCHEDULE.format(cron=cron))
    try:
        ZoneInfo(timezone or "UTC")
    except (ValueError, OSError, KeyError):
        raise click.UsageError(f"--timezone {timezone} is not known. Name one such as Asia/Shanghai.") from None


def _serve(settings: Settings, cron: str, timezone: str, name: str) -> int:
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.schedules import Cron

    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValueError:
        raise click.UsageError(NO_SCHEDULE.format(cron=cron)) from None
    from flows.orchestration.run_hooks import watch_for_dead_runs
    from flows.pipeline import pipeline

    watch_for_dead_runs()
    click.echo(f'Serving {settings.seeds} into {settings.data} on the schedule "{cron}" ({timezone}). Stop with Ctrl-C.')
    parameters = {"seeds": _absolute(settings.seeds), "data": _absolute(settings.data)}
    # One run at a time: a run that is due while another is at work waits for it.
    pipeline.serve(name=name, schedule=Cron(cron, timezone=timezone), parameters=parameters, limit=1, print_starting_message=False)
    return 0


def _absolute(place: Path | Remote) -> str:
    return str(place if isinstance(place, Remote) else place.absolute())


@contextlib.contextmanager
def _server(configured: str | None, *, patient: bool = False) -> Iterator[str]:
    """The address of the configured server, or of one that is started for the duration of the block.

    Args:
        configured: the address of the user's own server, if there is one.
        patient: wait for it, however long that takes.
    """
    if configured:
        while patient and not answers(configured, seconds=10):
            time.sleep(WAIT_SECONDS)
        if not answers(configured, seconds=10):
            raise ServerError(
                f"The Prefect server {configured} does not answer. Start it with `prefect server start`, or unset PREFECT_API_URL."
            )
        click.echo(f"Prefect server: {configured}")
        yield configured
        return
    if answers(f"{LOCAL}/api"):
        click.echo(f"Prefect server: {LOCAL} (already running on this machine)")
        yield f"{LOCAL}/api"
        return
    click.echo(f"No Prefect server is configured: starting one at {LOCAL} …")
    host, port = LOCAL.removeprefix("http://").split(":")
    command = server_command(host, int(port))
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=server_environment()
    )
    try:
        _wait_for(process)
        click.echo(f"Its pages, with every run: {LOCAL}")
        yield f"{LOCAL}/api"
    finally:
        _stop(process)


def server_command(host: str, port: int) -> list[str]:
    """The command that starts a Prefect server."""
    pages = "--no-ui" if _without_pages() else "--ui"
    return [sys.executable, "-m", "prefect", "server", "start", "--host", host, "--port", str(port), pages]


def server_environment() -> dict[str, str]:
    """The environment of a Prefect server that we start: the user's, and our defaults."""
    return {**PREFECT_DEFAULTS, **SERVER_DEFAULTS, **os.environ}


def _without_pages() -> bool:
    return os.environ.get("PREFECT_UI_ENABLED", "").lower() in ("0", "false")


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(f"{LOCAL}/api"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerError(f"The Prefect server could not be started at {LOCAL}. `prefect server start` says why.")
        time.sleep(0.3)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in ((signal.SIGTERM, 8), (signal.SIGKILL, 2)):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=seconds)
