"""Demonstration data: published facts as the sources print them, and plainly fictional records beside them.

The two never mix: what the press reports goes to tables of its own (parks, incubators, organisations,
reported projects and figures), what is invented carries ``示例`` in its name and the provenance
``demonstration``.
"""
