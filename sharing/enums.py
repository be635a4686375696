"""Vocabulary of benefit sharing."""
