"""Policies that come from elsewhere."""

from funding.importers.register import Entry, RegisterError, load_register, read_register

__all__ = ["Entry", "RegisterError", "load_register", "read_register"]
