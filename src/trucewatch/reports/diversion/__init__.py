"""Who took China's place in US imports."""

from trucewatch.rooms import Room

ROOM = Room(order=80, chapter="How did trade answer?", question="Who took China's place?")
