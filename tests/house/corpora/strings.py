"""Strings that have done harm somewhere: for every field of every form, and for every argument of an address."""

ADDRESS_VALUES = [
    "", "0", "-1", "1e3", "1e999", "NaN", "Infinity", "9223372036854775807", "9223372036854775808",
    "340282366920938463463374607431768211456", "0x10", "1_000", "%EF%BC%91%EF%BC%90", "%00", "%0d%0aSet-Cookie:%20harm=1",
    "%F0%9F%98%80", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "..%2f..%2fetc", "'%20OR%201=1--", "%25%25%5f", "{{7*7}}",
    "%3Cscript%3Ealert(1)%3C/script%3E", "joint", "1.joint.1", "99999999999999999999.joint.1", "1759287600000000.joint.-1",
    "1759287600000000.nowhere.1", "253402300800000000.joint.1", "-1.joint.1", "1759287600000000." + "x" * 60,
    "2025-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "R99.99.99", "%E4%BB%A4%E5%92%8C7%E5%B9%B49%E6%9C%8810%E6%97%A5",
    "a" * 3_000, "[]", "true", "null", "%u3042", "1,2,3", "=cmd|'/c'!A1", "https:evil.example", "//evil.example", "%5C%5Cevil",
]  # fmt: skip
"""Values of arguments, as an address carries them."""

TEXTS = {
    # Too much, or nothing
    "empty": "",
    "spaces": " \u3000 ",
    "long line": "長" * 250,
    "long": "あ" * 25_000,
    "very long": "x" * 40_000,
    "many lines": "行\n" * 5_000,
    # What cannot be seen
    "bidi": "合意\u202e意同しな\u202cする",
    "isolates": "\u2066左\u2069右\u200f",
    "zero width": "甲\u200b\u200c\u200d\u2060\ufeff乙",
    "only zero width": "\u200b\u200b",
    "tags": "a\U000e0041\U000e0042",
    "private use": "髙\ue000橋",
    "combining": "e" + "\u0301" * 300,
    "variation": "辻󠄀と葛󠄀",
    "emoji": "👩‍👩‍👧 と 🇯🇵",
    "line separators": "一\u2028二\u2029三",
    "not characters": "a\ufffe\uffff",
    # Controls
    "null": "a\x00b",
    "escape": "a\x1b[31mb\x07",
    "delete": "a\x7fb\x85c",
    "windows lines": "一\r\n二\r三",
    "tab": "一\t二",
    "header": "件名\r\nBcc: evil@example.jp",
    # Other languages than text
    "script": "<script>alert(1)</script>",
    "image": "\"><img src=x onerror=alert(1)>",
    "textarea": "</textarea><script>alert(1)</script>",
    "entity": "&lt;b&gt; &amp; &#x202e;",
    "sql": "'; DROP TABLE members; --",
    "like": "100%_\\",
    "template": "${7*7} {%7*7%} #{7*7}",
    "format": "%s %d %n %x",
    "path": "../../../../etc/passwd",
    "formula": "=HYPERLINK(\"https://evil.example\")",
    "wide formula": "＝ＳＵＭ（Ａ１）",
    "json": "{\"party\": \"otsu\", \"roles\": [\"consent_officer\"]}",
    "address": "https://evil.example/?q=協定",
    # Markdown
    "markdown link": "[押す](javascript:alert(1)) <https://evil.example>",
    "markdown image": "![x](https://evil.example/pixel.gif)",
    "markdown brackets": "[" * 600,
    "markdown nest": "> " * 300 + "x",
    "markdown stars": "**a" * 2_000,
    "markdown html": "<style>*{display:none}</style><form action=//evil.example>",
    "markdown footnote": "[^a]: x\n\n[^a] [^\"><img src=x onerror=alert(1)>]",
    # Numbers and days that are none
    "not a number": "NaN",
    "exponent": "1e3",
    "overflow": "9223372036854775808",
    "negative": "-1",
    "wide figures": "１２３",
    "no such day": "2025-02-30",
    "no such month": "令和7年13月1日",
    "no such era": "明治99年1月1日",
    "year nought": "0000-01-01",
    "year ten thousand": "10000-01-01",
    "far day": "9999-12-31",
    "old day": "1868-01-25",
    "us day": "13/32/2025",
}  # fmt: skip
"""What is typed or pasted into every field, by what is odd about it."""
KEPT_AS_TYPED = frozenset(TEXTS) - {"empty", "spaces"}
