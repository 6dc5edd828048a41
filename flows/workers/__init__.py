"""Reading documents: worker processes that may die, batches of work, a Dask cluster, text recognition.

Belongs here: what runs in, starts or feeds a process that reads documents.
Does not: rules of reading (transforms), validation and building (stages).
"""
