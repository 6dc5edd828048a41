"""The rules that data must satisfy, one function each, registered by the decorator :func:`expectations.rules.registry.rule`.

A rule belongs to the module of the rows that it compares:

row_rules      one row, or one document with its rows: values, units, periods, references, completeness
plausibility   one row and the ranges of the catalogue
consistency    levels, changes and growth rates of one report
totals         parts and totals of one report
cross_report   reports on the same region
run_over_run   this run, the last published run and the baselines
corrections    corrections that people made

``masks`` and ``claims`` are what rules are written with. Which rule is applied to which table, how severe a failure is, and what it
means in words stands in ``expectations/suites/``; a rule without an entry there is never evaluated.
"""

from expectations.rules import consistency, corrections, cross_report, plausibility, row_rules, run_over_run, totals

__all__ = ["consistency", "corrections", "cross_report", "plausibility", "row_rules", "run_over_run", "totals"]
