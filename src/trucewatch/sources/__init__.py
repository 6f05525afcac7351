"""What is bundled: files, their sidecars, their pinned hashes, and the ingest stage."""
