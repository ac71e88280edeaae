import os
from pathlib import Path

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "orders.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", Path(__file__).resolve().parents[1] / "orders.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
}

# What access keys need: three apps and the master keys.
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "accesskeys",
]
ACCESS_KEYS_MASTER_KEYS = os.environ["ACCESS_KEYS_MASTER_KEYS"]

REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
