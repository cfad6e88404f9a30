"""Asking the world: addresses allowed, sizes, pace, robots."""
