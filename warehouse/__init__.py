"""The warehouse: the published data, and what readers see of them.

storage/        files: atomic writes, Parquet, the data package
build/          the DuckDB file, from Parquet
query/          read-only SQL on it
reports/        data quality, as pages and as text
site/           the reading site
analyses/       worked examples in SQL
dictionary      DICTIONARY.md, from the descriptions of tables and views
views/, macros/ the SQL of views and table macros, one file each; templates/ and assets/ are the pages' own

What does not belong here: checks (``expectations``), extraction (``transforms``), when what is built and published (``flows``).
"""
