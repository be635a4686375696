"""Vocabulary of funds and credit."""
