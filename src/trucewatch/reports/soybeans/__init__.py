"""US soybeans to China against season and promise."""
