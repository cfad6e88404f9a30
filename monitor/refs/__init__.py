"""REF: how a person names an article and its revisions, and which ones that is."""

from monitor.refs.grammar import Ref, moment_of, parse_ref, parse_rev, with_revs
from monitor.refs.meaning import Resolved, resolve, resolve_article

__all__ = ["Ref", "Resolved", "moment_of", "parse_ref", "parse_rev", "resolve", "resolve_article", "with_revs"]
