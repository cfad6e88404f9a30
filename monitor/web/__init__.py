"""Pages and a JSON API over the store."""
