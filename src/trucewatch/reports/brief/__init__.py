"""The executive brief: the state of the truce, what changed, five dials, and what is not known.

Reads the law, a few clean tables and the summaries of the other reports; draws nothing.
"""

from trucewatch.rooms import Room

ROOM = Room(
    order=10,
    chapter="Where does the truce stand?",
    question="Where does the truce stand, what changed, what comes next?",
    is_story=True,
)
