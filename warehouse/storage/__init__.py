"""Files on disk: written completely or not at all, typed, and readable by others.

atomic_files  write, link and remove files so that no reader sees a part of one
parquet       rows of a table to Parquet and back
datapackage   the description of the Parquet files as a Frictionless data package
connections   open a warehouse file
"""
