import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orders.settings")
application = get_wsgi_application()

from accesskeys.operations import check_keyring  # noqa: E402  Models can be imported from here on.

check_keyring()  # With the wrong master keys it does not start; it would refuse every key.
