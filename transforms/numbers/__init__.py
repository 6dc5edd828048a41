"""Numerals, units and bounds: what a run of characters is as a number, or why it is none. Nothing of what the number is about."""
