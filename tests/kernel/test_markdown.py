"""Whatever is typed becomes a safe page, soon, and nothing that was typed is hidden by it."""

from __future__ import annotations

import html
import itertools
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel import markdown as kernel_markdown
from portal.kernel.markdown import (
    BACKTICKS,
    BRACKETS,
    CHARACTERS,
    DEPTH,
    EMPHASES,
    LINES,
    PROBLEMS,
    TOO_MUCH,
    WOULD_HIDE,
    MarkdownWorker,
    Rendered,
    check_source,
    render,
)
from tests.kernel.corpora.markdown_attacks import payloads, slow_texts

ALLOWED: dict[str, set[str]] = {
    **{tag: set() for tag in "p br hr h3 h4 h5 h6 ul dl dt dd blockquote code em strong table".split()},
    **{tag: set() for tag in "thead tbody tr".split()},
    "pre": {"class"},
    "ol": {"start"},
    "li": {"id"},
    "sup": {"id"},
    "a": {"href", "class", "rel"},
    "div": {"class"},
    "span": {"class"},
    "th": {"class", "scope"},
    "td": {"class"},
}
CLASSES = {
    "as-typed",
    "footnote",
    "footnote-ref",
    "footnote-backref",
    "invisible",
    "align-left",
    "align-center",
}
CLASSES.add("align-right")
TURNS_THE_LINE = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2028\u2029\u2066\u2067\u2068\u2069")


class House(HTMLParser):
    """Reads a rendered text, and refuses what a page may not hold."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        self.tags.append(tag)
        if tag not in ("br", "hr"):
            self._open.append(tag)
        for name, value in attrs:
            assert name in ALLOWED[tag], (tag, name)
            assert value is not None
            assert name != "class" or set(value.split()) <= CLASSES, value
            assert name != "rel" or value == "noopener noreferrer"
            if name == "href":
                assert value.startswith(("https://", "mailto:", "#", "/")) and not value.startswith("//"), (
                    value
                )
                assert not set(value) & {*map(chr, range(33)), "\\", "<", ">", '"', "`", *TURNS_THE_LINE}, (
                    value
                )
                self.addresses.append(value)
            if name == "id":
                self.ids.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert not set(data) & TURNS_THE_LINE, data
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError("a declaration")

    def handle_pi(self, data: str) -> None:
        raise AssertionError("an instruction")


def test_the_corpus_has_three_hundred_payloads_and_more() -> None:
    """row 66"""
    assert len(payloads()) >= 300


@pytest.mark.parametrize("chunk", range(10))
def test_no_payload_brings_in_an_element_attribute_or_address_of_its_own(chunk: int) -> None:
    """rows 66, 75"""
    for payload in payloads()[chunk::10]:
        page = render(payload)
        House(page.html)
        House(render(f"前\n\n{payload}\n\n後").html)
        assert page.notice in ((TOO_MUCH, WOULD_HIDE) if page.plain else (None,))


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("<>&\"'`[]()!*_#-|:^\\\n\t =/;@あa1\u202e\u200b\x02\x03"), max_size=120))
def test_no_text_at_all_does(text: str) -> None:
    """rows 66, 75"""
    House(render(text).html)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_string_that_python_can_hold_is_rendered(text: str) -> None:
    """row 76: lone surrogates are refused on the way in, and do no harm should they be here."""
    House(render(text).html).text.encode("utf-8")


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from("[]()!*_#-|:^`<>&;\n 甲乙丙丁1a\\"), max_size=120))
def test_every_letter_that_was_typed_can_be_read(text: str) -> None:
    """row 24"""
    house = House(render(text).html)
    readable = house.text + "".join(html.unescape(address) for address in house.addresses)
    for letter in "甲乙丙丁":
        assert readable.count(letter) >= text.count(letter), letter


@pytest.mark.parametrize(
    "text",
    [
        "|費用|\n|---|\n|無料|ただし丙の負担とする|",
        '[条件]: https://example.jp "乙は無償で提供する"\n\n本文',
        "本文[^1]\n\n[^1]: 一\n[^1]: 丙に譲渡する",
        "``` これは隠れた条件であり丙がすべてを負担する\n本文\n```",
        '[資料](/x "丙が負担する")',
        "<!-- 丙が負担する -->",
        "<span hidden>丙が負担する</span>",
        "本文[^丙が負担する]\n\n[^丙が負担する]: 注",
        "![丙が負担する](https://example.jp/x.png)",
        "~~~{丙が負担する}\n本文\n~~~",
    ],
)
def test_no_formatting_hides_a_condition(text: str) -> None:
    """row 24"""
    house = House(render(text).html)
    for run in ("丙", "乙は無償"):
        assert house.text.count(run) >= text.count(run)


def test_what_is_shown_as_typed_is_shown_whole() -> None:
    text = "\n  <b>\n\n|費用|\n|---|\n|無料|ただし|\n"
    page = render(text)
    assert (page.plain, page.notice) == (True, WOULD_HIDE)
    assert page.html == '<pre class="as-typed">\n' + html.escape(text) + "</pre>"


FORMATTED = """# 目的

**「合意」**は、甲及び乙が*すべて*同意した
ときに成立する[^1]。

| 項目 | 金額の有無 | 備考 |
|:-----|:----------:|-----:|
| 会場 | ＡＢＣ | 無 |

3. 準備
4. 実施
    - 研修
    - 報告

用語
:   説明

> 引用 `code`

```python
x < 1 & y
```

[協定](/agreement#art6.2)と[府](https://www.pref.osaka.lg.jp/大阪?a=1&b=2)と<https://example.jp/a_b>と<taro@example.jp>

---

[^1]: 注の*本文*
"""


def test_a_text_of_the_office_is_formatted() -> None:
    page = render(FORMATTED, id_prefix="revision-3")
    assert (page.plain, page.notice) == (False, None)
    house = House(page.html)
    expected = "h3 strong em br sup a table thead th tbody td ol li ul dl dt dd blockquote code pre hr div"
    assert set(expected.split()) <= set(house.tags)
    assert "<strong>「合意」</strong>は" in page.html
    assert '<th class="align-left" scope="col">項目</th>' in page.html
    assert '<td class="align-right">無</td>' in page.html
    assert '<ol start="3">' in page.html
    assert "x &lt; 1 &amp; y" in page.html
    assert [address for address in house.addresses if not address.startswith("#")] == [
        "/agreement#art6.2",
        "https://www.pref.osaka.lg.jp/大阪?a=1&b=2",
        "https://example.jp/a_b",
        "mailto:taro@example.jp",
    ]


def test_footnotes_lead_there_and_back_and_keep_apart_on_one_page() -> None:
    text = "一[^a]二[^注2]三[^a]\n\n[^a]: あ\n[^注2]: い"
    ids = []
    for prefix in ("reply-1", "reply-2"):
        house = House(render(text, id_prefix=prefix).html)
        targets = [address[1:] for address in house.addresses]
        assert targets and set(targets) <= set(house.ids)
        assert len(house.ids) == len(set(house.ids))
        ids += house.ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("prefix", ["", "1", "A", "a b", 'a"', "a" * 41, "日"])
def test_a_prefix_is_a_plain_word(prefix: str) -> None:
    with pytest.raises(ValueError):
        render("x", id_prefix=prefix)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", '<p>a<span class="invisible">[U+202E]</span>b</p>'),
        ("a&#x202e;b", '<p>a<span class="invisible">[U+202E]</span>b</p>'),
        ("`\u2066`", '<p><code><span class="invisible">[U+2066]</span></code></p>'),
        ("a\u200bb", '<p>a<span class="invisible">[U+200B]</span>\u200bb</p>'),
        ("辻\U000e0100さん", "<p>辻\U000e0100さん</p>"),
    ],
)
def test_invisible_characters_are_shown(text: str, shown: str) -> None:
    """row 75"""
    assert render(text).html == shown


@pytest.mark.parametrize(
    "address", ["http://example.jp", "javascript:alert(1)", "//evil.example", "x.html", "tel:110"]
)
def test_a_link_that_may_not_be_followed_stays_as_it_was_typed(address: str) -> None:
    """row 66: so the reader sees where it would have led."""
    page = render(f"前[資料]({address})後")
    assert page == Rendered(f"<p>前[資料]({address})後</p>", plain=False, notice=None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("あ" * (CHARACTERS + 1), "too_long"),
        ("\t" * (CHARACTERS // 4 + 1), "too_long"),
        ("a\n" * LINES, "too_many_lines"),
        ("[" * (BRACKETS + 1), "too_many_brackets"),
        ("`" * (BACKTICKS + 1), "too_many_backticks"),
        ("*_" * (EMPHASES // 2) + "*", "too_many_emphases"),
        ("- " * (DEPTH + 1) + "x", "too_deep"),
        (">" * (DEPTH + 1) + "x", "too_deep"),
        ("> " * (DEPTH + 1) + "x", "too_deep"),
        ("1. " * (DEPTH + 1) + "x", "too_deep"),
        ("    " * DEPTH + "- x", "too_deep"),
        ("\t" * DEPTH + "12. x", "too_deep"),
        (": - 1. > * + " * 2 + "x", "too_deep"),
    ],
)
def test_beyond_a_cap_the_form_says_which_and_the_page_shows_it_as_typed(text: str, problem: str) -> None:
    """row 67"""
    assert check_source(text) == [problem]
    assert problem in PROBLEMS
    page = render(text)
    assert (page.plain, page.notice) == (True, TOO_MUCH)
    assert House(page.html).text == "\n" + text


@pytest.mark.parametrize(
    "text",
    ["", "あ" * CHARACTERS, "a\n" * (LINES - 1), "[" * BRACKETS, "`" * BACKTICKS, "*" * EMPHASES,
     "- " * DEPTH + "x", " " * 80 + "令和7年10月1日", "\t" * 30 + "右寄せ", "----------", FORMATTED],
)  # fmt: skip
def test_up_to_a_cap_all_is_well(text: str) -> None:
    """row 67"""
    assert check_source(text) == []


@pytest.mark.parametrize("part", range(4))
def test_the_slow_patterns_end_and_break_nothing(part: int) -> None:
    """row 67: within the caps or beyond them; the worker's limit of two seconds holds for each."""
    caps = {"[": BRACKETS, "`": BACKTICKS, "\n": LINES - 1, "*": EMPHASES // 2, "_": EMPHASES // 2}
    for text in slow_texts(caps, CHARACTERS)[part::4]:
        House(render(text).html)


# -- the process behind it -------------------------------------------------------------------------

_HELLO = r"""
import json, sys, os, time
def read():
    head = sys.stdin.buffer.read(4)
    return json.loads(sys.stdin.buffer.read(int.from_bytes(head, "big"))) if len(head) == 4 else sys.exit()
def write(answer):
    body = json.dumps(answer).encode()
    sys.stdout.buffer.write(len(body).to_bytes(4, "big") + body); sys.stdout.buffer.flush()
write({"ready": True})
"""
_SLOW_ON_DEMAND = (
    _HELLO
    + r"""
while True:
    question = read()
    while "endless" in question["source"]:
        pass
    if "crash" in question["source"]:
        os._exit(3)
    write({"page": f"<p>{os.getpid()}</p>", "hides": False})
"""
)


@pytest.fixture
def slow_worker() -> Iterator[MarkdownWorker]:
    worker = MarkdownWorker([sys.executable, "-I", "-c", _SLOW_ON_DEMAND], seconds=0.3)
    yield worker
    worker.close()


def test_an_endless_rendering_is_cut_and_the_next_text_is_rendered(slow_worker: MarkdownWorker) -> None:
    """row 67"""
    first = render("x", worker=slow_worker)
    cut = render("endless <b>", worker=slow_worker)
    assert cut == Rendered('<pre class="as-typed">\nendless &lt;b&gt;</pre>', plain=True, notice=TOO_MUCH)
    after = render("x", worker=slow_worker)
    assert not after.plain
    assert after != first  # another process


def test_a_crash_in_the_renderer_is_no_crash_of_ours(slow_worker: MarkdownWorker) -> None:
    assert render("crash", worker=slow_worker).plain
    assert not render("x", worker=slow_worker).plain


def test_a_process_that_was_killed_between_two_texts_is_started_again(slow_worker: MarkdownWorker) -> None:
    """row 107"""
    pid = int(House(render("x", worker=slow_worker).html).text)
    os.kill(pid, signal.SIGKILL)
    again = render("x", worker=slow_worker)
    assert not again.plain
    assert int(House(again.html).text) != pid


@pytest.mark.parametrize("command", [["/nowhere/python"], [sys.executable, "-c", "raise SystemExit(1)"]])
def test_without_a_process_the_text_is_shown_as_typed(command: list[str]) -> None:
    worker = MarkdownWorker(command, seconds=5)
    page = render("**x**", worker=worker)
    assert (page.plain, page.notice) == (True, TOO_MUCH)
    worker.close()


def test_threads_get_each_their_own_text() -> None:
    def one(number: int) -> bool:
        return render(f"**{number}**").html == f"<p><strong>{number}</strong></p>"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(200)))


def _in_a_fork(numbers: range) -> bool:
    return all(render(f"*{number}*").html == f"<p><em>{number}</em></p>" for number in numbers)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # with threads: just what is tried here
def test_a_fork_renders_with_a_process_of_its_own_while_the_parent_goes_on() -> None:
    """Web servers fork; two processes on one pair of pipes would read each other's texts."""
    assert render("x").html == "<p>x</p>"
    stop = threading.Event()
    faults: list[int] = []

    def go_on() -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            if render(f"**{number}**").html != f"<p><strong>{number}</strong></p>":
                faults.append(number)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        pids = []
        for start in (0, 1_000):
            pid = os.fork()
            if pid == 0:
                os._exit(0 if _in_a_fork(range(start, start + 50)) else 1)
            pids.append(pid)
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0]
    finally:
        stop.set()
        thread.join()
    assert faults == []


def test_the_process_ends_with_its_owner() -> None:
    worker = MarkdownWorker()
    assert not render("x", worker=worker).plain
    process = worker._process
    assert process is not None and process.poll() is None
    del worker
    assert process.poll() is not None


def test_the_worker_knows_nothing_of_the_portal() -> None:
    """It starts alone, by its path, in a Python that sees neither the portal nor the environment."""
    source = Path(kernel_markdown.__file__).with_name("markdown_worker.py").read_text("utf-8")
    assert "import portal" not in source and "from portal" not in source


def test_headings_begin_below_the_pages_own_and_skip_no_level() -> None:
    """A reader who goes by headings meets no gap, whatever levels were typed."""
    page = render("### 目的\n\n# 概要\n\n#### 細目\n\n## 次\n").html
    assert re.findall("<h([1-6])", page) == ["3", "3", "4", "4"]
