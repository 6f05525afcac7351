"""Duties of both sides by day: averages, steps, definitions and gaps to published figures."""

from trucewatch.rooms import Room

ROOM = Room(
    order=60,
    chapter="What is the law now?",
    question="What was the duty on each side, on each day, and how much depends on suspensions?",
)
