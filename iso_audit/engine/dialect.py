"""The engine's statements, which are DuckDB's, in the words of Spark: sqlglot and what it does not know.

Both must answer alike to the last row; what they read differently stands here in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from sqlglot import exp, parse_one

_FUNCTIONS = {
    "epoch_us": "unix_micros({0})",
    "make_timestamptz": "timestamp_micros({0})",
    "timezone": "from_utc_timestamp({1}, {0})",
}
"""Functions that sqlglot does not know, for a session in UTC."""
_BLANKS = r"^\p{Zs}+|\p{Zs}+$"
"""What `trim` of DuckDB takes away; that of Spark knows the plain blank alone."""
_WIDE = "DECIMAL(38, 0)"
"""Spark's widest whole number."""
_WIDE_BITS = 124
_IN_TEXT = (exp.RegexpLike, exp.RegexpExtract)
_IN_TEXT_NAMES = {"damerau_levenshtein", "nfc_normalize", "try_strptime"}
"""Functions of which Java's reading differs: a row of text is read by DuckDB on either engine."""


class Act(Enum):
    """What a statement does."""

    CREATE = "create"
    DECLARE = "declare"
    VIEW = "view"
    INSERT = "insert"
    DROP = "drop"
    ASK = "ask"


@dataclass(frozen=True)
class Statement:
    """A statement taken apart: what it does to which table, and the rows that it asks for."""

    act: Act
    name: str = ""
    query: exp.Expr | None = None
    columns: str = ""
    """Columns and their types, where a table is declared without rows."""


@lru_cache(maxsize=512)
def taken_apart(text: str) -> Statement:
    """Take a statement apart; an UPDATE is a table made anew."""
    tree = parse_one(text, dialect="duckdb")
    if isinstance(tree, exp.Create):
        if isinstance(tree.this, exp.Schema):
            columns = ", ".join(_said(column) for column in tree.this.expressions)
            return Statement(Act.DECLARE, tree.this.this.name, columns=columns)
        act = Act.VIEW if tree.kind == "VIEW" else Act.CREATE
        return Statement(act, tree.this.name, tree.expression)
    if isinstance(tree, exp.Insert):
        query = tree.expression
        if tree.args.get("with_"):
            query.set("with_", tree.args["with_"])
        return Statement(Act.INSERT, tree.this.name, query)
    if isinstance(tree, exp.Update):
        return Statement(Act.CREATE, tree.this.name, _updated(tree))
    if isinstance(tree, exp.Drop):
        return Statement(Act.DROP, next(tree.find_all(exp.Table)).name)
    return Statement(Act.ASK, query=tree)


def _updated(tree: exp.Update) -> exp.Expr:
    """The rows of a table after an UPDATE: those that it changes, and all others."""
    name, where = tree.this.sql("duckdb"), tree.args["where"].sql("duckdb")
    news = ", ".join(
        f"{each.expression.sql('duckdb')} AS {each.this.sql('duckdb')}" for each in tree.expressions
    )
    return parse_one(
        f"SELECT * REPLACE ({news}) FROM {name} {where} UNION ALL "
        f"(SELECT * FROM {name} EXCEPT ALL SELECT * FROM {name} {where})",
        dialect="duckdb",
    )


def ordered_by(statement: Statement) -> list[str]:
    """The columns by which the rows of a statement are put in order; none where they are not."""
    order = statement.query.args.get("order") if statement.query is not None else None
    return [each.this.name for each in order.expressions] if order is not None else []


def row_wise(query: exp.Expr, sources: frozenset[str]) -> list[exp.Select]:
    """The SELECTs of a query that look at each row of one table by itself and must be read by DuckDB.

    Those are all from a source, and those that look into a text. Of a DISTINCT that reads rows in parts,
    the rows that it leaves must be made distinct once more.
    """
    return [
        select
        for select in query.find_all(exp.Select)
        if isinstance(table := _only_table(select), exp.Table)
        and (table.name in sources or _reads_text(select))
        and not select.find(exp.AggFunc, exp.Window)
        and all(other is select for other in select.find_all(exp.Query))
    ]


def _only_table(select: exp.Select) -> exp.Expr | None:
    """The one relation that a SELECT is from, where it does nothing to its rows together but DISTINCT."""
    together = ("joins", "group", "order", "limit", "having", "with_", "laterals", "qualify")
    if any(select.args.get(part) for part in together) or "from_" not in select.args:
        return None
    if (distinct := select.args.get("distinct")) is not None and distinct.args.get("on"):
        return None
    found: exp.Expr = select.args["from_"].this
    return found


def _reads_text(select: exp.Select) -> bool:
    names = {each.name.lower() for each in select.find_all(exp.Anonymous)}
    return select.find(*_IN_TEXT) is not None or bool(names & _IN_TEXT_NAMES)


def in_duckdb(select: exp.Select) -> tuple[str, str, list[str], set[str]]:
    """A row-wise SELECT in DuckDB's words: its text, table, the columns it needs, and its values."""
    table = select.args["from_"].this.name
    columns = sorted({column.name for column in select.find_all(exp.Column)})
    return select.sql("duckdb"), table, columns, {each.name for each in select.find_all(exp.Placeholder)}


def in_spark(query: exp.Expr, columns: dict[str, list[str]]) -> str:
    """A query in Spark's words; `columns` are those of each table, for stars in which some are replaced."""
    tree: exp.Expr = exp.Subquery(this=query.copy())
    for star in list(tree.find_all(exp.Star)):
        _spell_out(star, columns)
    for number, within in enumerate(list(tree.find_all(exp.With))):
        _name_apart(within, number)
    for window in list(tree.find_all(exp.Window)):
        _spell_out_window(window)
    for node in reversed(list(tree.dfs())):  # what is within goes first
        if (said := _translated(node)) is not node:
            node.replace(said)
    return _said(tree.this)


def _said(tree: exp.Expr) -> str:
    return tree.sql("spark").replace("INT128", _WIDE)


def _translated(node: exp.Expr) -> exp.Expr:
    """One node in Spark's words, where they differ from what sqlglot writes."""
    if isinstance(node, exp.ArgMax | exp.ArgMin):
        return _skipping_missing(node)
    if isinstance(node, exp.BitwiseLeftShift):
        return _shifted(node)
    if isinstance(node, exp.BitwiseRightShift):
        return exp.func("shiftright", node.this, exp.cast(node.expression, "int"))
    if isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber) and not node.args.get("order"):
        return exp.func("monotonically_increasing_id")
    if isinstance(node, exp.Array) and not node.expressions:
        return parse_one("CAST(array() AS ARRAY<BIGINT>)", dialect="spark")
    if isinstance(node, exp.Trim):
        return exp.func("regexp_replace", node.this, exp.Literal.string(_BLANKS), exp.Literal.string(""))
    if isinstance(node, exp.Anonymous) and node.name.lower() in _FUNCTIONS:
        given = [each.sql("spark") for each in node.expressions]
        return parse_one(_FUNCTIONS[node.name.lower()].format(*given), dialect="spark")
    return node


def _skipping_missing(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """DuckDB passes over rows in which what is asked for is missing; Spark does so only through FILTER."""
    there = exp.Not(this=exp.Is(this=exp.paren(node.this.copy()), expression=exp.Null()))
    if isinstance(node.parent, exp.Filter):
        where = node.parent.expression
        where.set("this", exp.and_(where.this, there))
        return node
    return exp.Filter(this=node.copy(), expression=exp.Where(this=there))


def _shifted(node: exp.BitwiseLeftShift) -> exp.Expr:
    """Shifted bits; Spark has no wide whole number to shift, so a power is multiplied."""
    left, bits = node.this.unnest(), node.expression
    if isinstance(left, exp.Cast) and left.to.is_type(exp.DataType.Type.INT128):
        powers = ", ".join(f"CAST('{1 << bit}' AS {_WIDE})" for bit in range(0, _WIDE_BITS, 2))
        power = f"element_at(array({powers}), CAST(({bits.sql('spark')}) DIV 2 AS INT) + 1)"
        return exp.paren(exp.Mul(this=left.copy(), expression=parse_one(power, dialect="spark")))
    return exp.func("shiftleft", exp.cast(left.copy(), "bigint"), exp.cast(bits.copy(), "int"))


def _name_apart(within: exp.With, number: int) -> None:
    """Give the queries of a WITH names of their own: sqlglot puts all of them at the top for Spark."""
    assert within.parent is not None
    for cte in within.expressions:
        name = cte.alias
        for table in list(within.parent.find_all(exp.Table)):
            if table.name == name:
                alias = table.alias or name
                table.set("this", exp.to_identifier(f"{name}_{number}"))
                table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
        cte.set("alias", exp.TableAlias(this=exp.to_identifier(f"{name}_{number}")))


def _spell_out_window(window: exp.Window) -> None:
    """Write out a named window: Spark gives it no frame, and takes `w - 1` after it for one name."""
    if not window.alias:
        return
    select = window.find_ancestor(exp.Select)
    assert select is not None
    named = next(each for each in select.args["windows"] if each.this.name == window.alias)
    window.set("alias", None)
    for part in ("partition_by", "order"):
        window.set(part, named.copy().args.get(part))


def _spell_out(star: exp.Star, columns: dict[str, list[str]]) -> None:
    """Write the columns for `* REPLACE`, which Spark does not know."""
    news = {each.alias: each.this for each in star.args.get("replace") or ()}
    if not news:
        return
    select = star.find_ancestor(exp.Select)
    assert select is not None
    names = columns[select.args["from_"].this.name]
    chosen = [
        exp.alias_(news[name].copy(), name, quoted=True) if name in news else exp.column(name, quoted=True)
        for name in names
    ]
    select.set("expressions", chosen)
