"""What Phase One promised, and what was bought."""

from trucewatch.rooms import Room

ROOM = Room(
    order=20,
    chapter="What was promised, and was it bought?",
    question="What did Phase One promise, and what was bought?",
)
