"""The application for gunicorn: ``gunicorn -c deploy/gunicorn.conf.py identity_cloud.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity_cloud.settings")

application = get_wsgi_application()
