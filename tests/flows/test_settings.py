"""Settings: defaults, environment, options, and what is asked of Prefect."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.orchestration.defaults import configured_api_url, prepare_prefect
from flows.settings import Settings, SettingsError, flow_settings, settings_of_run
from flows.util.object_storage import Remote


def test_options_overrule_the_environment_and_that_the_defaults() -> None:
    environment = {"BAOGAO_SEEDS": "in", "BAOGAO_WORKERS": "3", "BAOGAO_DOCUMENT_SECONDS": "1.5"}
    settings = Settings.load(environment, seeds=Path("other"), data=None)
    assert (settings.seeds, settings.data) == (Path("other"), Path("data"))
    assert (settings.workers, settings.worker_count, settings.document_seconds) == (3, 3, 1.5)


def test_folders_are_paths_or_addresses() -> None:
    settings = Settings.load({"BAOGAO_SEEDS": "s3://bucket/政府 报告/"}, data="file:///mnt/data%20of%20ours")
    assert settings.seeds == Remote("s3://bucket/%E6%94%BF%E5%BA%9C%20%E6%8A%A5%E5%91%8A")
    assert settings.data == Path("/mnt/data of ours")
    assert Settings.load({"BAOGAO_SEEDS": str(settings.seeds)}).seeds == settings.seeds


def test_workers_are_the_processors_unless_told() -> None:
    assert Settings.load({}).worker_count >= 1


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"BAOGAO_WORKERS": "many"}, "BAOGAO_WORKERS is 'many'; it must be a int"),
        ({"BAOGAO_BATCH_BYTES": "0"}, "batch_bytes is 0; it must be at least 1"),
        ({"BAOGAO_WORKERS": "-1"}, "at least 0"),
        ({"BAOGAO_RUNNER": "spark"}, "runner is 'spark'; it must be one of local, dask"),
        ({"BAOGAO_RUNNER": "dask"}, "needs the address of the cluster's scheduler: --address tcp://HOST:8786"),
        ({"BAOGAO_DATA": "s3://bucket/data"}, "data is s3://bucket/data; the warehouse needs a folder of the file system"),
        ({"BAOGAO_SEEDS": "ftp://host/reports"}, "seeds: ftp://host/reports is no folder that can be used"),
        ({"BAOGAO_STORE": "s3://key:secret@bucket/shards"}, "store: The address of bucket holds a key"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(environment: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.load(environment)


def test_every_setting_has_one_line_of_help() -> None:
    described = Settings.describe()
    assert len(described) >= 8
    for name, _, help_text in described:
        assert name.startswith("BAOGAO_")
        assert help_text.endswith(".")
        assert "\n" not in help_text


def test_what_the_user_asks_of_prefect_stands() -> None:
    environment = {"PREFECT_SERVER_DATABASE_TIMEOUT": "7"}
    prepare_prefect(quiet=True, environment=environment)
    assert environment["PREFECT_SERVER_DATABASE_TIMEOUT"] == "7"
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "120"


def test_no_server_is_configured_on_a_new_machine(tmp_path: Path) -> None:
    assert configured_api_url({"HOME": str(tmp_path)}, tmp_path) is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".env", "PREFECT_API_URL='http://there/api'\n"),
        ("prefect.toml", '[api]\nurl = "http://there/api"\n'),
        ("pyproject.toml", '[tool.prefect.api]\nurl = "http://there/api"\n'),
        (".prefect/profiles.toml", 'active = "work"\n[profiles.work]\nPREFECT_API_URL = "http://there/api"\n'),
    ],
)
def test_a_configured_server_is_found_where_prefect_looks(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    assert configured_api_url({"HOME": str(tmp_path)}, tmp_path) == "http://there/api"
    assert configured_api_url({"HOME": str(tmp_path), "PREFECT_API_URL": "http://mine/api"}, tmp_path) == "http://mine/api"


def test_a_profile_that_is_not_active_counts_only_when_named(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('active = "a"\n[profiles.a]\n[profiles.b]\nPREFECT_API_URL = "http://b/api"\n')
    environment = {"PREFECT_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert configured_api_url(environment, tmp_path) is None
    assert configured_api_url({**environment, "PREFECT_PROFILE": "b"}, tmp_path) == "http://b/api"


def test_a_switch_is_true_or_false() -> None:
    for text, meant in {"true": True, "1": True, "False": False, "no": False, "": False}.items():
        assert Settings.load({"BAOGAO_OCR": text}).ocr is meant
    with pytest.raises(SettingsError, match="BAOGAO_OCR"):
        Settings.load({"BAOGAO_OCR": "perhaps"})


def test_an_unknown_setting_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match=r"BAOGAO_WORKER, which is no setting\. Did you mean BAOGAO_WORKERS\?"):
        Settings.load({"BAOGAO_WORKER": "2"})
    with pytest.raises(SettingsError, match=r"no setting worker\. Did you mean workers\?"):
        Settings.load({}, worker=2)
    with pytest.raises(SettingsError, match=r"which is no setting\. `baogao"):
        Settings.load({"BAOGAO_QQQQQ": "2"})
    Settings.load({"BAOGAO_VERBOSE": "1", "BAOGAO_CHECKOUT": "/srv", "BAOGAO_TEST_EXAMPLES": "3", "OTHER": "x"})


def test_the_folder_of_own_rules_is_absolute_and_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="there is no such folder"):
        Settings.load({"BAOGAO_RULES": "rules"})
    (tmp_path / "rules").mkdir()
    assert Settings.load({"BAOGAO_RULES": "rules"}).rules == tmp_path / "rules"
    assert Settings.load({"BAOGAO_RULES": ""}).rules is None


def test_a_flow_has_the_settings_that_its_run_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAOGAO_WORKERS", "2")
    with settings_of_run(Settings.load({}, workers=3, seeds="in", ocr=True)):
        given = flow_settings(None, "other")
    assert (given.workers, given.ocr, given.seeds, given.data) == (3, True, Path("in"), Path("other"))
    assert flow_settings(None, None).workers == 2
