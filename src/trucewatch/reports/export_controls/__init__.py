"""The export blacklist and how far the affiliates rule reached."""
