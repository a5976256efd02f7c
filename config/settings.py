"""What an operator may choose, in one place: a TOML file, and over it the environment (``TYNDAU_…``).

Nothing here is law: times and amounts that an act of parliament names live in the rules edition. Only the program's
entry reads settings; every other part is handed plain values.

The file is named by ``TYNDAU_CONFIG`` (or the command line); a nested value of the environment uses two underscores,
for example ``TYNDAU_SMTP__HOST=mail.example.kz``. A key that does not exist is an error, not a silence.
"""

from __future__ import annotations

import os
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from config import editions
from config.tables import (
    AnyTarget,
    Language,
    Media,
    Metrics,
    Signatures,
    Smtp,
    Speech,
    Timestamp,
    Tls,
    Turn,
    Vault,
    Venue,
)

REHEARSAL = Path(__file__).parent / "rehearsal"
REHEARSAL_MODEL = REHEARSAL / "asr-test-model"


class Misconfigured(Exception):
    """What was set cannot be used, in a line that names the setting and not its value, which may be a secret."""


class Settings(BaseSettings):
    """Everything an operator may choose."""

    model_config = SettingsConfigDict(env_prefix="TYNDAU_", env_nested_delimiter="__", extra="forbid", frozen=True)
    _file: ClassVar[Path | None] = None

    data: Path = Field(
        default=Path("data"), description="folder of everything that is kept: journal, docket, tapes, keys"
    )
    second_tapes: Path | None = Field(
        default=None, description="a folder on another disk: a second recorder writes every tape there too"
    )
    host: str = Field(default="127.0.0.1", description="address that the web server listens on")
    port: int = Field(default=8080, ge=0, le=65535, description="TCP port of the web server (0: any free port)")
    public_url: str | None = Field(
        default=None,
        description="address that people type, for links and the Origin check; default: built from host and port",
    )
    behind_proxy: bool = Field(default=False, description="a proxy speaks TLS and sends X-Forwarded-For and -Proto")
    court: str = Field(default="Сот", description="name of the court on pages and papers")
    language: Language = Field(default="kk", description="language of a page before anyone chose another")
    timezone: str = Field(default="Asia/Almaty", description="zone in which times are shown")
    edition: str = Field(
        default="kz-2026-1",
        description="rules edition in force, for hearings that are listed from now on: a file of config/editions",
    )

    database: str | None = Field(
        default=None, description="SQLAlchemy address of journal and docket; default: an SQLite file in the data folder"
    )
    master_key: Path | None = Field(
        default=None,
        description="file with the key that wraps every case's key; default: master.key in the data folder",
    )

    lobby_minutes: int | None = Field(
        default=None, ge=1, description="lobby opens so early, at most the rules edition's number; default: that"
    )
    loss_seconds: float | None = Field(
        default=None,
        gt=0,
        description="a needed person's line silent for so long pauses the hearing; default: the edition's",
    )
    session_hours: float = Field(default=10, gt=0, description="a staff member's session ends after so long")
    gallery: int = Field(default=200, ge=0, description="how many of the public may watch one open hearing at a time")
    review_days: int = Field(default=30, ge=0, description="how long after the close a pass still opens the case file")
    log_format: Literal["json", "plain"] = "json"
    rehearsal: bool = Field(
        False, description="invented people, a seeded hearing and open sign-in links. Never in a court"
    )
    players: bool = Field(default=True, description="in rehearsal: the server starts the players itself")

    tls: Tls = Tls()
    media: Media = Media()
    turn: Turn = Turn()
    metrics: Metrics = Metrics()
    speech: Speech = Speech()
    smtp: Smtp = Smtp()
    timestamp: Timestamp = Timestamp()
    signatures: Signatures = Signatures()
    vault: Vault = Vault()
    venue: Venue = Venue()
    delivery: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")], AnyTarget] = Field(
        default_factory=dict, description="outside systems, each a table of its own: [delivery.torelik]"
    )

    @field_validator("database")
    @classmethod
    def _is_known(cls, database: str | None) -> str | None:
        if database is not None and not database.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("begins with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        return database

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        if name not in zoneinfo.available_timezones():
            raise ValueError("is no time zone that this machine knows")
        return name

    @field_validator("edition")
    @classmethod
    def _is_an_edition(cls, name: str) -> str:
        try:
            editions.read(name)
        except LookupError as wrong:
            raise ValueError("is no rules edition of config/editions") from wrong
        return name

    @model_validator(mode="after")
    def _rehearsal_stays_home(self) -> Self:
        if self.rehearsal and (self.behind_proxy or self.tls.certificate):
            raise ValueError("rehearsal opens every door: it does not run behind a proxy or with a certificate")
        if self.venue.redis_url is not None and self.database_file is not None:
            raise ValueError("several nodes need one PostgreSQL: database")
        if self.behind_proxy and self.public_url is None:
            raise ValueError("behind a proxy public_url must be given")
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
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        if cls._file is not None:
            sources += (TomlConfigSettingsSource(settings_cls, toml_file=cls._file),)
        return sources

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite+aiosqlite:///{self.data.absolute() / 'tyndau.db'}"

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, where the database is one."""
        name = self.database_url.partition("sqlite+aiosqlite:///")[2]
        return Path(name) if name else None

    @property
    def key_file(self) -> Path:
        return self.master_key or self.data / "master.key"

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS: then cookies carry the ``__Host-`` prefix."""
        return self.behind_proxy or self.tls.certificate is not None

    @property
    def origin(self) -> str:
        """Scheme, host and port of every link that we hand out and of every page that may open a socket."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def speech_model(self) -> str | None:
        """The model to load: the chosen one, in rehearsal otherwise the small test model of the repository."""
        return self.speech.model or (str(REHEARSAL_MODEL) if self.rehearsal else None)


def load(file: Path | None = None, **chosen: object) -> Settings:
    """Settings from ``file`` (or what ``TYNDAU_CONFIG`` names), the environment over it, ``chosen`` over both.

    Raises ``Misconfigured``.
    """
    named = file or (Path(os.environ["TYNDAU_CONFIG"]) if os.environ.get("TYNDAU_CONFIG") else None)
    if named is not None and not named.is_file():
        raise Misconfigured(f"there is no settings file at {named}")
    from_file = type("Settings", (Settings,), {"_file": named, "__module__": __name__})
    try:
        loaded: Settings = from_file(**chosen)
    except ValidationError as wrong:
        raise Misconfigured("; ".join(_in_words(one) for one in wrong.errors())) from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Misconfigured(f"{named} is no TOML: {wrong}") from wrong
    except SettingsError as wrong:
        raise Misconfigured(f"{wrong}: a list or table in the environment is written as JSON") from wrong
    return loaded


def _in_words(error: ErrorDetails) -> str:
    name = ".".join(str(part) for part in error["loc"]) or "settings"
    said = "there is no such setting" if error["type"] == "extra_forbidden" else error["msg"]
    return f"{name}: {said.removeprefix('Value error, ')}"
