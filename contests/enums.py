"""Vocabulary of contests and challenges."""
