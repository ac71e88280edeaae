"""The pages of the console: look up, form, operation, redirect."""
