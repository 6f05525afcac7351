"""Tables larger than memory: the same Ibis expressions on DuckDB, and on Spark past one machine."""
