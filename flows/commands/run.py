"""``baogao run``: a run in this process, told to a person."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import threading
from typing import TYPE_CHECKING, Any

import click

from flows.orchestration.defaults import prepare_prefect
from flows.orchestration.server import ServerError, drain, server_for_run
from flows.settings import Settings
from flows.util.progress import listen

if TYPE_CHECKING:
    from flows.run import Run
from flows.commands.progress import _progress

# What the later stages import, begun while the server comes up; the last one only where something is to be checked.
NEEDED_LATER = ("pandas", "pyarrow.parquet", "duckdb")
NEEDED_FOR_CHECKS = "great_expectations"
# Heartbeats tell a server that stays whether a run has died; stopping them costs a run up to a second. A temporary server that
# is gone does not come back; one that stays may, and is waited for.
FOR_SERVER: dict[bool, dict[Any, Any]] = {
    True: {"flows.heartbeat_frequency": None, "client.max_retries": 2},
    False: {"flows.heartbeat_frequency": 30},
}


def run_once(settings: Settings, *, fresh: bool, verbose: bool) -> int:
    """Run the pipeline once and say what became of it; the exit code."""
    if verbose:
        os.environ["BAOGAO_VERBOSE"] = "1"
    prepare_prefect(quiet=not verbose)
    with _progress() as show:
        listen(show)
        outcome = _run(settings, fresh)
    return _tell(outcome, verbose)


def _run(settings: Settings, fresh: bool) -> Run | BaseException:
    from transforms.lexicon import RulesError

    try:
        with server_for_run() as server:
            gc.disable()  # imports leave nothing to collect, and looking for it is a sixth of their time
            import flows.pipeline  # noqa: F401

            gc.enable()
            threading.Thread(target=_import_for_later, args=(settings, fresh), daemon=True).start()
            if server is not None:
                server.wait()
            return _run_flow(settings, fresh, temporary=server is not None)
    except (ServerError, OSError, RulesError) as error:  # modules take some of the rules as they are imported
        return error
    except KeyboardInterrupt:
        return InterruptedError("stopped by Ctrl-C. What was read is kept: the next run goes on from there.")


def _run_flow(settings: Settings, fresh: bool, *, temporary: bool) -> Run | BaseException:
    """How the flow ended, whatever became of the server meanwhile."""
    import httpx
    from prefect.exceptions import PrefectException
    from prefect.settings import temporary_settings

    from flows.orchestration.run_hooks import watch_for_dead_runs
    from flows.pipeline import pipeline
    from flows.run import last_outcome

    before = last_outcome()
    with temporary_settings(FOR_SERVER[temporary]):
        try:
            if not temporary:
                watch_for_dead_runs()
            state = pipeline(str(settings.seeds), str(settings.data), fresh, return_state=True)
        except (httpx.HTTPError, PrefectException) as error:
            return _without_server(last_outcome() if last_outcome() is not before else None, error)
        if temporary:
            with contextlib.suppress(httpx.HTTPError):
                drain(str(state.state_details.flow_run_id) if state.state_details.flow_run_id else None)
    outcome: Run | BaseException = state.result(raise_on_failure=False)
    return outcome


def _without_server(outcome: Run | BaseException | None, error: Exception) -> Run | BaseException:
    """The outcome of a run that could not be told to the server."""
    from flows.orchestration.run_hooks import RECORD_LOST
    from flows.run import Run

    if isinstance(outcome, Run) and RECORD_LOST not in outcome.problems:
        outcome.problems.append(RECORD_LOST)
    return outcome or ServerError(f"The Prefect server does not answer ({error}), and the run has not begun. Start it, and run again.")


def _import_for_later(settings: Settings, fresh: bool) -> None:
    with contextlib.suppress(Exception):  # whatever is wrong, the run itself meets it and says so
        for name in NEEDED_LATER:
            importlib.import_module(name)
        if fresh or _is_likely_changed(settings):
            importlib.import_module(NEEDED_FOR_CHECKS)


def _is_likely_changed(settings: Settings) -> bool:
    """Whether something will have to be checked, by what the file system says: a wrong answer costs seconds, nothing else."""
    from flows.ingest.inventory import touched_since
    from flows.state import fingerprints
    from flows.state.data_folder import DataFolder
    from flows.util.object_storage import Remote

    folder = DataFolder(settings.data)
    manifest, seeds = folder.manifest(), settings.seeds
    if manifest is None or folder.published is None or isinstance(seeds, Remote):
        return manifest is None
    return bool(manifest.get("code") != fingerprints.code_hash()) or touched_since(seeds, folder.published / "manifest.json")


def _tell(outcome: Run | BaseException, verbose: bool) -> int:
    from flows.commands.console import STYLES, printable
    from flows.commands.summary import summary_lines

    if not isinstance(outcome, BaseException):
        for kind, line in summary_lines(outcome):
            click.secho(line, **STYLES[kind])
        return 0
    reason = "\n".join(map(printable, str(outcome).splitlines())) or type(outcome).__name__
    click.secho(f"Not published: {reason}", fg="red", err=True)
    click.echo("The warehouse that was published before, if any, stands.", err=True)
    if verbose:
        import traceback

        traceback.print_exception(outcome)
    return 1
