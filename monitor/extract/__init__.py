"""An article page to its fields, and a verdict on pages that are something else. Pure."""
