"""The portal measured beside the barest application that does the same unavoidable work."""
