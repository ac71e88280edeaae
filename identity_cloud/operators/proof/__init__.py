"""Showing again who it is, before something grave: when it was last done, what is asked, and what becomes of it."""
