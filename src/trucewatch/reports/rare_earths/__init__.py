"""China's controls on rare earths and the tonnes that left the country."""

from trucewatch.rooms import Room

ROOM = Room(
    order=40,
    chapter="What happened to the truce?",
    question="Did the controls move tonnes of rare earths, and who is exposed?",
)
