"""A real mail server in a process of its own, that takes mails as told: gladly, never, later, or half and then no more.

As a program: `python post_office.py FOLDER` serves on a free port, which it prints, until its input ends.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import os
import ssl
import subprocess
import sys
import warnings
from collections.abc import Sequence
from email.message import EmailMessage
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

PATIENCE = 30
MOODS = {
    "fine",
    "stalls at EHLO",
    "refuses the sender",
    "421 at RCPT",
    "450 at RCPT",
    "550 at RCPT",
    "451 after DATA",
    "554 after DATA",
    "stalls after DATA",
    "takes and drops",
    "drops at DATA",
}


class Office:
    """The tests' side: starts the process, tells it its mood, and reads what it took."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.reset()
        self.open()

    def open(self) -> None:
        """The server listens; on the port it had, if it had one."""
        command = [sys.executable, str(Path(__file__)), str(self.folder), str(self.port), *self.options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        assert self.process.stdout
        assert wait([self.process.stdout.fileno()], PATIENCE), "the mail server does not start"
        self.port = int(self.process.stdout.readline())

    def close(self, *, killed: bool = False) -> None:
        """Nobody listens any more."""
        if self.process is None:
            return
        assert self.process.stdin and self.process.stdout
        if killed:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        self.process = None

    def reset(self) -> None:
        """In the best of moods, and with nothing taken."""
        self.is_in()
        (self.folder / "taken").write_text("")

    def is_in(self, mood: str = "fine", **for_addresses: str) -> None:
        """From the next command on it takes mails like this; those to the addresses named otherwise."""
        moods = {"*": mood, **for_addresses}
        assert set(moods.values()) <= MOODS, moods
        path = self.folder / "mood.new"
        path.write_text(json.dumps(moods))
        path.replace(self.folder / "mood")

    @property
    def taken(self) -> list[tuple[str, list[str], bytes]]:
        """Every mail it has the bytes of, in order: from whom, to whom, what; also those it did not say it took."""
        lines = [json.loads(line) for line in (self.folder / "taken").read_text().splitlines()]
        return [(one["from"], one["to"], base64.b64decode(one["raw"])) for one in lines]

    def messages(self) -> list[EmailMessage]:
        """The same, read."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, _, raw in self.taken]


# --- The process ------------------------------------------------------------------------------------------


class Clerk:
    """What aiosmtpd asks at each command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mood(self, *addresses: str) -> str:
        moods: dict[str, str] = json.loads((self.folder / "mood").read_text())
        return next((moods[one] for one in addresses if one in moods), moods["*"])

    async def handle_EHLO(
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        if self.mood() == "stalls at EHLO":
            await asyncio.sleep(3600)
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.mood() == "refuses the sender":
            return "550 who are you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        mood = self.mood(address)
        if mood.endswith("at RCPT"):
            return f"{mood[:3]} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        mood = self.mood(*envelope.rcpt_tos)
        if mood in {"451 after DATA", "554 after DATA"}:
            return f"{mood[:3]} no"
        if mood != "drops at DATA":
            self.take(envelope)
        if mood == "stalls after DATA":
            await asyncio.sleep(3600)
        if mood in {"takes and drops", "drops at DATA"}:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def take(self, envelope: Any) -> None:
        one = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "raw": base64.b64encode(envelope.content).decode(),
        }
        with (self.folder / "taken").open("a") as file:
            file.write(json.dumps(one) + "\n")


def connection(clerk: Clerk, options: Sequence[str]) -> SMTP:
    """What speaks with one client; `options` may be `broken-tls` or `asks-who-we-are`."""
    given: dict[str, Any] = {"ident": "post office"}
    if "broken-tls" in options:  # without a certificate no handshake succeeds
        given["tls_context"] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if "asks-who-we-are" in options:
        given |= {"authenticator": _knows, "auth_required": True, "auth_require_tls": False}
    return SMTP(clerk, **given)


def _knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (b"portal", b"right")
    return AuthResult(success=is_right, handled=is_right)


async def serve(folder: Path, port: int, options: Sequence[str]) -> None:
    """Until nothing more can come from the input; then gone at once, whatever stalls."""
    loop, clerk = asyncio.get_running_loop(), Clerk(folder)
    for attempt in range(50):  # the port may still be held by who listened before
        try:
            server = await loop.create_server(lambda: connection(clerk, options), "127.0.0.1", port)
            break
        except OSError:
            if attempt == 49:
                raise
            await asyncio.sleep(0.1)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # it warns that a real server should ask for TLS
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
