"""The duty the law asks against the duty that is assessed."""
