"""What requests of operators pass before their view."""
