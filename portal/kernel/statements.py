"""Statements that every act carries out, made into words once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Dialect, Insert, Update, bindparam


class WriteStatement:
    """An INSERT or UPDATE that every act carries out: its words are made once for each kind of database, choice of columns and
    number of rows, in less than half the time of having them looked up (performance.md)."""

    def __init__(self, statement: Insert | Update) -> None:
        self._statement = statement
        self._made: dict[tuple[Any, ...], _Words] = {}

    def carry_out(self, connection: Connection, *given: Mapping[str, object]) -> None:
        """The rows `given`, which have the same columns, stand as the statement says. No row comes back."""
        for start in range(0, len(given), _AT_A_TIME):
            rows = given[start : start + _AT_A_TIME]
            dialect = connection.dialect
            key = dialect.name, len(rows), *rows[0]
            words = self._made.get(key)
            if words is None:
                words = self._made[key] = self._make(dialect, rows)
            values = [way(rows[row][name]) if way else rows[row][name] for row, name, way in words.places]
            by_place: Any = tuple(values) if dialect.positional else dict(zip(words.names, values, strict=True))
            connection.exec_driver_sql(words.text, by_place)

    def _make(self, dialect: Dialect, rows: Sequence[Mapping[str, object]]) -> _Words:
        statement = self._statement
        names = {column: (0, column) for column in rows[0]}
        if len(rows) > 1:
            assert isinstance(statement, Insert)
            columns = {name: cast(Any, statement.table).c[name].type for name in rows[0]}
            names = {f"{name}_{row}": (row, name) for row in range(len(rows)) for name in columns}
            statement = statement.values(
                [
                    {name: bindparam(f"{name}_{row}", type_=type_) for name, type_ in columns.items()}
                    for row in range(len(rows))
                ]
            )
        made = cast(Any, statement.compile(dialect=dialect, column_keys=list(rows[0])))
        ways = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in made.binds.items()}
        given = list(made.positiontup or made.binds)
        return _Words(str(made), given, [(*names[name], ways[name]) for name in given])


class _Words(NamedTuple):
    text: str
    names: list[str]
    """Its parameters."""
    places: list[tuple[int, str, Callable[[Any], Any] | None]]
    """Of each, the row and the column that it is, and how its value is written in this kind of database."""


_AT_A_TIME = 8
