"""From finished shards to a published warehouse: find copies, validate, build, write reports, publish.

Belongs here: one module for each stage and for what a stage writes.
Does not: Prefect tasks (pipeline), rules of validation (expectations), SQL (warehouse).
"""
