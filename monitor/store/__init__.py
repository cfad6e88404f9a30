"""Remembering: the tables, and everything that reads or writes them."""
