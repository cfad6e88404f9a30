"""Who runs the work: one process, or many over PostgreSQL."""
