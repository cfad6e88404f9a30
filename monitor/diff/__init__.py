"""Two versions of an article to the changes between them. Pure."""
