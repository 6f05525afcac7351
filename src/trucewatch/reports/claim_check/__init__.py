"""Claims of others, tested against tables, law and reports: a claim is a row, its verdict is computed."""
