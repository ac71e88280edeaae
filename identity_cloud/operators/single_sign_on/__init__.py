"""Single sign-on with one OpenID Connect provider: see docs/single-sign-on.md and docs/decisions/0036."""
