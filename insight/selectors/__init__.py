"""Reads that span several apps. Totals come from tracked projects only, never from press reports."""
