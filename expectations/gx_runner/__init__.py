"""Great Expectations: evaluate suites with it, render its Data Docs, write its project, run its checkpoints.

Nothing outside this room imports the package ``great_expectations``, which takes seconds to load. The room is not called
``great_expectations`` itself: a program started inside ``expectations/`` would then find the room where it looks for the package.

runner      evaluate expectations on frames
results     merge its results of the parts of a run
data_docs   its pages, made to work offline
project     the project in ``expectations/gx``, for its own notebooks
checkpoint  run its checkpoints on published data
"""
