"""Templates compiled once for each language, every word in its place, so that a page asks no catalogue for it."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe._speedups import _escape_inner

_WORDS = frozenset({"_", "gettext"})


def as_output(value: Any) -> str:
    """What stands on a page for `value`: as `escape` has it, but that a text already safe is not copied, and one
    that is escaped is not marked safe for nobody's sake. A page has hundreds of both."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    safe: str = value if kind is Markup else escape(value)
    return safe


class _Writer(CodeGenerator):
    """Writes templates that put out what they say by `as_output`."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """The template's code, which begins with the name it needs besides Jinja's own."""
        self.writeline(f"from {__name__} import {as_output.__name__}")
        super().visit_Template(node, frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        # The hook that Jinja's own native templates use.
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write(f"{as_output.__name__}(")


class Templates(Environment):
    """The portal's templates: as they stand, and by `in_language` in one language."""

    code_generator_class = _Writer
    say: Callable[[str], str] | None = None
    """The words of the one language these are in; None: they are asked for while a page is made."""
    language: str | None = None

    def in_language(self, code: str, say: Callable[[str], str]) -> Templates:
        """The same templates in the language `code`, with the words that `say` gives for a message."""
        one: Templates = self.overlay()
        one.language, one.say = code, say
        return one

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The house's own names, as they are: no template adds any, and a chain of maps takes long to compare."""
        return super().make_globals(d) if d else self.globals

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        # The hook that Jinja offers between reading a template and compiling it.
        _OtherwiseNothing().visit(source)
        if self.say:
            _InPlace(self.say).visit(source)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)


class _OtherwiseNothing(NodeTransformer):
    """Where a template says `… if …` and no else, there is nothing otherwise: an empty text, at once, and no undefined
    value, which takes longer to become one than most macros."""

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Node:
        """A condition within an expression."""
        self.generic_visit(node)
        if node.expr2 is None:
            node.expr2 = nodes.Const("", lineno=node.lineno)
        return node


class _InPlace(NodeTransformer):
    """Puts the words of a language in the place of `_("…")`: safe text, its named places filled with escaped
    facts, exactly as Jinja's own gettext gives them."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self.say = say

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        """What is put out; words with facts in them, piece by piece, so that no sentence is put together first."""
        pieces: list[nodes.Expr] = []
        for one in node.nodes:
            message = _message(one)
            pieces += _pieces(self.say(message), one) if message is not None else [one]
        node.nodes = pieces
        self.generic_visit(node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """A call; of gettext with a message written out, the words themselves."""
        self.generic_visit(node)
        message = _message(node)
        if message is None:
            return node
        if not node.kwargs:
            return _safe(self.say(message), node)
        facts = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs])
        return nodes.Mod(nodes.MarkSafe(nodes.Const(self.say(message))), facts, lineno=node.lineno)


def _message(node: nodes.Node) -> str | None:
    """The message of a call of gettext that has it written out; None of anything else."""
    match node:
        case nodes.Call(
            node=nodes.Name(name=name), args=[nodes.Const(value=str(message))], dyn_args=None, dyn_kwargs=None
        ) if name in _WORDS:
            return message
    return None


def _safe(words: str, node: nodes.Node) -> nodes.Expr:
    return nodes.MarkSafe(nodes.Const(str(Markup(words) % {})), lineno=node.lineno)  # noqa: S704  # our own words


_PLACE = re.compile(r"%\((\w+)\)s")


def _pieces(words: str, node: nodes.Expr) -> list[nodes.Expr]:
    """The words and, in their places, the facts of this call of gettext."""
    assert isinstance(node, nodes.Call)
    facts = {one.key: one.value for one in node.kwargs}
    pieces: list[nodes.Expr] = []
    for number, piece in enumerate(_PLACE.split(words)):
        if number % 2 and facts:
            pieces.append(facts[piece])
        elif piece:
            pieces.append(_safe(piece, node))
    return pieces
