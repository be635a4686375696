"""Forms of contests and challenges."""
