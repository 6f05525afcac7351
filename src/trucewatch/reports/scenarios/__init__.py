"""What it would cost if the truce broke."""

from trucewatch.rooms import Room

ROOM = Room(order=100, chapter="What would a break cost?", question="What would it cost if it broke?")
