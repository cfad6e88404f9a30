"""A pretend newsroom on loopback, to see monitor work without a network."""
