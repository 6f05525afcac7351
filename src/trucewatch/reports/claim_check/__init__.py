"""Claims of others, tested against tables, law and reports: a claim is a row, its verdict is computed."""

from trucewatch.rooms import Room

ROOM = Room(
    order=110,
    chapter="What did the news say?",
    question="What did the news of 25 October 2025 get right?",
    is_story=True,
)
