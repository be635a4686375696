"""Vocabulary of applications."""
