"""The pages of operators: signing in and out, and the own account."""

from identity_cloud.operators.views.counted import CountedMixin
from identity_cloud.operators.views.password import PasswordPage
from identity_cloud.operators.views.sign_in import SignInForm, SignInPage
from identity_cloud.operators.views.sign_out import SignOutPage

__all__ = ["CountedMixin", "PasswordPage", "SignInForm", "SignInPage", "SignOutPage"]
