"""The executive brief: the state of the truce, what changed, five dials, and what is not known.

Reads the law, a few clean tables and the summaries of the other reports; draws nothing.
"""
