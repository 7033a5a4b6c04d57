"""Advice and support of one party to another, with the clauses it stands on (art. 8)."""
