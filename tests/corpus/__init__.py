"""How well real reports are read, and the floor under each figure.

The documents are public texts kept beside the repository to build and measure with; they are no part of the project, and
without them these tests are skipped. ``floors.json`` holds, for each document, the figures that a change must not lower.
``python -m tests.corpus`` reads all of them and prints the figures, ``--raise`` writes higher floors. A floor is lowered by
hand only, with the reason in the commit.

``fresh/`` holds annotations of twenty documents that were made by readers who had seen no rule, before any rule was made with
these documents: numbers, their place and their labels, not the texts. The figure that they gave then is in ``docs/confidence.md``.
"""
