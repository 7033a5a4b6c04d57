"""Changes to the agreement: proposed clause by clause, agreed by all, executed, and a new edition (art. 3)."""
