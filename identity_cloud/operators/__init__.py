"""Who runs the console: operator accounts, and how operators sign in."""
