"""What `openid_provider.py` serves; Django imports it once it is configured."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.urls import include, path
from oauth2_provider.oauth2_validators import OAuth2Validator

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls")),
]


class Validator(OAuth2Validator):
    """Puts the address of users into their tokens, as the toolkit's documentation shows it."""

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        """Return what the scopes `email` and `profile` are for."""
        name = request.user.get_username()
        return {"email": name, "email_verified": True, "preferred_username": name}
