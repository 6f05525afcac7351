"""US soybeans to China against season and promise."""

from trucewatch.rooms import Room

ROOM = Room(
    order=30,
    chapter="What was promised, and was it bought?",
    question="Did China buy the soybeans it promised?",
)
