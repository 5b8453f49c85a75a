"""Where settings come from, and what is refused."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from cleardance.errors import HomeUnusable, UsageError
from cleardance.settings import DEVELOPMENT_ORIGIN, default_home, load


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CLEARDANCE_"):
            monkeypatch.delenv(name)


def test_defaults_are_for_development(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.home == tmp_path
    assert settings.environment == "development"
    assert settings.origin == DEVELOPMENT_ORIGIN
    assert settings.database_url is None


def test_loading_makes_nothing(tmp_path: Path) -> None:
    load(tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"CLEARDANCE_HOME": "/a/b", "XDG_DATA_HOME": "/x"}, Path("/a/b")),
        ({"XDG_DATA_HOME": "/x"}, Path("/x/cleardance")),
        ({"XDG_DATA_HOME": "relative"}, Path.home() / ".local/share/cleardance"),
        ({"CLEARDANCE_HOME": ""}, Path.home() / ".local/share/cleardance"),
        ({}, Path.home() / ".local/share/cleardance"),
    ],
)
def test_default_home(environ: dict[str, str], home: Path) -> None:
    assert default_home(environ) == home


def test_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(Path("here")).home == tmp_path / "here"


def test_caller_beats_environment_for_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARDANCE_HOME", "/elsewhere")
    assert load(tmp_path).home == tmp_path
    assert load().home == Path("/elsewhere")


def test_environment_beats_file_beats_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cleardance.toml").write_text('origin = "file.example/l"\n')
    assert load(tmp_path).origin == "file.example/l"
    monkeypatch.setenv("CLEARDANCE_ORIGIN", "env.example/l")
    assert load(tmp_path).origin == "env.example/l"


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load(tmp_path).origin = "other.example"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ('colour = "red"', "colour"),
        ('environment = "staging"', "environment"),
        ('origin = "with space"', "origin"),
        ('origin = "with+plus"', "origin"),
        ('origin = ""', "origin"),
        ('environment = "production"', "origin must be set in production"),
        ('home = "/elsewhere"', "home"),
        ("origin = ", "cleardance.toml"),
        ("origin = 3", "origin"),
    ],
)
def test_bad_file_is_refused_readably(tmp_path: Path, file: str, names: str) -> None:
    (tmp_path / "cleardance.toml").write_text(file)
    with pytest.raises(UsageError, match=names) as caught:
        load(tmp_path)
    assert "\n" not in caught.value.message
    assert "pydantic" not in caught.value.diagnostics()


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cleardance.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_file_that_is_a_folder_makes_the_home_unusable(tmp_path: Path) -> None:
    (tmp_path / "cleardance.toml").mkdir()
    with pytest.raises(HomeUnusable, match=r"cleardance\.toml"):
        load(tmp_path)


def test_unknown_environment_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_ORIGN", "typo.example")
    with pytest.raises(UsageError, match="CLEARDANCE_ORIGN") as caught:
        load(tmp_path)
    assert "CLEARDANCE_ORIGIN" in caught.value.diagnostics()


def test_production_with_its_own_origin_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_ENVIRONMENT", "production")
    monkeypatch.setenv("CLEARDANCE_ORIGIN", "studio.example/cleardance")
    assert load(tmp_path).environment == "production"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE_URL", "postgresql+pg8000://me:postgres@db/x"),
        ("DATABASE_URL", "postgresql+pg8000://me:short@db/x"),
        ("BLOB_SECRET_KEY", "minioadmin"),
        ("JUDGE_KEY", "changeme"),
    ],
)
def test_default_secrets_are_refused_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setenv(f"CLEARDANCE_{setting}", value)
    load(tmp_path)
    monkeypatch.setenv("CLEARDANCE_ENVIRONMENT", "production")
    monkeypatch.setenv("CLEARDANCE_ORIGIN", "example.org/cleardance")
    with pytest.raises(UsageError, match=f"{setting.lower()} is a default") as refused:
        load(tmp_path)
    assert value not in str(refused.value)


def test_chosen_secrets_are_taken_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_ENVIRONMENT", "production")
    monkeypatch.setenv("CLEARDANCE_ORIGIN", "example.org/cleardance")
    monkeypatch.setenv("CLEARDANCE_JUDGE_KEY", "0f3c9a71e2d84b56")
    for url in ("postgresql+pg8000://me:h0rse-staple@db/x", "postgresql+pg8000://me@/x"):
        monkeypatch.setenv("CLEARDANCE_DATABASE_URL", url)
        assert load(tmp_path).database_url == url
