"""One browser of one party in a process of its own: it does anything at random, sends again what was not answered,
and writes down every request before it goes out and every answer when it has come."""

from __future__ import annotations

import http.client
import json
import random
import sys
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from tests.makers.papers import hidden

PATIENCE = 30
SEEN_MOVED = "いまは旧版です"
FINISHED = ("合意が成立しています", "この文書は終わっています")
_HEAD = "記録番号 "


class NoAnswer(Exception):
    """The server did not answer for as long as we waited."""


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


@dataclass
class Person:
    """Somebody with a browser."""

    key: str
    email: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass
class Client:
    """A party's people, and their notes."""

    port: int
    folder: Path
    notes: TextIO
    chance: random.Random
    drafter: Person
    officer: Person
    finished: set[str] = field(default_factory=set)
    """Documents found agreed or closed."""

    # -- asking -------------------------------------------------------------------------------------------------

    def ask(self, person: Person, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
        """The answer; asked again, byte for byte, while there is none or it is 503."""
        sent = urllib.parse.urlencode(body) if body is not None else None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
            if sent is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            try:
                connection.request(method, path, sent, headers)
                response = connection.getresponse()
                text = response.read().decode("utf-8")
            except (OSError, http.client.HTTPException):
                self.note(event="no answer", path=path)
                time.sleep(0.1)
                continue
            finally:
                connection.close()
            if response.status == 503:
                self.note(event="not now", path=path)
                time.sleep(0.2)
                continue
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                person.cookies[name] = value
            location = response.headers.get("Location") or ""
            return Answer(response.status, urllib.parse.urlsplit(location).path, text)
        raise NoAnswer(path)

    def note(self, **facts: Any) -> None:
        """One line more in the notes, with the moment."""
        self.notes.write(json.dumps({"t": time.monotonic_ns(), **facts}, ensure_ascii=False) + "\n")
        self.notes.flush()

    def get(self, person: Person, path: str) -> Answer:
        """A page; it must show at least what was acknowledged before it was asked for (I14)."""
        asked = time.monotonic_ns()
        answer = self.ask(person, "GET", path)
        if answer.status == 303 and answer.location == "/sign-in":
            self.sign_in(person)
            return self.get(person, path)
        if answer.status == 401:
            form = hidden(answer.text) | {"step_up_password": person.password}
            self.ask(person, "POST", "/account/confirm", form)
            return self.ask(person, "GET", path)
        _, _, footer = answer.text.rpartition("<footer")
        _, _, head = footer.partition(_HEAD)
        number = "".join(letter for letter in head[:12] if letter.isdigit())
        if answer.status == 200 and number:
            self.note(event="page", asked=asked, head=int(number))
        return answer

    def post(self, person: Person, act: str, id: str, path: str, form: dict[str, str]) -> Answer:
        """The form is sent until it is answered; sometimes once more after that (I7)."""
        told = {"act": act, "document": id, "who": person.key, "once": form.get("once", "")}
        self.note(event="invoke", **told)
        answer = self.ask(person, "POST", path, form)
        self.note(
            event="answer", status=answer.status, location=answer.location,
            moved=SEEN_MOVED in answer.text, **told,
        )  # fmt: skip
        if self.chance.random() < 0.10:
            again = self.ask(person, "POST", path, form)
            self.note(event="again", status=again.status, location=again.location, **told)
        return answer

    def sign_in(self, person: Person) -> None:
        """The person has a new session."""
        person.cookies.clear()
        form = hidden(self.ask(person, "GET", "/sign-in").text)
        given = {"email": person.email, "password": person.password}
        answer = self.ask(person, "POST", "/sign-in", form | given)
        assert answer.status == 303, (answer.status, answer.text[-2000:])

    # -- acts ---------------------------------------------------------------------------------------------------

    def documents(self) -> list[str]:
        """Some documents that anybody has tabled, and that are not known to be agreed or closed."""
        path = self.folder / "documents"
        known = path.read_text().split() if path.exists() else []
        return [id for id in known if id not in self.finished][-6:]

    def begin(self) -> None:
        """A new document is drafted and tabled."""
        form = hidden(self.get(self.drafter, "/memos/new").text)
        words = {"title": "覚書", "text": f"本文{self.chance.random()}", "day": ""}
        answer = self.post(self.drafter, "start", "", "/memos/new", form | words)
        if answer.status != 303:
            return
        id = answer.location.rpartition("/")[2]
        if self.table(self.drafter, id, "1").status == 303:
            with (self.folder / "documents").open("a") as shared:
                shared.write(id + "\n")

    def table(self, person: Person, id: str, saves: str) -> Answer:
        """The draft is put on the table."""
        form = hidden(self.get(person, f"/memos/{id}").text) | {"saves": saves}
        return self.post(person, "table", id, f"/memos/{id}/table", form)

    def revise(self, id: str) -> None:
        """A new revision."""
        page = self.get(self.drafter, f"/memos/{id}/draft")
        if page.status != 200:
            return
        form = hidden(page.text)
        words = {"title": "覚書", "text": f"直した本文{self.chance.random()}", "day": ""}
        if self.post(self.drafter, "draft", id, f"/memos/{id}/draft", form | words).status == 303:
            answer = self.table(self.drafter, id, str(int(form["saves"]) + 1))
            if answer.status == 409:  # somebody else's revision came first
                form = hidden(self.get(self.drafter, f"/memos/{id}").text)
                self.post(self.drafter, "discard", id, f"/memos/{id}/discard", form)

    def open_consent(self, id: str) -> dict[str, str] | None:
        """The consent page, filled in."""
        page = self.get(self.officer, f"/memos/{id}/consent")
        if page.status != 200:
            return None
        return hidden(page.text) | {"decision_reference": "デ戦第1号", "capacity": "decision"}

    def consent(self, id: str) -> None:
        """A consent to what is on the table."""
        form = self.open_consent(id)
        if form is not None and form.get("seen"):
            answer = self.post(self.officer, "consent", id, f"/memos/{id}/consent", form)
            if any(sign in answer.text for sign in FINISHED):
                self.finished.add(id)

    def consent_from_an_old_page(self, id: str) -> None:
        """A consent with a digest read earlier, after somebody has tabled anew."""
        form = self.open_consent(id)
        if form is not None and form.get("seen"):
            self.revise(id)
            self.post(self.officer, "consent", id, f"/memos/{id}/consent", form)

    def reasoned(self, act: str, id: str) -> None:
        """An act that needs its reason; where it would be refused, the page says so and has no form."""
        page = self.get(self.officer, f"/memos/{id}/{act}")
        form = hidden(page.text) | {"reason": "都合により"}
        if page.status == 200 and form.get("once"):
            self.post(self.officer, act, id, f"/memos/{id}/{act}", form)

    def consent_as_a_drafter(self, id: str) -> None:
        """Somebody without the power sends the form all the same."""
        form = hidden(self.get(self.drafter, f"/memos/{id}").text)
        given = {"seen": "", "decision_reference": "デ戦第1号", "capacity": "decision"}
        self.post(self.drafter, "consent", id, f"/memos/{id}/consent", form | given)

    def step(self) -> None:
        """Anything."""
        known = self.documents()
        if len(known) < 2 or self.chance.random() < 0.05:
            return self.begin()
        id = self.chance.choice(known)
        match self.chance.random():
            case x if x < 0.70:
                self.consent(id)
            case x if x < 0.80:
                self.consent_from_an_old_page(id)
            case x if x < 0.82:
                self.revise(id)
            case x if x < 0.86:
                self.reasoned("withdraw-consent", id)
            case x if x < 0.88:
                self.reasoned("send-back", id)
            case x if x < 0.93:
                done = sorted(self.finished)[-6:] or known
                self.reasoned(self.chance.choice(["hold", "lift-hold"]), self.chance.choice(done))
            case x if x < 0.97:
                self.consent_as_a_drafter(id)
            case _:
                self.reasoned("decline", id)
        return None


def main(port: int, folder: Path, place: int, people: list[list[str]]) -> None:
    """Steps until the file `stop` is there."""
    drafter, officer = (Person(key, email, password) for key, email, password in people)
    with (folder / f"notes-{place}.jsonl").open("a", encoding="utf-8") as notes:
        client = Client(port, folder, notes, random.Random(place), drafter, officer)
        client.sign_in(drafter)
        client.sign_in(officer)
        while not (folder / "stop").exists():
            try:
                client.step()
            except NoAnswer as fault:
                client.note(event="gave up", path=str(fault))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))
