"""What is remembered, carried elsewhere: as JSON lines, CSV, Parquet, WARC, and as a bundle that proves itself."""
