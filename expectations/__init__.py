"""Data quality: what must hold of the data, and the gate that decides what is published.

inputs            the tables that are validated
frames            these tables as pandas frames; ``numeral_coverage`` counts the numerals that rows cover
rules/            the rules, one function each
run_tables        the tables of a whole run that rules compare; ``baselines`` and ``suggest_baselines``
suites            the expectations, read from ``suites/*.yml`` and from the description of the tables
rule_columns      evaluates rules
gx_runner/        evaluates expectations with Great Expectations
result            the result of validation; ``result_store`` saves and loads it
gate              validates a part of a run or all of it
published         reads the tables of a published data folder

What does not belong here: extraction (``transforms``), the order of a run (``flows``), summaries for readers (``warehouse``).
"""
