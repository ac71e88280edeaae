"""What runs in production: gunicorn's configuration, its worker, and whole bodies."""
