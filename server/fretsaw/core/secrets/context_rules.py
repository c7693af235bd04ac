"""Secrets that their surroundings give away: the name before a value, a URL, a header, a key's first and last line.

Every function yields (start, end, rule) of values in a text; whether a value is by chance is judged here too.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import TypeAlias

from fretsaw.core.secrets.chance import entropy, is_letters_by_chance, is_placeholder, is_random, wordiness

Span: TypeAlias = "tuple[int, int, str]"
"""Start, end, name of the rule."""

NAMES = (
    "pass", "pwd", "secret", "token", "auth", "cred", "bearer", "basic", "identified by", "dsn", "-u",
)  # fmt: skip
"""One of these, or `key`, in small letters, is in every line that `named_values` has to look at."""
_NAME = (
    r"(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|bearer|dsn|(?:api|app|access|account|auth|private|"
    r"signing|encryption|encrypt|master|session|client|service|license|licence|storage|shared|deploy|admin|root|hmac|"
    r"jwt|subscription|integration|consumer|publish|webhook|server|cookie|secure|auth_?token|preauth|openai|github|"
    r"stripe|redis|db|database|user|smtp|mail)[ _.-]?(?:key|token|secret|pass(?:word)?|pwd|auth)(?:[ _.-]?base)?"
    r"|authkey|authtoken|_auth|secretkey|apikey|key)"
)
_ASSIGNED = re.compile(  # of a text in small letters: twice as fast as regardless of case
    r"(?P<name>(?:pass|pwd|secret|token|credential|bearer|dsn|key|auth)[a-z0-9_.-]{0,40})"
    r"(?:\\?[\"'`\]]){0,4}[ \t]{0,20}(?:=>|:=|==|\?=|=|:|,|\()[ \t]{0,20}"
    r"(?P<value>[a-z]{0,2}(?P<quote>\\?\"\"\"|'''|\\?\"|'|`)(?P<quoted>[^\"'`\r\n]{6,400})(?P=quote)|(?P<bare>[^\s\"'`,;<>(){}\[\]]{8,400}))"
)
_TAGGED = re.compile(rf"(?i)<(?P<name>[\w:.-]{{0,30}}{_NAME}[\w.-]{{0,10}})>(?P<value>[^<>\s]{{6,200}})</")
_ATTRIBUTE = re.compile(
    rf"(?i)\b(?:key|name)=\"(?P<name>[\w:.-]{{0,40}}?{_NAME}[\w.-]{{0,40}})\"\s+value=\"(?P<value>[^\"\s]{{6,200}})\""
)
# The next five are for a text in small letters, and begin with a word: what is before it is asked behind it, since only
# an expression that begins with letters jumps from one place of them to the next.
_OPTIONS = (
    re.compile(
        r"-(?<![\w-]-)-?(?:[a-z]{1,20}-){0,4}(?:password|passwd|pass|token|secret|api-?key|auth-?key|authtoken|access-key"
        r"|key|pat)(?:[ \t]{1,20}|=)[\"']?(?P<value>[^\s\"'<>]{8,200})"
    ),
    re.compile(r"docker login\b[^\n]{0,200}?\s-p(?:[ \t]{1,20}|=)[\"']?(?P<value>[^\s\"'<>]{8,200})"),
)
_LOGIN = re.compile(r"-(?<![\w-]-)(?:u|-user)(?:[ \t]{1,20}|=)[\"']?[\w.@%+-]{1,80}:(?P<value>[^\s\"'<>]{6,200})")
_HEADERS = tuple(
    re.compile(rf"{word}(?<!\w{word}){rest}[ \t]{{1,20}}[\"']?(?P<value>[\w+/=.~-]{{16,4000}})")
    for word, rest in (
        *((word, "") for word in ("bearer", "basic", "token", "apikey")),
        ("x-", r"[\w-]{0,40}?(?:key|token|secret|auth)[\"']?:"),
        ("authorization", r"[\"']?[:=,][ \t]{0,20}[\"']?"),
    )
)
_SQL = tuple(
    re.compile(rf"{word}(?<!\w{word}){rest}\s+'(?P<value>[^'\n]{{6,200}})'")
    for word, rest in (("identified", r"\s+(?:with\s+\w+\s+)?(?:by|as)"), ("password", ""))
)
_CONNECTIONS = tuple(
    re.compile(rf"{word}(?<![\w-]{word})\s*=\s*(?P<value>[^;\"'\s<>]{{6,200}})(?=[;\"'])")
    for word in ("password", "pwd", "sharedaccesskey", "accesskey")
)
_URL = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,20}://(?P<user>[^\s:/?#@\"'<>]{0,100}):(?P<value>[^\s/?#\"'<>]{1,200}?)@(?P<host>[\w.${}<>\[\]%-]+)"
)
_USER_URL = re.compile(r"(?i)\bhttps?://(?P<value>[A-Za-z0-9_-]{20,100})(?::x-oauth-basic|:)?@[\w.-]+")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_LOCAL = re.compile(
    r"(?i)^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host$|hostname|example|[\w.-]*\.example(?:\.|$)|[\w.-]*\bexample\.(?:com|org|net)"
    r"|[\w.-]*\.(?:test|invalid|localhost)$|[${<%])"
)
_NOT_SECRET_NAME = re.compile(
    r"(?i)hash|sha\d|md5|digest|checksum|fingerprint|thumbprint|public|pub_?key|integrity|commit|revision|etag|uuid|guid"
    r"|expected|vector|nonce|cache|foreign|primary_?key|sort_?key|row_?key|index|token_?(?:name|type|uri|url|path|file|id$"
    r"|endpoint|count|limit|size|length)|key_?(?:name|id$|path|file|type|size|length|code|board|version|prefix)|secret_?"
    r"(?:name|id$|path|file|version|ref|arn)|pass(?:word)?_?(?:field|hash|file|name|reset|policy|regex|pattern|url)"
    r"|site_?key|instrumentation|translation|author|placeholder|label|tokenizer|keyword|compass|bypass|passed|passing"
)
_STRONG_NAME = re.compile(
    r"(?i)pass|pwd|secret|token|credential|api_?-?key|(?:access|account|private|signing|encryption|master|auth)"
    r"[ _.-]?key|license_key|authkey|bearer|_auth"
)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_UUID = re.compile(r"(?i)\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?")
_CODE = re.compile(
    r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)+|[A-Z][A-Z0-9_]+|[a-z]+(?:[_-][a-z0-9.]{1,12})+|\d[\d._-]*"
)
"""An attribute, a constant, a name: what stands for a value elsewhere."""
_PATH = re.compile(
    r"^(?:[./~]|[A-Za-z]:\\)|^(?:arn|urn|https?|file|data|env|vault|op|ssm|sm|projects?):|://|^#[0-9a-fA-F]{3,8}$"
)
_BASE64_PATH = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_EXPRESSION = re.compile(
    r"[A-Za-z_]\|[A-Za-z_]|\\[rn]|\[[^\]]*-[^\]]*\]|\\[dwsDWSbx]|\(\?|[)\]]\{\d|\.[*+]"
    r"|[A-Za-z_]\w*\(\)?$|\w\([\w, .]*\)"
)


def lower(text: str) -> str:
    """The text in small letters and as long as before, which `str.lower` does not promise."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_SMALL)


def named_values(text: str, *, is_test: bool = False, is_lock: bool = False) -> Iterator[Span]:
    """Values that their name, their option or their header says are secret."""
    lowered = lower(text)
    for start, end in _values(_HEADERS, lowered):
        if is_random(text[start:end], 16) and not _is_plain_inside(text[start:end]):
            yield start, end, "authorization-header"
    for patterns, rule in _PASSWORDS:
        for start, end in _values(patterns, lowered):
            if _is_generated(text[start:end], "password", is_test=is_test):
                yield start, end, rule
    if is_lock:
        return
    for pattern, word in ((_TAGGED, "</"), (_ATTRIBUTE, 'value="')):
        for found in pattern.finditer(text) if word in lowered else ():
            if _is_generated(found["value"], found["name"], is_test=is_test):
                yield *found.span("value"), "named-secret"
    for start, end in _values(_CONNECTIONS, lowered):
        if _is_generated(text[start:end], "password", is_test=is_test):
            yield start, end, "connection-string"
    yield from _assigned(text, lowered, is_test=is_test)


_PASSWORDS = ((_OPTIONS, "command-line-secret"), ((_LOGIN,), "command-line-password"), (_SQL, "sql-password"))


def _values(patterns: Iterable[re.Pattern[str]], lowered: str) -> Iterator[tuple[int, int]]:
    return (found.span("value") for pattern in patterns for found in pattern.finditer(lowered))


def _assigned(text: str, lowered: str, *, is_test: bool) -> Iterator[Span]:
    at = 0
    while found := _ASSIGNED.search(lowered, at):
        at = found.end("name") + 1
        group = "quoted" if found["quoted"] else "bare"
        start, end = found.span(group)
        value = text[start:end]
        if _is_plain(value) or _PAIR.search(lowered, start, end):
            continue  # most of what a program assigns, told before its name is looked at
        name = _before(text, found.start("name")) + text[slice(*found.span("name"))]
        if group == "bare":
            end -= len(value) - len(value.rstrip(".:\\"))
            value = text[start:end]
            if text[end : end + 1] in ("(", "[") or value.startswith("&") or "::" in value or "->" in value:
                continue  # what is called or looked up stands for the value
            if text[start - 1] == ":" and text[max(0, found.end("name") - len(name) - 1)] in ":/":
                continue  # a part of an address, as arn:aws:…:secret:name
        if value and _is_generated(value, name, is_test=is_test):
            yield start, end, "named-secret"
            at = end


_PAIR = re.compile(r"(?:pass|pwd|secret|token|credential|bearer|dsn|key|auth)[a-z0-9_.-]{0,40}[=:]")
"""A name and its value within a value, as in a URL's query: they are met by themselves."""


def _is_plain(value: str) -> bool:
    """Return True if a value is a sentence, another name or a short word."""
    if value.isalpha() and is_letters_by_chance(value):
        return False
    return (
        " " in value or _CODE.fullmatch(value) is not None or (len(value) < 16 and value.isalpha() and value.islower())
    )


def _before(text: str, at: int) -> str:
    """The part of a name that stands before the telling word in it."""
    first = at
    while first > max(0, at - 40) and (text[first - 1].isalnum() or text[first - 1] in "_.-"):
        first -= 1
    return text[first:at]


def _is_generated(value: str, name: str, *, is_test: bool) -> bool:
    """Return True if the value of something with this name is a secret that was made, not an example or another
    name."""
    if _NOT_SECRET_NAME.search(name):
        return False
    if is_letters_by_chance(value):
        return _STRONG_NAME.search(name) is not None and not is_test and not _is_plain_inside(value)
    if _stands_for_something(value):
        return False
    if _UUID.fullmatch(value):
        return bool(re.search(r"(?i)secret|passw|api_?key|auth_?token", name)) and not is_test
    strong = _STRONG_NAME.search(name) is not None
    if is_random(value, 16 if is_test or not strong else 8):
        return strong or entropy(value) >= 3.6
    return strong and not is_test and _is_made_up(value)


def _stands_for_something(value: str) -> bool:
    """Return True if a value is an example, a sentence, a path, an address, an expression or another name."""
    if " " in value or _PATH.search(value) or _EXPRESSION.search(value) or _CODE.fullmatch(value):
        return True
    if is_placeholder(value) or _is_plain_inside(value):
        return True
    return "/" in value and not _BASE64_PATH.fullmatch(value)


def _is_made_up(value: str) -> bool:
    """Return True if it is a password that a person made up: signs, digits and letters, and few words in it."""
    signs = any(not char.isalnum() and char not in "_-./:" for char in value)
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return signs and mixed and len(value) >= 10 and wordiness(value) < 0.6


def _is_plain_inside(value: str) -> bool:
    """Return True if a value in base64 says words, as `YWRtaW46cGFzc3dvcmQ=` says admin:password."""
    if len(value) % 4 or not _BASE64.fullmatch(value):
        return False
    inside = b64decode(value)
    password = inside.rpartition(b":")[2]
    if password.isascii():
        return password.isascii() and password.decode("ascii").isprintable() and not is_random(password.decode("ascii"))
    letters = inside.decode("utf-8", "replace")
    return "\ufffd" not in letters and letters.isprintable()


def url_passwords(text: str) -> Iterator[Span]:
    """Passwords and tokens between `://` and the host."""
    for found in _URL.finditer(text):
        value = found["value"]
        if is_placeholder(value) or len(value) < 4 or re.fullmatch(r"[$%{<].*", value):
            continue
        plain = _ENCODED.sub("_", value)
        if is_random(plain, 8) or (not _LOCAL.search(found["host"]) and _is_no_word(plain, found["user"])):
            yield *found.span("value"), "password-in-url"
    for found in _USER_URL.finditer(text):
        if is_random(found["value"], 20):
            yield *found.span("value"), "token-in-url"


def _is_no_word(value: str, user: str) -> bool:
    """Return True if it is not just a word, as in `user:password@` and `postgres:postgres@`."""
    digits = sum(map(str.isdigit, value))
    if value.lower() == user.lower():
        return False
    return is_letters_by_chance(value) or (len(value) >= 6 and bool(digits) and wordiness(value) < 0.7)


_BEGIN = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----|-----BEGIN ")
_PIECE = re.compile(r"(?:\\[nrt])|([A-Za-z0-9+/=_]{4,})")
_HEAD = re.compile(r"^[\s#*/\"']*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID)\s*:", re.IGNORECASE)
_MOST_BODY = 40_000


def private_keys(text: str) -> Iterator[Span]:
    """The lines between the first and the last line of a private key, each by itself."""
    at = 0
    while begin := _BEGIN.search(text, at):
        end = _END.search(text, begin.end(), begin.end() + _MOST_BODY)
        stop = end.start() if end else min(len(text), begin.end() + 4_000)
        at = max(stop, begin.end())
        body = text[begin.end() : stop]
        if _is_shortened(body):
            continue
        yield from _pieces(text, begin.end(), stop)
    if "Private-Lines: " not in text:
        return
    seen = 0  # where one block begins within another, its lines are not looked at twice
    for found in re.finditer(r"(?m)^Private-Lines: (\d{1,3})\s*?\n", text):
        count = int(found[1])
        lines = text[found.end() : found.end() + _MOST_BODY].split("\n", count)[:count]
        stop = found.end() + len("\n".join(lines))
        yield from _pieces(text, max(seen, found.end()), stop)
        seen = max(seen, stop)


def _is_shortened(body: str) -> bool:
    """Return True if what stands for the key is no key, as `...`."""
    signs = "".join(_PIECE.findall(body))
    return len(signs) < 4 or (len(signs) < 40 and (is_placeholder(body) or wordiness(signs) > 0.7)) or "{{" in body


def _pieces(text: str, start: int, stop: int) -> Iterator[Span]:
    for line in re.finditer(r"[^\n]+", text[start:stop]):
        if _HEAD.match(line[0]):
            continue
        for piece in _PIECE.finditer(line[0]):
            if piece[1]:
                yield start + line.start() + piece.start(1), start + line.start() + piece.end(1), "private-key"


_ANY_KIND = re.compile(r"kind[\"']?:\s*[\"']?secret")
_KIND = re.compile(r"(?m)^\s*[\"']?kind[\"']?:\s*[\"']?Secret[\"']?,?\s*$")
_DATA = re.compile(r"^(?P<indent>\s*)[\"']?(?P<kind>data|stringData)[\"']?:\s*$")
_ENTRY = re.compile(
    r"^(?P<indent>\s+)[\"']?[\w.-]+[\"']?:\s*(?:[|>][-+]?\s*)?(?P<quote>[\"']?)(?P<value>[^\"'\s#][^\"'\n]*?)?(?P=quote)\s*$"
)


def kubernetes_secrets(text: str) -> Iterator[Span]:
    """Values below `data` and `stringData` of a Kubernetes secret."""
    if not _ANY_KIND.search(lower(text)):
        return
    at = 0
    for document in re.split(r"(?m)^---.*$\n?", text):
        where = text.index(document, at)
        at = where + len(document)
        if not _KIND.search(document):
            continue
        depth: int | None = None
        place = where
        for line in document.split("\n"):
            start, place = place, place + len(line) + 1
            head = _DATA.match(line)
            if head:
                depth = len(head["indent"])
                continue
            if depth is None or not line.strip():
                continue
            if len(line) - len(line.lstrip()) <= depth:
                depth = None
                continue
            yield from _entry(line, start)


def _is_setting(value: str) -> bool:
    """Return True if a value is a word, a number, a host or a path: what stands beside a password in a secret."""
    plain = re.fullmatch(r"[a-z]+(?:[.-][a-z]+)*|\d{1,6}|true|false|[\w.+-]+://[^@\s]+|/[\w./-]+", value) is not None
    return (plain and wordiness(value) > 0.4) or value.isdigit() or (plain and "/" in value)


def _entry(line: str, start: int) -> Iterator[Span]:
    found = _ENTRY.match(line)
    if found:
        value, first, last = found["value"] or "", found.start("value"), found.end("value")
    else:
        value = line.strip()
        first = line.index(value)
        last = first + len(value)
    if (
        len(value) >= 4
        and not is_placeholder(value)
        and not value.startswith(("|", ">", "#"))
        and not _is_setting(value)
    ):
        yield start + first, start + last, "kubernetes-secret"
