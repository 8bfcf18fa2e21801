"""Tables in Spark: the same statements on one machine or on a cluster.

Every table is a folder of Parquet in a work folder that all machines see. What looks into the text of
single rows is read by DuckDB on the machine that has them, so that a date or a pattern means the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial, reduce
from itertools import accumulate, count
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from sqlglot import exp

from iso_audit.engine.dialect import Act, Statement, in_duckdb, in_spark, ordered_by, row_wise, taken_apart
from iso_audit.engine.spark_rows import arrays_of, column_of, read_rows, reader, rows
from iso_audit.engine.store import Array, Columns, Rows, Store, Types, Values, Work
from iso_audit.errors import EngineError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

_PARTITION_BITS = 33
"""Where Spark puts the number of a partition in an increasing number."""


class SparkStore(Store):
    """Tables of one Spark session."""

    def __init__(self, session: SparkSession, is_own: bool, zone: str, folder: Path) -> None:
        """Keep tables below `folder`; `is_own`: Spark ends with the store."""
        super().__init__()
        self.zone = zone
        self._session, self._folder, self._is_own = session, folder, is_own
        self._numbers = count()
        self._tables: dict[str, DataFrame] = {}
        self._paths: dict[str, Path] = {}
        self._sources: set[str] = set()

    def take_source(self, name: str, path: Path, columns: int, has_row: bool) -> None:
        """Show a Parquet file as a source: `row`, c0, c1, ...; with its own numbers of rows or counted."""
        from pyspark.sql import functions as f

        frame = self._session.read.parquet(_place(path))
        names = [f"c{n}" for n in range(columns)]
        if has_row:
            self._show(name, frame)
        else:
            counted = frame.select("*", f.col("_metadata.row_index")).toDF(*names, "place")
            self._show(name, counted.select((f.col("place") + 1).alias("row"), *names))
        self._sources.add(name)

    def run(self, statement: str, values: Values | None = None) -> Rows:
        with self._guarded():
            said = taken_apart(statement)
            if said.act is Act.ASK:
                return rows(self._frame(said, values).toArrow())
            if said.act is Act.DROP:
                self._forget(said.name)
            elif said.act is Act.DECLARE:
                self._declare(said.name, said.columns)
            elif said.act is Act.VIEW:
                self._show(said.name, self._frame(said, values))
            elif said.act is Act.CREATE:
                self._create(said, self._frame(said, values))
            else:
                self._append(said.name, self._frame(said, values))
            return []

    def batches(self, statement: str, most: int) -> Iterator[Rows]:
        with self._guarded():
            rows: Rows = []
            for row in self._frame(taken_apart(statement), None).toLocalIterator():
                rows.append(tuple(row))
                if len(rows) == most:
                    yield rows
                    rows = []
            if rows:
                yield rows

    def arrays(self, statement: str) -> dict[str, Array]:
        with self._guarded():
            return arrays_of(self._frame(taken_apart(statement), None).toArrow())

    def put(self, name: str, columns: Columns) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq  # type: ignore[import-untyped]
        from pyspark.sql.pandas.types import from_arrow_schema
        from pyspark.sql.types import StructType

        table = pa.table({column: column_of(*given) for column, given in columns.items()})
        with self._guarded():
            path = self._path(name)
            path.mkdir()
            pq.write_table(table, path / "part.parquet")
            schema = StructType(list(from_arrow_schema(table.schema)))
            self._adopt(name, path, schema)

    def mapped(self, queries: Mapping[str, str], work: Work, tables: Types) -> None:
        """Let Spark deal dossiers out to as many calls of `work` as it has parts.

        The rows of all queries go together, each with the number of its query; so do those of all tables.
        """
        import pyarrow as pa
        import pyarrow.compute as pc  # type: ignore[import-untyped]
        from pyspark.sql import functions as f

        parts = int(str(self._session.conf.get("spark.sql.shuffle.partitions")))
        names = list(queries)

        def worked(table: pa.Table) -> pa.Table:
            given = {}
            for number, (each, columns) in enumerate(zip(names, asked, strict=True)):
                own = table.filter(pc.equal(table["number"], number))
                own = own.select([f"{column}_{number}" for column in columns]).rename_columns(columns)
                given[each] = arrays_of(own.sort_by(columns[0]))
            made = work(given)
            rows = []
            for number, (name, types) in enumerate(tables.items()):
                own = {f"{at}_{number}": column_of(kind, made[name][at]) for at, kind in types.items()}
                count = len(next(iter(own.values())))
                rows.append(pa.table({"number": pa.array(np.full(count, number, dtype=np.int32)), **own}))
            return pa.concat_tables(rows, promote_options="default").select(list(kinds))

        with self._guarded():
            frames = [self._frame(taken_apart(query), None) for query in queries.values()]
            asked = [frame.columns for frame in frames]
            dealt = [
                frame.select(
                    f.lit(number).alias("number"),
                    (f.col("dossier") % parts).alias("part"),
                    *(f.col(column).alias(f"{column}_{number}") for column in frame.columns),
                )
                for number, frame in enumerate(frames)
            ]
            whole = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), dealt)
            kinds = {"number": "INTEGER"} | {
                f"{at}_{number}": kind
                for number, types in enumerate(tables.values())
                for at, kind in types.items()
            }
            said = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
            self._write("mapped", whole.groupBy("part").applyInArrow(worked, said))
            for number, (name, types) in enumerate(tables.items()):
                own = self._tables["mapped"].where(f.col("number") == number)
                own = own.select(*(f.col(f"{at}_{number}").alias(at) for at in types))
                (self._append if name in self._added else self._write)(name, own)
                self._added.add(name)
            self._forget("mapped")

    def close(self) -> None:
        for name in list(self._tables):
            self._session.catalog.dropTempView(name)
        if self._is_own:
            self._session.stop()

    def _frame(self, statement: Statement, values: Values | None) -> DataFrame:
        """The rows that a statement asks for, not yet worked out."""
        assert statement.query is not None
        query: exp.Expr = exp.Subquery(this=statement.query.copy())
        bound = values.bound if values else {}
        for select in row_wise(query, frozenset(self._sources)):
            view = f"row_wise_{next(self._numbers)}"
            self._show(view, self._read(select, bound))
            read = exp.select("*").from_(view)
            select.replace(read.distinct() if select.args.get("distinct") else read)
        text = in_spark(query.this, {name: frame.columns for name, frame in self._tables.items()})
        return self._session.sql(
            text, {each.name: bound[each.name] for each in query.find_all(exp.Placeholder)}
        )

    def _read(self, select: exp.Select, bound: Mapping[str, object]) -> DataFrame:
        """What DuckDB reads in each row of a table, wherever Spark keeps the row."""
        from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

        text, table, columns, names = in_duckdb(select)
        frame = self._tables[table]
        needed = [name for name in frame.columns if name in columns]
        frame = frame.select(*(needed or frame.columns[:1]))  # a table has a column, were it of no use
        given = {name: bound[name] for name in names}
        read = partial(read_rows, text, table, given, self.zone, to_arrow_schema(frame.schema))
        kinds = reader(text, table, given, self.zone, to_arrow_schema(frame.schema), iter(()))
        return frame.mapInArrow(read, from_arrow_schema(kinds.schema))

    def _create(self, statement: Statement, frame: DataFrame) -> None:
        """Write a table; one that is put in order gets the number of each row, as DuckDB has it."""
        (self._number if ordered_by(statement) else self._write)(statement.name, frame)

    def _write(self, name: str, frame: DataFrame) -> None:
        path = self._path(name)
        frame.write.parquet(_place(path))
        self._adopt(name, path, frame.schema)

    def _number(self, name: str, frame: DataFrame) -> None:
        """Write rows in order with `rowid`, their place: counted within each partition, then moved up."""
        from pyspark.sql import functions as f

        placed = frame.drop("rowid").withColumn("rowid", f.monotonically_increasing_id())
        path = self._path(name)
        placed.write.parquet(_place(path))
        written = self._session.read.schema(placed.schema).parquet(_place(path))
        part = f.shiftright("rowid", _PARTITION_BITS)
        counts: dict[int, int] = dict(rows(written.groupBy(part).count().toArrow()))
        before = [0, *accumulate(counts.get(n, 0) for n in range(max(counts, default=0)))]
        moved = f.element_at(f.array(*map(f.lit, before)), part.cast("int") + 1).cast("bigint")
        place = f.col("rowid").bitwiseAND((1 << _PARTITION_BITS) - 1) + moved
        self._forget(name)
        self._paths[name] = path
        self._show(name, written.withColumn("rowid", place))

    def _declare(self, name: str, columns: str) -> None:
        from pyspark.sql.types import StructType

        path = self._path(name)
        path.mkdir()
        self._adopt(name, path, cast(StructType, StructType.fromDDL(columns)))

    def _append(self, name: str, frame: DataFrame) -> None:
        """Append rows by the places of their columns, as INSERT does."""
        from pyspark.sql import functions as f

        schema = self._tables[name].schema
        chosen = [f.col(field.name).cast(field.dataType) for field in schema.fields]
        frame.toDF(*schema.names).select(*chosen).write.mode("append").parquet(_place(self._paths[name]))
        self._adopt(name, self._paths.pop(name), schema)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}_{next(self._numbers)}"

    def _adopt(self, name: str, path: Path, schema: StructType) -> None:
        """Show a folder of Parquet as a table, in place of an older one."""
        self._forget(name)
        self._paths[name] = path
        self._show(name, self._session.read.schema(schema).parquet(_place(path)))

    def _show(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._tables[name] = frame

    def _forget(self, name: str) -> None:
        if self._tables.pop(name, None) is not None:
            self._session.catalog.dropTempView(name)
        if (path := self._paths.pop(name, None)) is not None:
            shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]
        from pyspark.errors import PySparkException

        try:
            yield
        except (PySparkException, Py4JError) as error:
            raise EngineError(f"Spark: {str(error).strip().splitlines()[0]}") from error


def _place(path: Path) -> str:
    """A folder as Spark names it: on the disk, whatever file system a cluster keeps its own data in."""
    return f"file://{path.as_posix()}"
