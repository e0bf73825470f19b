"""Django's settings. Everything that differs between places comes from the environment."""

import sys

from django.utils.csp import CSP

from config.settings import environment as env

ENVIRONMENT = env.environment_name()
IS_PRODUCTION = ENVIRONMENT == "production"
BASE_DIR = env.ROOT
CHANCERY_DATA_DIR = env.data_dir()
CHANCERY_ROOT_DOMAIN = env.root_domain()
CHANCERY_PORT = env.number("PORT", 8000)

env.metrics_dir()

SECRET_KEY = env.secret_key(ENVIRONMENT)
SECRET_KEY_FALLBACKS = env.old_secret_keys(ENVIRONMENT)
DEBUG = False
ALLOWED_HOSTS = [f".{CHANCERY_ROOT_DOMAIN}"]
USE_X_FORWARDED_HOST = False

# Applications -----------------------------------------------------------------------------------
# Content types live in the public schema only, so that their ids are equal everywhere.
SHARED_APPS = [
    "tenants",
    "django_tenants",
    "django.contrib.contenttypes",
    "events.outbox",
]
TENANT_APPS = [
    "core",
    "accounts",
    "django.contrib.auth",
    "django.contrib.messages",
    "core.admin_app.ConsoleConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "events",
    "messaging",
    "integrations",
    "compliance",
]
INSTALLED_APPS = [
    # Only for its runserver: importing it costs each process half a second and 17 MiB.
    *(["daphne"] if "runserver" in sys.argv else []),
    *(app for app in SHARED_APPS if app != "django_tenants"),
    *TENANT_APPS,
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "channels",
    "ninja",
    # Last: its templates would hide the tables of both consoles.
    "django_tenants",
]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

# Requests ---------------------------------------------------------------------------------------
ROOT_URLCONF = "config.urls.tenant"
ROOT_SITE_URLCONF = "config.urls.root"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True
MIDDLEWARE = [
    "core.health.HealthMiddleware",
    "core.metrics.MetricsMiddleware",
    "tenants.middleware.TenantMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.browsers.SessionMiddleware",
    "core.browsers.LocaleMiddleware",
    "core.problem.BodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.networks.middleware.NetworkMiddleware",
    "accounts.sessions.middleware.SessionUseMiddleware",
    "core.browsers.AuthenticationMiddleware",
    "core.browsers.MessageMiddleware",
    "accounts.mfa.middleware.SecondFactorMiddleware",
    "core.limits.RateLimitHeadersMiddleware",
    "core.problem.MethodMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Storage ----------------------------------------------------------------------------------------
DATABASES = {"default": env.database(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.redis_url(ENVIRONMENT)
CACHES = {
    "default": {
        "BACKEND": "tenants.cache.RedisCacheOrOwn",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "chancery",
        "KEY_FUNCTION": "tenants.cache.tenant_key",
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "chancery"},
    }
}
MEDIA_ROOT = CHANCERY_DATA_DIR / "files"
CHANCERY_FILES = env.one_of("CHANCERY_FILES", ("disk", "s3"))
CHANCERY_S3_BUCKET = env.text("CHANCERY_S3_BUCKET")
CHANCERY_S3_ENDPOINT = env.text("CHANCERY_S3_ENDPOINT")
CHANCERY_S3_PUBLIC_ENDPOINT = env.text("CHANCERY_S3_PUBLIC_ENDPOINT")
CHANCERY_S3_REGION = env.text("CHANCERY_S3_REGION", "us-east-1")
CHANCERY_S3_KEY_ID = env.text("CHANCERY_S3_KEY_ID")
CHANCERY_S3_SECRET = env.text("CHANCERY_S3_SECRET")
CHANCERY_S3_TIMEOUT_S = env.number("CHANCERY_S3_TIMEOUT_S", 10)
if CHANCERY_FILES == "s3" and not CHANCERY_S3_BUCKET:
    env.refuse("CHANCERY_FILES is s3; set CHANCERY_S3_BUCKET to the bucket that holds the files.")
CHANCERY_CLAMD = env.clamd()
STATIC_URL = "/static/"
# Vite names its files by their hash already: hashing them again would load the entry twice.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = False
STATIC_ROOT = env.static_root(ENVIRONMENT)

# Sign-in ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
# auth.W004: addresses are unique whatever their case, by a constraint on lower(email).
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.signin.passwords.EverydayPasswordValidator"},
    {"NAME": "accounts.signin.passwords.StolenPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
# Labels without colons, on our pages and in the console.
FORM_RENDERER = "core.forms.Renderer"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
# Whole offices come from one address at nine o'clock; guessing at one account is what is stopped.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "60/m/ip,10/300s/key",
    "request_login_code": "300/m/ip,3/m/key",
    "reset_password": "300/m/ip,3/m/key",
    "reset_password_from_key": "60/m/ip",
    "reauthenticate": "10/m/user",
}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Whether it is asked for at sign-in is each organisation's to say: accounts.signin.stages.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "accounts.mfa.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.mfa.forms.ActivateTOTPForm",
    "authenticate_webauthn": "accounts.mfa.passkeys.AuthenticateWebAuthnForm",
    "login_webauthn": "accounts.mfa.passkeys.LoginWebAuthnForm",
    "reauthenticate_webauthn": "accounts.mfa.passkeys.ReauthenticateWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# People whom an admin or a directory made have proved no address yet.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
# Stolen passwords: a filter made by `manage.py build_password_filter`, and the address of a service
# that lists those whose SHA-1 begins with five characters. Both are off until named.
CHANCERY_PASSWORD_FILTER = env.text("CHANCERY_PASSWORD_FILTER")
CHANCERY_PASSWORD_SERVICE = env.text("CHANCERY_PASSWORD_SERVICE")
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
# Asked for the TXT records that prove e-mail domains; empty: the system's servers.
CHANCERY_DNS_SERVERS = env.text("CHANCERY_DNS_SERVERS")
# Whether an identity provider may be on this machine. Never in production by default: whoever sets
# one up could have the server ask its own neighbours.
CHANCERY_LOCAL_PROVIDERS = env.flag("CHANCERY_LOCAL_PROVIDERS", default=not IS_PRODUCTION)
MAILERS = {"default": env.mailer(ENVIRONMENT)}
DEFAULT_FROM_EMAIL = env.text("CHANCERY_MAIL_FROM", f"chancery@{CHANCERY_ROOT_DOMAIN}")

# Cookies and transport: host-only, so that one tenant cannot toss a cookie to another -------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "accounts.sessions.store"
SESSION_COOKIE_NAME = "__Host-session" if IS_PRODUCTION else "session"
CSRF_COOKIE_NAME = "csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.problem.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION and env.flag("CHANCERY_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
CHANCERY_BEHIND_PROXY = env.flag("CHANCERY_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CHANCERY_BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if CHANCERY_BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}

# Jobs -------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "chancery:celery:",
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "visibility_timeout": 3600,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "core.timetable:Timetable"
CELERY_BEAT_SCHEDULE = {
    name: {"task": "tenants.for_each", "schedule": 3600.0, "args": (name,)}
    for name in (
        "accounts.tidy",
        "accounts.refresh_metadata",
        "events.tidy",
        "files.tidy",
        "search.reindex",
    )
} | {
    "accounts.end_overdue": {
        "task": "tenants.for_each",
        "schedule": 300.0,
        "args": ("accounts.end_overdue",),
    },
    "accounts.end_guests": {
        "task": "tenants.for_each",
        "schedule": 300.0,
        "args": ("accounts.end_guests",),
    },
    "accounts.check_domains": {
        "task": "tenants.for_each",
        "schedule": 21_600.0,
        "args": ("accounts.check_domains",),
    },
    "messaging.keep_time": {
        "task": "tenants.for_each",
        "schedule": 20.0,
        "args": ("messaging.keep_time",),
    },
    "files.look_at_imported": {
        "task": "tenants.for_each",
        "schedule": 60.0,
        "args": ("files.look_at_imported",),
    },
    "tenants.tidy": {"task": "tenants.tidy", "schedule": 600.0},
    "tenants.note_workers": {"task": "tenants.note_workers", "schedule": 20.0},
    "lifecycle.see_to_idle_channels": {
        "task": "tenants.for_each",
        "schedule": 21_600.0,
        "args": ("lifecycle.see_to_idle_channels",),
    },
    "priority.act_on_time": {
        "task": "tenants.for_each",
        "schedule": 60.0,
        "args": ("priority.act_on_time",),
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(CHANCERY_DATA_DIR / "celerybeat-schedule")

# Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Each in its own words, as people look for theirs; one more with each catalogue in locale/.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ja", "日本語"),
    ("ar", "العربية"),
]
# What somebody chose before signing in is there the next time.
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_PRODUCTION
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Logs: never request bodies, cookies or credentials -----------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "tenant": {"()": "core.logs.ContextFilter"},
        "refusals": {"()": "core.logs.RefusalFilter"},
    },
    "formatters": {
        "line": {
            "format": "%(asctime)s %(levelname)s %(name)s tenant=%(tenant)s"
            " correlation=%(correlation)s %(message)s"
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["tenant", "refusals"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": env.text("CHANCERY_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # Whoever sends rubbish as a host would fill the logs with tracebacks.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "chancery": {"level": "INFO"},
    },
}

# Limits -----------------------------------------------------------------------------------------
CHANCERY_HTTP_THREADS = env.number("CHANCERY_HTTP_THREADS", 8)
CHANCERY_READS_PER_MINUTE = env.number("CHANCERY_READS_PER_MINUTE", 6000)
CHANCERY_WRITES_PER_MINUTE = env.number("CHANCERY_WRITES_PER_MINUTE", 3000)
CHANCERY_REQUEUE_AFTER_S = env.number("CHANCERY_REQUEUE_AFTER_S", 30)
CHANCERY_HEARTBEAT_S = env.number("CHANCERY_HEARTBEAT_S", 25)
# Servers in one's own network that links may be previewed from, as host:port; none by default.
CHANCERY_PREVIEW_ALLOW = frozenset(env.text("CHANCERY_PREVIEW_ALLOW", "").split())
