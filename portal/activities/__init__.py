"""Articles 1 and 2: activities, their proposal and their particulars."""
