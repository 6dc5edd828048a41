"""From bytes to rows, pure: no network, no clock, no environment, nothing written.

bytes -> decode -> identify -> segment -> numerals -> quantities -> indicators, periods, modality -> metrics -> rows
"""
