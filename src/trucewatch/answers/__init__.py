"""What a reader may ask of the law, and how the answer looks."""
