"""Trade between the two countries by month, against two counterfactuals."""

from trucewatch.rooms import Room

ROOM = Room(
    order=70,
    chapter="How did trade answer?",
    question="How much trade moved, was pulled forward, is missing?",
)
