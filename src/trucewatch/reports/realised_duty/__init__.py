"""The duty the law asks against the duty that is assessed."""

from trucewatch.rooms import Room

ROOM = Room(
    order=90,
    chapter="How did trade answer?",
    question="How much of the legal duty is assessed, and where does the rest go?",
)
