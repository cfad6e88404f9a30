"""The commands: one short file per family of verbs, no thinking."""
