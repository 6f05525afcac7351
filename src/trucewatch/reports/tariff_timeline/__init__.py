"""Duties of both sides by day: averages, steps, definitions and gaps to published figures."""
