"""What the surroundings decide: read once from the environment, frozen, and refused when half-configured."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
FOUNDING_FILE = ROOT / "portal" / "agreement" / "founding" / "agreement.yaml"


class HalfConfigured(Exception):
    """A setting is missing or contradicts another; the sentence says which and what to set."""


@dataclass(frozen=True)
class Settings:
    """The portal's surroundings."""

    instance: Path
    """The folder of database, files, mails of the demonstration, and the secret key."""
    database_url: str
    secret_key: str
    agreement_file: Path = FOUNDING_FILE
    mode: str = "development"
    """`demo` (accounts shown on the sign-in page), `development`, or `production` (refuses half-configuration)."""
    address: str = "http://localhost:8000"
    """The portal's own address, from which links in mails are built; never taken from a request (row 57)."""
    trusted_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    proxies: int = 0
    """How many reverse proxies stand in front (row 58); 0: forwarded headers are ignored."""
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_starttls: bool = False
    mail_sender: str = "portal@example.jp"
    scheduler: bool = True
    logs_answers: bool = False
    """Whether every answer leaves a line in the log, or only what went wrong."""
    argon2_memory_kib: int = 65536
    argon2_rounds: int = 3
    upload_limit: int = 20 * 1024 * 1024
    fonts: Path | None = None
    """A folder of further fonts for papers as PDF, as for names in characters that common fonts lack."""
    database_wait: int = 30
    """How many seconds PostgreSQL may take over one statement; after that the answer is 503 (row 112)."""

    @property
    def is_production(self) -> bool:
        """Whether people stake their word on this instance."""
        return self.mode == "production"

    @property
    def is_demo(self) -> bool:
        """Whether this instance shows invented accounts."""
        return self.mode == "demo"

    @property
    def cookies_are_secure(self) -> bool:
        """Whether the address is HTTPS, so that cookies may be held to it."""
        return self.address.startswith("https://")

    @property
    def origin(self) -> str:
        """What sets this instance apart in every digest: a form of another instance cannot fit here (row 33)."""
        return urlsplit(self.address).netloc


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings as the environment gives them.

    Raises HalfConfigured in production when the address, the secret key, the mail server or its sender is
    missing, or when the address is not HTTPS; the README's table lists every name.
    """
    instance = Path(environ.get("PORTAL_INSTANCE") or ROOT / "instance").resolve()
    database_url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"
    mode = environ.get("PORTAL_MODE") or ("production" if environ.get("DATABASE_URL") else "development")
    if mode not in {"demo", "development", "production"}:
        raise HalfConfigured(f"PORTAL_MODE is {mode!r}; it may be demo, development or production")
    if mode == "production":
        _must_be_whole(environ)
    port = _number(environ, "PORT", 8000)
    address = (environ.get("PORTAL_ADDRESS") or f"http://localhost:{port}").rstrip("/")
    host = urlsplit(address).hostname or "localhost"
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key=environ.get("SECRET_KEY") or _kept_key(instance),
        agreement_file=Path(environ.get("PORTAL_AGREEMENT") or FOUNDING_FILE).resolve(),
        mode=mode,
        address=address,
        trusted_hosts=tuple(dict.fromkeys([host, "localhost", "127.0.0.1", "[::1]"])),
        proxies=_number(environ, "PORTAL_PROXIES", 0),
        smtp_host=environ.get("SMTP_HOST") or None,
        smtp_port=_number(environ, "SMTP_PORT", 25),
        smtp_user=environ.get("SMTP_USER") or None,
        smtp_password=environ.get("SMTP_PASSWORD") or None,
        smtp_starttls=environ.get("SMTP_STARTTLS") == "1",
        mail_sender=environ.get("MAIL_SENDER") or "portal@example.jp",
        scheduler=environ.get("PORTAL_SCHEDULER", "1") == "1",
        logs_answers=environ.get("PORTAL_LOG", "1" if mode == "production" else "0") == "1",
        upload_limit=_number(environ, "PORTAL_UPLOAD_LIMIT", 20 * 1024 * 1024),
        fonts=Path(environ["PORTAL_FONTS"]).resolve() if environ.get("PORTAL_FONTS") else None,
        database_wait=_number(environ, "PORTAL_DATABASE_WAIT", 30) or 30,
    )


def _must_be_whole(environ: Mapping[str, str]) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "PORTAL_ADDRESS", "SMTP_HOST", "MAIL_SENDER"):
        if not environ.get(name):
            raise HalfConfigured(f"production needs {name}; set it in the environment (table in README.md)")
    if len(environ["SECRET_KEY"]) < 32:
        raise HalfConfigured("production needs a SECRET_KEY of at least 32 characters")
    if not environ["PORTAL_ADDRESS"].startswith("https://"):
        raise HalfConfigured("production needs a PORTAL_ADDRESS that begins with https://")


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name)
    if not given:
        return default
    if not given.isascii() or not given.isdigit():
        raise HalfConfigured(f"{name} must be a whole number, not {given!r}")
    return int(given)


def _kept_key(instance: Path) -> str:
    """The instance's own secret key, made at the first start and readable by its owner only."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "secret_key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()
