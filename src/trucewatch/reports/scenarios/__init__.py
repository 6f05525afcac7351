"""What it would cost if the truce broke."""
