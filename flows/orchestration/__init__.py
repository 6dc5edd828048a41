"""Prefect: its server, its defaults, hooks and options of tasks, artifacts.

Belongs here: whatever knows Prefect, except the flow itself and the Dask task.
Does not: what a stage does; results that must be there without a server.
"""
