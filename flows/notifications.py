"""Alerts: a message to an address or a command when a run fails, or publishes although a critical check failed.

The message is a JSON object: ``status`` (failed, rejected, published), ``run_id``, ``data`` (the folder), ``reason`` (why nothing was
published), ``quarantined`` and ``critical`` (the checks that failed, each with its name and rows), ``summary`` (one line).
The address and the command may contain secrets: neither they nor their answers are written anywhere.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from flows.settings import Settings

SECONDS = 10.0
"""How long an address or a command may take; the run waits no longer."""
REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Alert:
    """How a run ended, for whoever must know."""

    status: str
    run_id: str
    data: str
    reason: str = ""
    quarantined: int = 0
    critical: tuple[tuple[str, int], ...] = ()
    """Name and failed rows of each critical check that failed."""

    def message(self) -> dict[str, Any]:
        """The alert as a JSON object."""
        outcome = f"{self.quarantined} quarantined" if self.status == "published" else "nothing was published"
        return {
            "status": self.status,
            "run_id": self.run_id,
            "data": self.data,
            "reason": self.reason[:REASON_LENGTH],
            "quarantined": self.quarantined,
            "critical": [{"expectation": name, "rows": rows} for name, rows in self.critical],
            "summary": f"{self.run_id}: {self.status}, {outcome}",
        }


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The message goes to the address in the settings and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Follow no redirect."""


def send_alert(settings: Settings, alert: Alert) -> list[str]:
    """Send an alert to the address and the command of the settings, if any. A run never fails because an alert does.

    Returns:
        What went wrong, in words without secrets.
    """
    if not settings.alert_url and not settings.alert_command:
        return []
    body = json.dumps(alert.message(), ensure_ascii=False).encode("utf8", "backslashreplace")
    problems = []
    for target, kind, send in ((settings.alert_url, "address", _post), (settings.alert_command, "command", _run)):
        if target:
            try:
                send(target, body)
            except (OSError, ValueError, HTTPException, subprocess.SubprocessError) as error:
                problems.append(f"The alert on {alert.run_id} could not be sent to the {kind}: {_without_secrets(error)}")
    return problems


def _post(address: str, body: bytes) -> None:
    if not address.lower().startswith(("https://", "http://")):
        raise ValueError("not an address of the web")
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json; charset=utf-8"})
    opener = urllib.request.build_opener(_NoRedirects)
    with opener.open(request, timeout=SECONDS):
        pass


def _run(command: str, body: bytes) -> None:
    # Not through a shell: the message contains names from documents and files, and is only the command's input.
    subprocess.run(shlex.split(command), input=body, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _without_secrets(error: Exception) -> str:
    """The error without the address or the command, which its own message may contain."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the answer was {error.code}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with {error.returncode}"
    if isinstance(error, urllib.error.URLError):
        return f"{type(error.reason).__name__}" if not isinstance(error.reason, str) else "it could not be reached"
    return type(error).__name__
