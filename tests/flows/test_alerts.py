"""Somebody is told of a run that fails or publishes what failed a critical check, and nobody is told a secret."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.ingest.inventory import scan
from flows.notifications import Alert, send_alert
from flows.run import BuiltGeneration, CheckSummary, FailedCheck, PublishedRun, Rejected, begin_run, managed_run
from flows.settings import Settings, SettingsError
from flows.state.data_folder import DataFolder
from flows.state.planning import make_plan

CRITICAL = Alert("published", "run-000001-00000000", "data", quarantined=3, critical=(("value_is_finite", 2),))


class Receiver:
    """A local address that keeps what it is sent and answers as it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answer = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, json.loads(body)))
                self.send_response(outer.answer)
                if outer.answer == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?token=SECRET"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run_with(tmp_path: Path, **settings: Any) -> Any:
    made = Settings.load({}, data=tmp_path, **settings)
    return managed_run(DataFolder(tmp_path), made)


def test_a_rejected_run_is_told_with_its_reason(tmp_path: Path, receiver: Receiver) -> None:
    with pytest.raises(Rejected), run_with(tmp_path, alert_url=receiver.url) as run:
        raise Rejected("密云区: a check stopped the publication")
    ((path, said),) = receiver.got
    assert path == "/hook?token=SECRET"
    (row,) = run.folder.run_log.runs()
    assert (said["status"], said["run_id"], said["reason"]) == ("rejected", row["run_id"], "密云区: a check stopped the publication")
    assert said["summary"] == f"{row['run_id']}: rejected, nothing was published"


def test_a_failed_run_is_told(tmp_path: Path, receiver: Receiver) -> None:
    with pytest.raises(OSError, match="disk"), run_with(tmp_path, alert_url=receiver.url):
        raise OSError("the disk is full")
    assert receiver.got[0][1]["status"] == "failed"


@pytest.mark.parametrize(("severity", "sent"), [("critical", 1), ("warning", 0)])
def test_a_published_run_sends_an_alert_where_a_critical_check_failed(
    seeds: Path, data: Path, receiver: Receiver, severity: str, sent: int
) -> None:
    settings = Settings.load({}, seeds=seeds, data=data, alert_url=receiver.url)
    with managed_run(DataFolder(data), settings) as context:
        run = begin_run(context, make_plan(scan(seeds, 10**9), None, context.folder.shard_store, engine="engine"), scan(seeds, 10**9))
        checks = CheckSummary(2, (FailedCheck("values", "value_is_finite", severity, 2),))
        built = BuiltGeneration(data, context.end_time(), 2, 0, {"quarantined": 3}, (), checks, {}, 0)
        context.journal.published = PublishedRun(run, built, data)
    assert len(receiver.got) == sent
    if sent:
        assert receiver.got[0][1]["critical"] == [{"expectation": "value_is_finite", "rows": 2}]
        assert receiver.got[0][1]["summary"] == f"{run.run_id}: published, 3 quarantined"
    assert not context.journal.problems


def test_a_command_gets_the_message_as_its_input(tmp_path: Path) -> None:
    target = tmp_path / "said.json"
    script = tmp_path / "tell.py"
    script.write_text("import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())", encoding="utf8")
    with pytest.raises(Rejected), run_with(tmp_path / "data", alert_command=f"{sys.executable} {script} {target}"):
        raise Rejected("$(touch hacked); `touch hacked`")
    assert json.loads(target.read_bytes())["reason"] == "$(touch hacked); `touch hacked`"
    assert not list(tmp_path.rglob("hacked"))


def test_nobody_answers_and_the_run_ends_as_it_did_without_a_secret_said(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answer = 500
    with pytest.raises(Rejected) as caught, run_with(tmp_path, alert_url=receiver.url, alert_command="false SECRET"):
        raise Rejected("stopped")
    notes = " ".join(caught.value.__notes__)
    assert "the answer was 500" in notes
    assert "it ended with 1" in notes
    assert "SECRET" not in notes + (tmp_path / "runs.jsonl").read_text(encoding="utf8")


def test_what_is_sent_goes_nowhere_else(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answer = 302
    (problem,) = send_alert(Settings(alert_url=receiver.url), CRITICAL)
    assert [path for path, _ in receiver.got] == ["/hook?token=SECRET"]
    assert "302" in problem


@pytest.mark.parametrize("address", ["file:///etc/passwd?SECRET", "ftp://host/SECRET", "SECRET", "javascript:SECRET"])
def test_only_addresses_of_the_web_are_called(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({}, alert_url=address)
    assert "SECRET" not in str(caught.value)
    assert "ValueError" in send_alert(Settings(alert_url=address), CRITICAL)[0]


def test_secrets_are_not_shown_with_the_settings() -> None:
    settings = Settings.load({"BAOGAO_ALERT_URL": "https://example.org/SECRET", "BAOGAO_ALERT_COMMAND": "tell SECRET"})
    assert settings.alert_url.endswith("SECRET")
    assert "SECRET" not in repr(settings)
