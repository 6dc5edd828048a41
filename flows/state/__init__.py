"""What a data folder holds and how it changes: generations, run log, manifest, plan, finished shards.

Belongs here: file formats of the data folder, locking, publication in one step, what is reused.
Does not: what the tables mean (warehouse, transforms), Prefect (orchestration).
"""
