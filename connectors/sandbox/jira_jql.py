"""The part of JQL the stand-ins understand, as a tree: comparisons, lists, AND, OR, NOT, ORDER BY.

Grammar: https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY = "\0empty"
"""The value that stands for EMPTY and null."""

CURRENT_USER = "\0currentUser"
"""The value that stands for currentUser()."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>>=|<=|!=|!~|[=<>~(),])
    |(?P<word>cf\[\d+\]|[^\s=<>!~(),"']+))""",
    re.VERBOSE,
)
_SIGNS = frozenset({"=", "!=", ">=", "<=", ">", "<", "~", "!~"})
_RESERVED = frozenset({"and", "or", "not", "in", "is", "order", "by", "empty", "null", "was", "changed"})


class JqlError(ValueError):
    """The query is refused; the text is what Jira puts in `errorMessages`."""

    def __init__(self, *messages: str) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


@dataclass(frozen=True)
class Term:
    """One comparison; `field` is lower case, `operator` is a sign or "in", "not in", "is", "is not"."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """The negation of one part."""

    part: Node


@dataclass(frozen=True)
class All:
    """Parts joined by AND."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Some:
    """Parts joined by OR."""

    parts: tuple[Node, ...]


Node = Term | Not | All | Some


@dataclass(frozen=True)
class Query:
    """A parsed query: `where` is None when it restricts nothing; `order` holds (field, descending)."""

    where: Node | None
    order: tuple[tuple[str, bool], ...]


def parse(text: str) -> Query:
    """Parse one query; JqlError says what was expected."""
    return _Parser(_tokens(text)).query()


@dataclass(frozen=True)
class _Token:
    text: str
    quoted: bool

    @property
    def word(self) -> str:
        return "" if self.quoted else self.text.lower()


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise JqlError(
                f"Error in the JQL Query: The character '{text[at:].strip()[:1]}' is not expected here. "
                f"(line 1, character {at + 1})"
            )
        quoted = match["quoted"]
        plain = re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted else match["sign"] or match["word"]
        found.append(_Token(plain, quoted=bool(quoted)))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens; one query, used once."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def query(self) -> Query:
        where = None if self._word in {"", "order"} and not self._quoted else self._some()
        order = self._order() if self._accept("order") else ()
        if self._at < len(self._tokens):
            raise self._expected("either 'OR' or 'AND'")
        return Query(where, order)

    @property
    def _word(self) -> str:
        return self._tokens[self._at].word if self._at < len(self._tokens) else ""

    @property
    def _quoted(self) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].quoted

    def _accept(self, *words: str) -> str:
        if self._word in words and self._word:
            self._at += 1
            return self._tokens[self._at - 1].word
        return ""

    def _need(self, word: str) -> None:
        if not self._accept(word):
            raise self._expected(f"'{word.upper()}'")

    def _text(self, what: str) -> _Token:
        if self._at >= len(self._tokens) or self._word in _SIGNS | {"(", ")", ","}:
            raise self._expected(what)
        self._at += 1
        return self._tokens[self._at - 1]

    def _expected(self, what: str) -> JqlError:
        if self._at >= len(self._tokens):
            return JqlError(f"Error in the JQL Query: Expecting {what} before the end of the query.")
        return JqlError(
            f"Error in the JQL Query: Expecting {what} but got '{self._tokens[self._at].text}'. "
            f"(line 1, character {self._at + 1})"
        )

    def _some(self) -> Node:
        parts = [self._all()]
        while self._accept("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Node:
        parts = [self._one()]
        while self._accept("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Node:
        if self._accept("not"):
            return Not(self._one())
        if self._accept("("):
            inside = self._some()
            self._need(")")
            return inside
        return self._term()

    def _term(self) -> Term:
        token = self._text("a field name")
        if token.word in _RESERVED:
            raise JqlError(f"Error in the JQL Query: '{token.text}' is a reserved JQL word.")
        name = token.text.lower()
        if self._accept("is"):
            operator = "is not" if self._accept("not") else "is"
            return Term(name, operator, (self._value(),))
        if self._accept("not"):
            self._need("in")
            return Term(name, "not in", self._list())
        if self._accept("in"):
            return Term(name, "in", self._list())
        operator = self._accept(*_SIGNS)
        if not operator:
            raise self._expected("operator")
        return Term(name, operator, (self._value(),))

    def _list(self) -> tuple[str, ...]:
        self._need("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)

    def _value(self) -> str:
        token = self._text("a value")
        if token.word in {"empty", "null"}:
            return EMPTY
        if self._word == "(" and not token.quoted:
            self._at += 1
            self._need(")")
            if token.word != "currentuser":
                raise JqlError(f"Unable to find JQL function '{token.text}()'.")
            return CURRENT_USER
        return token.text

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._need("by")
        found = [self._sorting()]
        while self._accept(","):
            found.append(self._sorting())
        return tuple(found)

    def _sorting(self) -> tuple[str, bool]:
        name = self._text("a field name").text.lower()
        return name, self._accept("asc", "desc") == "desc"
