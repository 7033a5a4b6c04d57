"""The agreement's text as data, and what is in force on a day."""
