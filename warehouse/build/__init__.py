"""Build the warehouse: a DuckDB file from the Parquet files of a run.

full_build         all tables, views and macros, with their comments
incremental_build  from the previous warehouse, where few documents changed
view_files         read the SQL files of ``views/`` and ``macros/`` with the comments that explain them
sql                quoting
"""
