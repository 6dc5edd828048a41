#!/usr/bin/env bash
# duckdb 2.0.0 with pandas 3.1.1: the dtype of a VARCHAR column in .df() depends on its values: `str` where it holds one,
# `object` where all are NULL. pandas.to_stata then refuses the frame, so that an export fails on the day a filter leaves a
# text column empty.
# Seen: dtypes object and str for the same column; to_stata raises ValueError for the first and writes the second.
source "$(dirname "$0")/lib.bash"
install duckdb==2.0.0 pandas==3.1.1
run <<'PY'
import duckdb
con = duckdb.connect()
con.execute("CREATE TABLE t (x VARCHAR)")
con.execute("INSERT INTO t VALUES (NULL), ('a')")
empty = con.execute("SELECT x FROM t WHERE x IS NULL").df()
full = con.execute("SELECT x FROM t WHERE x IS NOT NULL").df()
print("all NULL:", empty.dtypes["x"], " with a value:", full.dtypes["x"])
assert str(empty.dtypes["x"]) == "object", empty.dtypes
assert str(full.dtypes["x"]) == "str", full.dtypes
full.to_stata("full.dta", write_index=False)
try:
    empty.to_stata("empty.dta", write_index=False)
except ValueError as error:
    print("to_stata:", str(error)[:90])
else:
    raise SystemExit("to_stata now writes an all-NULL text column")
PY
