"""Tables: the grid of cells, its headings, and what a cell says. Prose is read in ``reading``."""
