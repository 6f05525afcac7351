"""The export blacklist and how far the affiliates rule reached."""

from trucewatch.rooms import Room

ROOM = Room(
    order=50,
    chapter="What happened to the truce?",
    question="Who is on the export blacklist, and how far did the 50 % rule reach?",
)
