"""Bytes to a FeedDocument: formats, character sets, dates. Pure."""
