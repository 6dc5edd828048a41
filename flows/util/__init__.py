"""Small modules that know nothing of reports or of the pipeline: clock, progress, processes, shared storage.

Belongs here: what could be used in another project as it is.
Does not: settings, file formats, anything that imports another room.
"""
