"""Article 6(2): what is made public, when, by whom and where, agreed by every party before it is."""
