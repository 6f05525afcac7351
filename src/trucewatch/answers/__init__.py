"""Answers for a desk: lookups, differences, calendars, histories, one by one or by the file.

Import from its modules: a lookup starts without what a history or a catalogue needs.
"""
