"""The settings, all from the environment (or ``.env`` beside ``manage.py``). ``.env.example`` describes each.

``PUBLIC_URL`` decides the mode: plain http on loopback is the local default, https is production.
"""

from __future__ import annotations

import warnings
from typing import Any

from django.utils.translation import gettext_lazy as _

from accesskeys.core.conf import AUDIT_LOG_DAYS, DEFAULT_EXPIRY_DAYS
from identity_cloud.settings.api import (  # noqa: F401
    DRF_STANDARDIZED_ERRORS,
    REST_FRAMEWORK,
    SPECTACULAR_SETTINGS,
)
from identity_cloud.settings.backups import backup_recipients
from identity_cloud.settings.cache import cache, counts_in_redis
from identity_cloud.settings.content import CONTENT_SECURITY_POLICY  # noqa: F401
from identity_cloud.settings.cores import usable_cores
from identity_cloud.settings.database import REPLICA, database, folder_of, replica
from identity_cloud.settings.environment import (
    BASE_DIR,
    days,
    few_seconds,
    file_path,
    flag,
    host_to_listen_on,
    log_level,
    master_keys,
    networks,
    one_of,
    port,
    positive_number,
    rate,
    required,
)
from identity_cloud.settings.public_url import host, public_url
from identity_cloud.settings.single_sign_on import password_sign_in, single_sign_on

PUBLIC_URL, IS_LOCAL = public_url()

SECRET_KEY = required("SECRET_KEY")
DEBUG = False
# Which doors the server opens. With gate, the settings are those of gate.py.
ROLE = one_of("ROLE", "all", "console", "gate", default="all")
# The last is 127.0.0.1 in IPv6, as browsers write it.
_LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
ALLOWED_HOSTS = [host(PUBLIC_URL), *(_LOOPBACK if IS_LOCAL else [])]

# What this product is about.
ACCESS_KEYS_MASTER_KEYS = master_keys()
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
ACCESS_KEYS_BAD_KEY_LIMIT = rate("BAD_KEY_LIMIT", default="60/minute")
ACCESS_KEYS_DECISION_TIMEOUT = few_seconds("DECISION_TIMEOUT", default="2")
ACCESS_KEYS_AUDIT_LOG_DAYS = days("AUDIT_LOG_DAYS", default=AUDIT_LOG_DAYS)
ACCESS_KEYS_FRESH_PROOF_MINUTES = positive_number("FRESH_PROOF_MINUTES", default="10")
ACCESS_KEYS_REVEALS_PER_HOUR = positive_number("REVEALS_PER_HOUR", default="30")
ACCESS_KEYS_REVEAL_REASON = one_of("REVEAL_REASON", "off", "required", default="off") == "required"
ACCESS_KEYS_DEFAULT_EXPIRY_DAYS = days("DEFAULT_EXPIRY_DAYS", default=DEFAULT_EXPIRY_DAYS, without="none")
# Rate limits are counted in the cache that is named, or else in a file that all processes of this machine share.
ACCESS_KEYS_COUNTER_CACHE = "default" if counts_in_redis() else None
ACCESS_KEYS_COUNTER_FILE = file_path("COUNTER_FILE", BASE_DIR / "data" / "counters")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "django_filters",
    "csp",
    "accesskeys",
    "identity_cloud.operators.apps.OperatorsConfig",
    "identity_cloud.apps.IdentityCloudConfig",
]

MIDDLEWARE = [
    "identity_cloud.request_ids.RequestIdMiddleware",  # Before all others: each answer has an id.
    "identity_cloud.browsers.BrowsersMiddleware",  # And tells browsers what it is not.
    "identity_cloud.tracing.TracingMiddleware",  # Of all that is done, where somebody wants traces.
    "accesskeys.gate.VerifyMiddleware",  # What gateways ask needs none of the others.
    "identity_cloud.health.middleware.HealthMiddleware",  # Nor do probes, which know no host name.
    "identity_cloud.middleware.ProgramsMiddleware",
    "accesskeys.console.middleware.KeyInAddressMiddleware",  # Ahead of the redirect to https, which repeats addresses.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "identity_cloud.middleware.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "identity_cloud.operators.middleware.sessions.SessionLifetimeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "identity_cloud.middleware.BusyMiddleware",
    "identity_cloud.operators.middleware.proof.ProofMiddleware",
    "identity_cloud.operators.middleware.second_factor.SecondFactorMiddleware",
]

if ROLE == "console":
    MIDDLEWARE.remove("accesskeys.gate.VerifyMiddleware")

ROOT_URLCONF = "identity_cloud.urls"
WSGI_APPLICATION = "identity_cloud.wsgi.application"
CSRF_FAILURE_VIEW = "accesskeys.console.views.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accesskeys.console.context_processors.console",
                "identity_cloud.operators.context_processors.session",
            ],
        },
    },
]

# What the server runs.
HOST, PORT = host_to_listen_on(), port()
WEB_CONCURRENCY = positive_number("WEB_CONCURRENCY", default=str(usable_cores()))  # processes
WEB_THREADS = positive_number("WEB_THREADS", default="2")  # of each process, for keys
HOUSEKEEPING = flag("HOUSEKEEPING", default=True)  # by the server itself

# Data
DATABASES = {"default": database()}
DATABASES |= replica(DATABASES["default"])
ACCESS_KEYS_REPLICA = REPLICA if REPLICA in DATABASES else None
ACCESS_KEYS_REPLICA_LEASE = positive_number("REPLICA_LEASE_SECONDS", default="5", most=60)
# Beside the database, so that who moves one moves the other; and outside of it, so that no backup takes it back.
ACCESS_KEYS_REVOCATIONS_FILE = file_path(
    "REVOCATIONS_FILE", (folder_of(DATABASES["default"]) or ACCESS_KEYS_COUNTER_FILE.parent) / "revocations"
)
BACKUP_RECIPIENTS = backup_recipients()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Sign-in attempts are counted here, by all processes of one machine; several machines share a Redis.
CACHES = {"default": cache()}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024  # bytes of any request body

# Operators sign in with a name and a password. Nobody signs up, and no mail is ever sent.
AUTHENTICATION_BACKENDS = ["identity_cloud.operators.backend.OperatorBackend"]
ACCOUNT_ADAPTER = "identity_cloud.operators.adapter.OperatorAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
SECOND_FACTOR_REQUIRED = (
    one_of("SECOND_FACTOR", "required", "offered", default="offered" if IS_LOCAL else "required")
    == "required"
)
MFA_ADAPTER = "identity_cloud.operators.factors.adapter.FactorsAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
SINGLE_SIGN_ON = single_sign_on()
PASSWORD_SIGN_IN = password_sign_in(SINGLE_SIGN_ON)
# Failed attempts: by name, where the wait grows with them; by address; and all together. Whoever comes with a device
# that the operator has used before is counted for that device alone, so no stranger keeps an operator out.
# ``sign_in`` are forms that were sent, whatever became of them; it stands for django-allauth's ``login``.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "sign_in": "30/m/ip",
    "sign_in_known": "30/m/key",
    "login_failed": "10/m/ip,60/h/ip,5/300s/key,10/1h/key,20/6h/key",
    "login_failed_overall": "600/10m/key",
    "login_failed_known": "5/300s/key,10/1h/key,20/6h/key",
    "proof_failed": "5/300s/key,10/1h/key,20/6h/key",
}
KNOWN_DEVICE_COOKIE = "known_device" if IS_LOCAL else "__Host-known_device"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accesskeys:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_IDLE = 60 * positive_number("SESSION_IDLE_MINUTES", default="30")  # seconds without a request
SESSION_LONGEST = SESSION_COOKIE_AGE = (
    60 * 60 * positive_number("SESSION_HOURS", default="12")
)  # seconds in all
PASSWORD_HASHERS = ["identity_cloud.operators.hashing.PatientArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "identity_cloud.operators.password_rules.CommonPassword"},
    {"NAME": "identity_cloud.operators.password_rules.ContextWords"},
]

# Static files: hashed names, served by the application itself.
STATIC_URL = "static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # They are of no use to other sites.
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
# Where it is missing, the server says so itself, and without the path.
warnings.filterwarnings("ignore", "No directory at", module="django.core.handlers")
STATIC_ROOT = file_path("STATIC_ROOT", BASE_DIR / "data" / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# What browsers are told, beside CONTENT_SECURITY_POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds

HSTS_PRELOAD = flag("HSTS_PRELOAD", default=False)
if not IS_LOCAL:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    # Host and port as browsers write them: without the port that https has anyway.
    PUBLIC_HOST = host(PUBLIC_URL) + (f":{PUBLIC_URL.port}" if PUBLIC_URL.port not in {None, 443} else "")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = HSTS_PRELOAD
# To be preloaded is a promise to the vendors of browsers, which only who owns the domain can make.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# nginx, Caddy and the like end TLS; gunicorn believes them, and nobody else, about the scheme.

# One line a record on standard error, as text or as JSON. Nothing logs headers or bodies.
LOG_FORMAT = one_of("LOG_FORMAT", "line", "json", default="line")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "identity_cloud.logs.LineFormatter",
            "format": "{asctime} {levelname} {of_request}{name}: {message}",
            "style": "{",
        },
        "json": {"()": "identity_cloud.logs.JsonLineFormatter", "json_ensure_ascii": False},
    },
    "filters": {
        "without_quotation": {"()": "identity_cloud.logs.WithoutQuotation"},
        "refusal": {"()": "identity_cloud.logs.Refusal"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": log_level()},
    # Handlers of their own would write each record a second time, and mail errors to nobody.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        **{
            f"django.security.{refusal}": {"filters": ["refusal"]}
            for refusal in ("DisallowedHost", "RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
        },
        "fido2": {
            "level": "WARNING"
        },  # It tells of each passkey by its number, which says nothing to people.
        "gunicorn.error": {"handlers": [], "propagate": True, "filters": ["without_quotation"]},
    },
}
