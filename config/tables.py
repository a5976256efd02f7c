"""The tables of the settings file, each with what it is about and what its keys mean."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

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

    @field_validator("announced")
    @classmethod
    def _are_addresses(cls, announced: tuple[str, ...]) -> tuple[str, ...]:
        for address in announced:
            ip_address(address)
        return announced


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
    """The judge's and the secretary's own electronic signatures under minutes and ruling, made by NCALayer."""

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

    redis_url: SecretStr | None = Field(default=None, description="Redis, the board that says where each hearing sits")
    node_url: str | None = Field(
        default=None, pattern=r"^https?://[^/?#\s]+/?$", description="address at which the other nodes reach this one"
    )
    lease_seconds: float = Field(
        default=15, ge=1, description="a node that is gone keeps its hearings for so long; the same at every node"
    )

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("begins with redis://, rediss:// (TLS) or unix://")
        return url

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
