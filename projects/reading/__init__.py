"""Reads behind the road home, the credit and the merging of records; each in a fixed number of queries."""
