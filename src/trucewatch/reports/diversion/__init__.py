"""Who took China's place in US imports."""
