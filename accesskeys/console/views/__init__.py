"""The pages of the console: look up, form, service, redirect."""
