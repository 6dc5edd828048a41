"""``baogao serve``: the flow as a Prefect deployment that runs on a schedule."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import click

from flows.orchestrator import START_SECONDS, ServerError, answers
from flows.settings import Settings, configured_api_url, prepare_prefect

LOCAL = "http://127.0.0.1:4200"


def keep_running(settings: Settings, *, cron: str, timezone: str | None, verbose: bool, name: str = "baogao-serve") -> int:
    """Serve the flow on a schedule until stopped; the exit code."""
    prepare_prefect(quiet=False)
    if not verbose:
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    try:
        with _server() as api_url:
            os.environ["PREFECT_API_URL"] = api_url
            return _serve(settings, cron, timezone, name)
    except ServerError as error:
        click.secho(str(error), fg="red", err=True)
        return 1


def _serve(settings: Settings, cron: str, timezone: str | None, name: str) -> int:
    from prefect.client.schemas.schedules import CronSchedule

    try:
        schedule = CronSchedule(cron=cron, timezone=timezone or "UTC")
    except ValueError as error:
        raise click.UsageError(f'--cron "{cron}": {_first_message(error)}. Example: --cron "0 6 * * *" (each day at six).') from None
    from flows.pipeline import pipeline

    click.echo(f'Serving {settings.seeds} into {settings.data} on the schedule "{cron}" ({schedule.timezone}). Stop with Ctrl-C.')
    parameters = {"seeds": str(settings.seeds.absolute()), "data": str(settings.data.absolute())}
    # One run at a time: a run that is due while another is at work waits for it.
    pipeline.serve(name=name, schedule=schedule, parameters=parameters, limit=1, print_starting_message=False)
    return 0


def _first_message(error: ValueError) -> str:
    return str(error).splitlines()[-1].strip().rstrip(".") if "\n" not in str(error) else "no such schedule: minute hour day month weekday"


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The address of the configured server, or of one that is started for as long as this lasts."""
    configured = configured_api_url()
    if configured:
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
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        host,
        "--port",
        port,
        "--no-ui" if _without_pages() else "--ui",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(process)
        click.echo(f"Its pages, with every run: {LOCAL}")
        yield f"{LOCAL}/api"
    finally:
        _stop(process)


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
