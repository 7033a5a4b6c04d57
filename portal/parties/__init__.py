"""The parties, their members and posts, and signing in."""
