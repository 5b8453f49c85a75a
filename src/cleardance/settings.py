"""One frozen settings object, from the environment and ``HOME/cleardance.toml``.

``CLEARDANCE_ORIGIN=…`` beats ``origin = "…"`` in the file, which beats the default; the home
itself comes from the caller, ``CLEARDANCE_HOME``, ``$XDG_DATA_HOME/cleardance`` or
``~/.local/share/cleardance``. A key nobody knows is an error, not a surprise later.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import (
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from cleardance.engines import Pipeline, Upstream
from cleardance.errors import HomeUnusable, UsageError
from cleardance.territories import Territory

PREFIX = "CLEARDANCE_"
FILE_NAME = "cleardance.toml"
DEVELOPMENT_ORIGIN = "localhost/cleardance"

# Signed notes separate their fields by spaces and pluses: https://c2sp.org/signed-note
_ORIGIN = re.compile(r"[^\s+\x00-\x1f\x7f]{1,255}")
_MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Settings(BaseSettings):
    """Where things are kept, and as whom this installation speaks."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path
    environment: Literal["development", "production"] = "development"
    origin: str = DEVELOPMENT_ORIGIN
    """Name of the ledger and of its key, like ``example.org/cleardance``; never change it."""
    database_url: str | None = None
    """A SQLAlchemy URL; without one, the SQLite file in the home."""
    signing_chain: Path | None = None
    """Your own certificate for signing outputs, PEM, leaf first; else ours is made and used."""
    signing_key: Path | None = None
    """Its private key, PEM."""
    signing_callback: str | None = None
    """Instead of a key file, ``package.module:function`` that signs: a KMS, an HSM."""
    trust: Path | None = None
    """More roots to trust, PEM: your own certificate's, your time stamp authority's."""
    tsa_url: str | None = None
    """An outside time stamp authority (RFC 3161); else our own answers on the loopback."""
    tsa_policy: Literal["require", "skip"] = "require"
    """When it does not answer: hold the release, or sign without and say so in the record."""
    witnesses: tuple[str, ...] = ()
    """Keys (``name+id+base64``) of those whose cosignatures on checkpoints count.

    After a space, the URL where each is asked (C2SP tlog-witness), if it can be asked over HTTP.
    """
    witness_quorum: NonNegativeInt = 0
    """How many of them must sign the checkpoint over a release, and for ``ledger verify``."""
    witness_policy: Literal["require", "later"] = "require"
    """When fewer have: hold the release, or hand it over and have it cosigned later."""
    territories: tuple[Territory, ...] = ()
    """Where outputs are offered, as ISO 3166-1 codes (``["DE", "AT"]``); none means everywhere."""
    fetch_private: bool = False
    """Whether URLs may lead to this machine and into private networks, not only to the web."""
    copy_descriptor: Path | None = None
    """An ONNX model that describes pictures so that copies are alike (SSCD); none comes with us."""
    voice_descriptor: Path | None = None
    """An ONNX model of sound [1, N] at 16 kHz to one vector, alike for one speaker; as above."""
    judge_url: str | None = None
    """An OpenAI-compatible endpoint (``http://…/v1``) of a model that is asked what it sees."""
    judge_model: str | None = None
    """Its name there."""
    judge_kind: Literal["chat", "embedding"] = "chat"
    """Whether it answers questions about texts and pictures, or embeds both into one space."""
    judge_cosines: tuple[float, float] = (0.5, 0.9)
    """Of embeddings: the cosine of what is unlike (score 0), and of what is surely alike (1)."""
    judge_key: SecretStr | None = None
    """The key it asks for, if any."""
    judge_timeout_s: PositiveFloat = 30.0
    """How long to wait for its answer; without one, what was asked about is held."""
    review_within_h: PositiveInt = 72
    """How many hours reviewers have for what is held or appealed; shown, not enforced."""
    blob_url: str | None = None
    """``s3://bucket/prefix`` where media are kept for all machines; without one, in the home."""
    blob_endpoint: str | None = None
    """Where an S3-compatible server answers (``https://…``); without one, at Amazon."""
    blob_region: str | None = None
    """The region of the bucket, where that matters."""
    blob_access_key: str | None = None
    """The name of the key; without one, the environment's (``AWS_ACCESS_KEY_ID``)."""
    blob_secret_key: SecretStr | None = None
    """The key."""
    strike_limit: PositiveInt = 3
    """So many strikes suspend an account …"""
    strike_days: PositiveInt = 365
    """… if they are not older than this."""
    misuse_limit: PositiveInt = 2
    """So many notices found to be misuse suspend their sender …"""
    misuse_days: PositiveInt = 90
    """… for so long after the last."""
    designated_agent: str = ""
    """Who receives notices (17 USC 512(c)(2)): name, address, telephone, e-mail, one a line."""
    retention_days: PositiveFloat | None = None
    """After how many days ``cleardance retain`` erases what is personal of tasks that ended."""
    warm_start: bool = True
    """Whether the server reads what the first check of a file needs once it is up."""
    log_details: bool = False
    """Whether logs say what exceptions say, who may quote prompts; never on for long."""
    max_queue: PositiveInt = 20_000
    """How many tasks may wait or run at once, of all accounts; more are refused (429)."""
    max_queue_per_account: PositiveInt = 1_000
    """The same of one account."""
    max_running: dict[str, PositiveInt] = {}
    """How many tasks of a model may run at once, on all machines together: ``{upstream = 4}``."""
    max_deaths: PositiveInt = 5
    """After how many processes died while they worked on a task it fails."""
    worker_memory_mb: PositiveInt | None = None
    """The most address space that a process may take that works on a task."""
    pocket_model: Path | None = None
    """A folder that ``cleardance train --export`` wrote: the weights of the model ``pocket``."""
    upstreams: dict[str, Upstream] = {}
    """Models that other servers run, by their names here; docs/how-to/add-a-model.md."""
    diffusers: dict[str, Pipeline] = {}
    """Models that are pipelines of diffusers, by their names here."""
    label: Literal["none", "eu", "cn"] = "none"
    """The visible label that every output bears, unless its request asks for another."""
    price_per_million_tokens: NonNegativeFloat = 0.0
    """What outputs cost, in your currency, for the spending limits of keys."""
    model_names: dict[str, str] = {}
    """Names by which clients ask for models here: ``{"dreamina-seedance-2-0-260128": "draft"}``."""
    public_url: str | None = None
    """Where clients reach the server, as addresses of files begin (``https://example.org``)."""
    publish_prompt: bool = False
    """Whether outputs state their prompt; else they carry a commitment to it."""

    @field_validator("origin")
    @classmethod
    def _is_key_name(cls, origin: str) -> str:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError("must be 1 to 255 characters without spaces or '+'")
        return origin

    @field_validator("blob_url")
    @classmethod
    def _is_bucket(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[\w./-]*)?", url):
            raise ValueError("must be s3://bucket or s3://bucket/prefix")
        return url

    @field_validator("tsa_url", "judge_url", "public_url", "blob_endpoint")
    @classmethod
    def _is_url(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return url

    @field_validator("upstreams", "diffusers")
    @classmethod
    def _are_named(cls, engines: dict[str, Upstream | Pipeline]) -> dict[str, Upstream | Pipeline]:
        for name in engines:
            if not _MODEL_NAME.fullmatch(name) or name in ("draft", "pocket"):
                raise ValueError(f"{name!r} cannot be the name of another model")
        return engines

    @field_validator("witnesses")
    @classmethod
    def _have_urls(cls, witnesses: tuple[str, ...]) -> tuple[str, ...]:
        for text in witnesses:
            _, space, url = text.partition(" ")
            if space and not url.startswith(("http://", "https://")):
                raise ValueError("each is name+id+key, or that, a space and an http(s) URL")
        return witnesses

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if self.environment == "production" and self.origin == DEVELOPMENT_ORIGIN:
            raise ValueError("origin must be set in production, to a name that is yours alone")
        if self.environment == "production" and (name := _default_secret(self)) is not None:
            raise ValueError(f"{name} is a default that everybody knows, or too short: change it")
        if twice := sorted(self.upstreams.keys() & self.diffusers.keys()):
            raise ValueError(f"{twice[0]!r} is in upstreams and in diffusers")
        if self.witness_quorum > len(self.witnesses):
            raise ValueError("witness_quorum is more than there are witnesses")
        if (self.judge_url is None) != (self.judge_model is None):
            raise ValueError("judge_url and judge_model are needed together")
        if not -1.0 <= self.judge_cosines[0] < self.judge_cosines[1] <= 1.0:
            raise ValueError("judge_cosines are two, rising, from -1 to 1")
        keys = [self.signing_key, self.signing_callback]
        if keys.count(None) != (2 if self.signing_chain is None else 1):
            raise ValueError("signing_chain needs signing_key or signing_callback, not both")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the caller first, then the environment, then the file in the caller's home."""
        home = Path(init_settings()["home"])
        file = InitSettingsSource(settings_cls, init_kwargs=_read_file(home / FILE_NAME))
        return init_settings, env_settings, file


_DEFAULTS = {"password", "postgres", "changeme", "change-me", "secret", "minioadmin", "admin"}
_MIN_SECRET_CHARS = 8


def _default_secret(settings: Settings) -> str | None:
    """Return the name of a setting whose secret nobody has chosen, if there is one."""
    held = {name: getattr(settings, name) for name in Settings.model_fields}
    held |= {f"upstreams.{name}.key": one.key for name, one in settings.upstreams.items()}
    secrets = {n: v.get_secret_value() for n, v in held.items() if isinstance(v, SecretStr)}
    if settings.database_url is not None:
        password = urlsplit(settings.database_url).password
        if password is not None:  # none is needed on a socket
            secrets["database_url"] = unquote(password)
    for name, secret in secrets.items():
        if len(secret) < _MIN_SECRET_CHARS or secret.lower() in _DEFAULTS:
            return name
    return None


def load(home: Path | None = None) -> Settings:
    """Return the settings of ``home``, or of the default home; raise UsageError or HomeUnusable."""
    _refuse_unknown(os.environ)
    try:
        return Settings(home=home.expanduser().absolute() if home else default_home(os.environ))
    except ValidationError as error:
        raise UsageError(f"The settings are wrong: {_readable(error)}.", hint=_HINT) from error
    except RuntimeError as error:  # a ~ or a HOME that leads nowhere
        raise UsageError(f"{error} Set {PREFIX}HOME to a folder of yours.") from error


_HINT = f"They come from {PREFIX}* in the environment and from {FILE_NAME} in the home folder."


def default_home(environ: Mapping[str, str]) -> Path:
    """Return the home named by the environment, absolute; nothing is made."""
    if named := environ.get(f"{PREFIX}HOME"):
        return Path(named).expanduser().absolute()
    data = environ.get("XDG_DATA_HOME", "")
    # The XDG specification tells us to ignore a relative path.
    base = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return base / "cleardance"


def _read_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise HomeUnusable(
            f"{path} cannot be read: {error.strerror}.",
            hint=f"Make it yours, or set {PREFIX}HOME to another folder.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    if "home" in values:
        raise UsageError(f"{path} cannot say where home is: it is in it.")
    return values


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(n for n in environ if n.upper().startswith(PREFIX) and n.upper() not in known)
    if unknown:
        raise UsageError(
            f"Unknown setting in the environment: {', '.join(unknown)}.",
            hint=f"Known are {', '.join(sorted(known))}.",
        )


def _readable(error: ValidationError) -> str:
    def one(problem: Mapping[str, object], place: tuple[object, ...]) -> str:
        message = str(problem["msg"]).removeprefix("Value error, ")
        return f"{'.'.join(map(str, place))}: {message}" if place else message

    return "; ".join(one(dict(problem), tuple(problem["loc"])) for problem in error.errors())
