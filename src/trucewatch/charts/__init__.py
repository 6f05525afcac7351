"""House style and figures: every figure draws itself from a table and reads no file."""
