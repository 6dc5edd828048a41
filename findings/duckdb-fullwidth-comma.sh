#!/usr/bin/env bash
# duckdb 2.0.0: a full-width comma between two columns, which a Chinese keyboard types, is part of a name: SELECT 1，a gives
# one column with an alias instead of two columns, without an error.
# Seen: one column named `，a`, where the ASCII comma gives two.
source "$(dirname "$0")/lib.bash"
install duckdb==2.0.0
run <<'PY'
import duckdb
con = duckdb.connect()
con.execute("CREATE TABLE t (a INTEGER)")
wide = [column[0] for column in con.execute("SELECT 1，a FROM t").description]
narrow = [column[0] for column in con.execute("SELECT 1,a FROM t").description]
print("full-width:", wide, " ASCII:", narrow)
assert wide == ["，a"], wide
assert len(narrow) == 2, narrow
PY
