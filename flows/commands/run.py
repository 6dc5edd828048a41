"""``baogao run``: one run in this process, with its summary on the terminal."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import threading
from typing import TYPE_CHECKING, Any

import click

from flows.commands.console import STYLES, printable
from flows.commands.progress import progress_bar
from flows.orchestration.defaults import prepare_prefect
from flows.orchestration.server import ServerError, drain, server_for_run
from flows.settings import Settings, settings_of_run
from flows.util.progress import listen

if TYPE_CHECKING:
    from flows.run import PublishedRun

NEEDED_LATER = ("pandas", "pyarrow.parquet", "duckdb")
NEEDED_FOR_CHECKS = "great_expectations"
"""What the later stages import, begun while the server comes up; the last one only if something must be checked."""

FOR_SERVER: dict[bool, dict[Any, Any]] = {
    True: {"flows.heartbeat_frequency": None, "client.max_retries": 2},
    False: {"flows.heartbeat_frequency": 30},
}
"""Prefect's settings for a temporary server (True) and a permanent one. Heartbeats tell a permanent server whether a run has died;
stopping them costs a run up to a second. A temporary server that is gone does not come back; a permanent one may, and is waited for."""


def run_once(settings: Settings, *, fresh: bool, verbose: bool) -> int:
    """Run the pipeline once and print the outcome; the exit code."""
    if verbose:
        os.environ["BAOGAO_VERBOSE"] = "1"
    prepare_prefect(quiet=not verbose)
    with progress_bar() as show:
        listen(show)
        outcome = _run(settings, fresh)
    return _print_outcome(outcome, verbose)


def _run(settings: Settings, fresh: bool) -> PublishedRun | BaseException:
    from transforms.lexicon import RulesError

    try:
        with server_for_run() as server:
            gc.disable()  # imports leave no garbage, and looking for it takes a sixth of their time
            import flows.pipeline  # noqa: F401

            gc.enable()
            threading.Thread(target=_import_for_later, args=(settings, fresh), daemon=True).start()
            if server is not None:
                server.wait()
            return _run_flow(settings, fresh, temporary=server is not None)
    except (ServerError, OSError, RulesError) as error:  # some modules take rules from the lexicon when they are imported
        return error
    except KeyboardInterrupt:
        return InterruptedError("stopped by Ctrl-C. What was read stays: the next run continues from there.")


def _run_flow(settings: Settings, fresh: bool, *, temporary: bool) -> PublishedRun | BaseException:
    """The outcome of the flow, whatever happens to the server meanwhile."""
    import httpx
    from prefect.exceptions import PrefectException
    from prefect.settings import temporary_settings

    from flows.orchestration.run_hooks import watch_for_dead_runs
    from flows.pipeline import pipeline
    from flows.run import last_outcome

    before = last_outcome()
    with temporary_settings(FOR_SERVER[temporary]), settings_of_run(settings):
        try:
            if not temporary:
                watch_for_dead_runs()
            state = pipeline(str(settings.seeds), str(settings.data), fresh, return_state=True)
        except (httpx.HTTPError, PrefectException) as error:
            return _without_server(last_outcome() if last_outcome() is not before else None, error)
        if temporary:
            with contextlib.suppress(httpx.HTTPError):
                drain(str(state.state_details.flow_run_id) if state.state_details.flow_run_id else None)
    outcome: PublishedRun | BaseException = state.result(raise_on_failure=False)
    return outcome


def _without_server(outcome: PublishedRun | BaseException | None, error: Exception) -> PublishedRun | BaseException:
    """The outcome of a run that the server has no complete record of."""
    from flows.orchestration.run_hooks import RECORD_LOST
    from flows.run import PublishedRun

    if isinstance(outcome, PublishedRun) and RECORD_LOST not in outcome.problems:
        outcome.problems.append(RECORD_LOST)
    return outcome or ServerError(f"The Prefect server does not answer ({error}), and the run has not begun. Start it, and run again.")


def _import_for_later(settings: Settings, fresh: bool) -> None:
    with contextlib.suppress(Exception):  # the run itself meets any error and reports it
        for name in NEEDED_LATER:
            importlib.import_module(name)
        if fresh or _is_likely_changed(settings):
            importlib.import_module(NEEDED_FOR_CHECKS)


def _is_likely_changed(settings: Settings) -> bool:
    """Whether something probably must be checked, by the times of the file system. A wrong answer costs seconds, nothing else."""
    from flows.ingest.inventory import modified_since
    from flows.state import fingerprints
    from flows.state.data_folder import DataFolder
    from flows.util.object_storage import Remote

    folder = DataFolder(settings.data)
    manifest, seeds = folder.manifest(), settings.seeds
    if manifest is None or folder.published is None or isinstance(seeds, Remote):
        return manifest is None
    code = fingerprints.publication_hash(fingerprints.engine(rules=settings.rules))
    return manifest.get("code") != code or modified_since(seeds, folder.published / "manifest.json")


def _print_outcome(outcome: PublishedRun | BaseException, verbose: bool) -> int:
    from flows.commands.summary import summary_lines

    if not isinstance(outcome, BaseException):
        for kind, line in summary_lines(outcome):
            click.secho(line, **STYLES[kind])
        return 0
    reason = "\n".join(map(printable, str(outcome).splitlines())) or type(outcome).__name__
    click.secho(f"Not published: {reason}", fg="red", err=True)
    click.echo("The warehouse that was published before, if any, stays.", err=True)
    if verbose:
        import traceback

        traceback.print_exception(outcome)
    return 1
