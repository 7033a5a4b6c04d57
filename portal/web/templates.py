"""Templates compiled once for each language, every word in its place, so that a page asks no catalogue for it."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

_WORDS = frozenset({"_", "gettext"})


class Templates(Environment):
    """The portal's templates: as they stand, and by `in_language` in one language."""

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
        if self.say:
            _InPlace(self.say).visit(source).set_environment(self)
        return super()._generate(source, name, filename, defer_init)


class _InPlace(NodeTransformer):
    """Puts the words of a language in the place of `_("…")`: safe text, its named places filled with escaped
    facts, exactly as Jinja's own gettext gives them."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self.say = say

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """A call; of gettext with a message written out, the words themselves."""
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.node.name in _WORDS and not node.dyn_args):
            return node
        match node.args:
            case [nodes.Const(value=str(message))] if not node.dyn_kwargs:
                pass
            case _:
                return node
        if not node.kwargs:
            return nodes.MarkSafe(nodes.Const(str(Markup(self.say(message)) % {})), lineno=node.lineno)  # noqa: S704  # our own words
        facts = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs])
        return nodes.Mod(nodes.MarkSafe(nodes.Const(self.say(message))), facts, lineno=node.lineno)
