"""The commands of ``baogao``, one module each, and what they write on the terminal.

Belongs here: options turned into calls, text for people, exit codes.
Does not: work that the flow needs too (stages, workers, ingest), anything that another room imports.
"""
