"""A real identity provider: `python -m … PORT CLIENT_SECRET REDIRECT FOLDER`.

Django OAuth Toolkit in a Django project of its own, which shares no code with PipeWeave's side of
the login (OAuthlib and jwcrypto there, Authlib and PyJWT here). Its pages are Django's login form
and the toolkit's page of consent.
"""

import sys
from pathlib import Path

CLIENT, PASSWORD = "pipeweave", "five words make a pass"
USERS = ("ada@example.org", "eve@example.org")
_SITE = "pipeweave_dagster_tests.servers.openid_site"
_LOGIN = "<form method=post>{% csrf_token %}{{ form }}<button>Log in</button></form>"
_APPS = ("auth", "contenttypes", "sessions")
_LOADERS = "django.template.loaders"


def configure(folder: Path) -> None:
    """Set the project up, with its tables in a file of the folder."""
    import django
    from django.conf import settings
    from joserfc.jwk import RSAKey

    templates = [
        (f"{_LOADERS}.locmem.Loader", {"registration/login.html": _LOGIN}),
        f"{_LOADERS}.app_directories.Loader",
    ]
    engine = "django.template.backends.django.DjangoTemplates"
    sessions, users = "sessions.middleware.Session", "auth.middleware.Authentication"
    settings.configure(
        SECRET_KEY="x" * 50,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=_SITE,
        STATIC_URL="/static/",
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in _APPS), "oauth2_provider"],
        MIDDLEWARE=[
            "django.middleware.csrf.CsrfViewMiddleware",
            *(f"django.contrib.{name}Middleware" for name in (sessions, users)),
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "users.sqlite"}
        },
        # The tables as they are today, without the history of their changes.
        MIGRATION_MODULES=dict.fromkeys((*_APPS, "oauth2_provider")),
        TEMPLATES=[{"BACKEND": engine, "OPTIONS": {"loaders": templates}}],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
            "OAUTH2_VALIDATOR_CLASS": f"{_SITE}.Validator",
            "SCOPES": {"openid": "Who you are", "email": "Your address", "profile": "Your name"},
        },
    )
    django.setup()


def fill(secret: str, redirect: str) -> None:
    """Create the tables, the users and the client."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in USERS:
        User.objects.create_user(name, name, PASSWORD)
    Application.objects.create(
        name="PipeWeave",
        client_id=CLIENT,
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=redirect,
        algorithm=Application.RS256_ALGORITHM,
    )


def main(port: int, secret: str, redirect: str, folder: Path) -> None:
    """Serve until the process ends."""
    configure(folder)
    fill(secret, redirect)
    from django.core.servers.basehttp import run
    from django.core.wsgi import get_wsgi_application

    run("127.0.0.1", port, get_wsgi_application(), threading=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
