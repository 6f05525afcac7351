"""What Phase One promised, and what was bought."""
