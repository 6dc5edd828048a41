"""The pipeline as a program: commands, the Prefect flow, its stages, worker processes, and the state of a data folder.

Rooms, highest first; a room imports only what stands below it:

commands         what a person calls; text for the terminal
pipeline         the flow on one screen
stages           what is done with read documents: validate, build, report, publish
workers          processes and clusters that read documents
ingest           where documents come from
run              one run: its context, its start and its end
orchestration    Prefect: server, hooks, options
state            the data folder: generations, run log, plan, shards
settings         every setting
util             small things that know nothing of the project
"""
