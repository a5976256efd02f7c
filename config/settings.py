"""What an operator may choose, in one place: a TOML file, and over it the environment (``TYNDAU_…``).

Nothing here is law: times and amounts that an act of parliament names live in the rules edition. Only the program's
entry reads settings; every other part is handed plain values.

The file is named by ``TYNDAU_CONFIG`` (or the command line); a nested value of the environment uses two underscores,
for example ``TYNDAU_SMTP__HOST=mail.example.kz``. A key that does not exist is an error, not a silence.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

REHEARSAL = Path(__file__).parent / "rehearsal"
REHEARSAL_MODEL = REHEARSAL / "asr-test-model"

Language = Literal["kk", "ru", "en"]


class Group(BaseModel):
    """A table of the file. Unknown keys are refused, so that a misspelt one is noticed at start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tls(Group):
    """Own certificate files. Leave both out when a proxy in front of the server speaks TLS."""

    certificate: Path | None = Field(default=None, description="PEM file: the certificate and its chain")
    key: Path | None = Field(default=None, description="PEM file: the private key")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("tls.certificate and tls.key go together")
        return self


class Media(Group):
    """One UDP socket carries the sound and pictures of every hearing."""

    host: str = Field(
        default="::", description="address that UDP sockets listen on; ::, every one of this machine; 0.0.0.0, all IPv4"
    )
    port: int = Field(default=10000, ge=0, le=65535, description="UDP port; open it in the firewall (0: any free port)")
    announced: tuple[str, ...] = Field(
        default=(), description="addresses that browsers can reach; empty: those that host stands for"
    )
    forwarder: Literal["auto", "native", "python"] = Field(
        default="auto", description="who moves packets: native code where it could be built, or Python"
    )


class Turn(Group):
    """A relay for participants whose network lets no UDP through. Without one they cannot take part."""

    urls: tuple[Annotated[str, Field(pattern=r"^turns?:[^?\s]+(\?transport=(udp|tcp))?$")], ...] = Field(
        default=(), description="where pages find the relay, as RFC 7065 writes it; name TCP or TLS among them"
    )
    secret: SecretStr | None = Field(default=None, description="shared with coturn: its static-auth-secret")
    hours: float = Field(default=12, gt=0, description="life of a page's credentials; renewed while it is open")
    addresses: tuple[str, ...] = Field(
        default=(), description="addresses that the relay sends from; empty: those that its names stand for"
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.urls) != (self.secret is not None):
            raise ValueError("turn.urls and turn.secret go together")
        return self


class Metrics(Group):
    """``/metrics`` for Prometheus. Without a token only this machine itself may ask, and the secretary's office."""

    token: SecretStr | None = Field(default=None, description="whoever brings it as a bearer token may read them")


class Speech(Group):
    """The recogniser. Without a model the hearing works and the transcript waits."""

    model: str | None = Field(default=None, description="a model's folder or name; rehearsal uses its own test model")
    models: dict[Language, str] = Field(
        default_factory=dict, description="another model for a language, for example a Kazakh one"
    )
    download: bool = Field(default=False, description="whether a model given by name may be fetched from its publisher")
    device: Literal["cpu", "cuda", "auto"] = Field(default="cpu", description="where the model runs")
    compute_type: str = Field(default="int8", description="CTranslate2 number format")
    threads: int = Field(default=0, ge=0, description="CPU threads of the recogniser (0: it chooses)")
    windows: Literal["whole", "captions", "live", "all"] = Field(
        default="live",
        description="what may be read in short windows: cheaper on a CPU, but models were trained on whole",
    )
    languages: tuple[Language, ...] = Field(
        default=("kk", "ru", "en"), min_length=1, description="languages that are told apart"
    )


class Smtp(Group):
    """How passes are sent. Without a host they are written to a file in the data folder and the log says so."""

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None
    sender: str = Field(default="tyndau@localhost", description="address that letters come from")


class Timestamp(Group):
    """An RFC 3161 authority that confirms when a bundle was sealed. Without one bundles carry the seal alone."""

    url: str | None = Field(default=None, description="where the authority takes requests (HTTP)")
    certificate: Path | None = Field(default=None, description="PEM file: the authority's root, to check its answers")


class Signatures(Group):
    """The judge's and the secretary's own electronic signatures under the minutes, made by NCALayer."""

    roots: Path | None = Field(
        default=None, description="PEM file: the national authority's roots; without it no chain is checked"
    )


class Vault(Group):
    """Where sealed files lie: the data folder's ``vault``, or a bucket of S3-compatible storage."""

    bucket: str | None = Field(default=None, description="name of the bucket; without one files stay on this disk")
    endpoint: str = Field(default="https://s3.example.kz", pattern=r"^https?://[!-~]+$")
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: SecretStr = SecretStr("")
    prefix: str = ""


class Venue(Group):
    """Several servers of one court, on one PostgreSQL and one data folder: which of them a hearing sits at."""

    redis_url: SecretStr | None = Field(default=None, description="Redis, where the nodes keep their leases")
    node_url: str | None = Field(
        default=None, pattern=r"^https?://[^/?#\s]+/?$", description="address at which the other nodes reach this one"
    )
    lease_seconds: float = Field(
        default=15, ge=1, description="a node that is gone keeps its hearings for so long; the same at every node"
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.redis_url is None) != (self.node_url is None):
            raise ValueError("venue.redis_url and venue.node_url go together")
        return self


class Target(Group):
    """An outside system that gets sealed documents of closed hearings. The table's own name is its short name."""

    title: str = Field(min_length=1, max_length=100, description="what the court calls it, on pages")
    documents: tuple[Literal["ruling", "minutes", "recording", "transcript", "oath", "link-test", "bundle"], ...] = (
        Field(min_length=1, description="which documents it gets")
    )
    closed: bool = Field(default=False, description="whether it also gets what was said behind closed doors")
    since: date = Field(default=date(1970, 1, 1), description="only of hearings closed from this day on")


class FolderTarget(Target):
    """Folder exchange."""

    by: Literal["folder"]
    path: Path = Field(description="an existing folder that both systems see")


class WebhookTarget(Target):
    """One signed POST per document."""

    by: Literal["webhook"]
    url: str = Field(pattern=r"^https?://[!-~]+$", description="address that takes the documents")
    key_id: str = Field(default="tyndau", description="name under which the receiver knows the key")
    secret: SecretStr | None = Field(default=None, min_length=32, description="shared secret: HMAC-SHA256")
    key: Path | None = Field(default=None, description="PEM file: our Ed25519 private key, instead of a secret")

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.secret is None) == (self.key is None):
            raise ValueError("a webhook needs either a secret or a key")
        return self


class BucketTarget(Target):
    """S3-compatible storage."""

    by: Literal["s3"]
    bucket: str
    endpoint: str = Field(pattern=r"^https?://[!-~]+$")
    region: str = "us-east-1"
    access_key: str
    secret_key: SecretStr
    prefix: str = ""


AnyTarget = Annotated[FolderTarget | WebhookTarget | BucketTarget, Field(discriminator="by")]


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
        default="kz-2026-1", description="rules edition in force, for all hearings: a file of config/editions"
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
    """Settings from ``file`` (or what ``TYNDAU_CONFIG`` names), the environment over it, ``chosen`` over both."""
    named = file or (Path(os.environ["TYNDAU_CONFIG"]) if os.environ.get("TYNDAU_CONFIG") else None)
    if named is not None and not named.is_file():
        raise FileNotFoundError(f"no settings file at {named}")
    from_file = type("Settings", (Settings,), {"_file": named, "__module__": __name__})
    loaded: Settings = from_file(**chosen)
    return loaded
