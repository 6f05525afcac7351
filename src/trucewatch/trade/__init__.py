"""Flows of goods between the two countries: measured, explained, never drawn here."""
