"""Article 4: the agreement's dates and the term now running."""
