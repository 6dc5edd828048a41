"""How well real reports are read, and the floor under each figure.

The documents are public texts kept beside the repository to build and measure with; they are no part of the project, and
without them these tests are skipped. ``floors.json`` holds, for each document, the figures that a change must not lower.
``python -m tests.corpus`` reads all of them and prints the figures, ``--raise`` writes higher floors. A floor is lowered by
hand only, with the reason in the commit.
"""
