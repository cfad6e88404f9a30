"""monitor watches news feeds, stores every version of every article, and reports what was edited."""

__version__ = "0.1.0"
