"""Somebody is told when a run fails, or publishes what failed a critical check: an address is called, or a command.

What is sent is a JSON object: ``status`` (failed, rejected, published), ``run_id``, ``data`` (the folder), ``reason`` (why it was
not published), ``quarantined`` and ``critical`` (the checks that failed, each with its name and rows), ``summary`` (one line).
The address and the command may hold secrets; neither they nor what they answer is written anywhere.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.run import Run

SECONDS = 10.0
"""How long an address or a command may take; a run does not wait longer for somebody to be told."""
REASON_LENGTH = 2000


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is sent goes where it was addressed, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Nothing is asked of another address."""


def tell(run: Run, status: str, reason: str = "") -> list[str]:
    """Tell whoever is to be told how the run ended. A run never fails because nobody could be told.

    Returns:
        What went wrong with it, in words without secrets.
    """
    settings = run.settings
    if not settings.alert_url and not settings.alert_command:
        return []
    body = json.dumps(message(run, status, reason), ensure_ascii=False).encode("utf8", "backslashreplace")
    problems = []
    for wanted, send in ((settings.alert_url, _call), (settings.alert_command, _run)):
        if wanted:
            try:
                send(wanted, body)
            except (OSError, ValueError, HTTPException, subprocess.SubprocessError) as error:
                problems.append(f"Nobody was told of {run.run_id} ({send.__name__.strip('_')}): {_harmless(error)}")
    return problems


def message(run: Run, status: str, reason: str = "") -> dict[str, Any]:
    """What is said of the run."""
    critical = [{"expectation": each.expectation, "rows": each.rows_failed} for each in run.failed_checks if each.severity == "critical"]
    held = run.counts.get("quarantined", 0)
    summary = f"{run.run_id}: {status}, {held} quarantined" if status == "published" else f"{run.run_id}: {status}, nothing was published"
    return {
        "status": status,
        "run_id": run.run_id,
        "data": str(run.folder.root),
        "reason": reason[:REASON_LENGTH],
        "quarantined": held,
        "critical": critical,
        "summary": summary,
    }


def _call(address: str, body: bytes) -> None:
    if not address.lower().startswith(("https://", "http://")):
        raise ValueError("not an address of the web")
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json; charset=utf-8"})
    opener = urllib.request.build_opener(_NoRedirects)
    with opener.open(request, timeout=SECONDS):
        pass


def _run(command: str, body: bytes) -> None:
    # Not by a shell: what a document or file is called stands in the message, and goes to the command's input only.
    subprocess.run(shlex.split(command), input=body, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _harmless(error: Exception) -> str:
    """The error without the address or the command, which its own words may hold."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the answer was {error.code}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with {error.returncode}"
    if isinstance(error, urllib.error.URLError):
        return f"{type(error.reason).__name__}" if not isinstance(error.reason, str) else "it could not be reached"
    return type(error).__name__
