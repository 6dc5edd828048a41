"""Planted faults: does a test notice? ``python -m tests.mutation`` plants each of ``faults.yml`` in a copy and runs the unit tests."""
