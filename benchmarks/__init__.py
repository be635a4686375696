"""Measurements beside their floors: ``make bench``. Ratios hold from machine to machine, seconds don't."""
