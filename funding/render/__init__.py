"""Policies, answers and problems in words, in the language of whoever reads."""
