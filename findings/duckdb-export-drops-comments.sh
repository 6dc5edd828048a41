#!/usr/bin/env bash
# duckdb 2.0.0: EXPORT DATABASE writes no COMMENT ON statements, so an imported copy has lost every comment on tables and
# columns; COPY FROM DATABASE keeps them. A data dictionary kept as comments survives only the second way.
# Seen: after IMPORT the comments are NULL, after COPY FROM DATABASE they are those of the original.
source "$(dirname "$0")/lib.bash"
install duckdb==2.0.0
run <<'PY'
import duckdb
con = duckdb.connect("a.duckdb")
con.execute("CREATE TABLE t (x INTEGER)")
con.execute("COMMENT ON TABLE t IS 'a table'")
con.execute("COMMENT ON COLUMN t.x IS 'a column'")
con.execute("EXPORT DATABASE 'out'")
con.execute("ATTACH 'b.duckdb' AS b")
con.execute("COPY FROM DATABASE a TO b")
con.close()
ask = "SELECT (SELECT comment FROM duckdb_tables() WHERE table_name = 't'), (SELECT comment FROM duckdb_columns() WHERE column_name = 'x')"
with duckdb.connect("c.duckdb") as c:
    c.execute("IMPORT DATABASE 'out'")
    imported = c.execute(ask).fetchone()
with duckdb.connect("b.duckdb") as b:
    copied = b.execute(ask).fetchone()
print("imported:", imported, "copied:", copied)
assert imported == (None, None), imported
assert copied == ("a table", "a column"), copied
PY
