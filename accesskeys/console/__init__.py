"""The door for operators: web pages."""
