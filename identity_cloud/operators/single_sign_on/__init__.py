"""Single sign-on with one OpenID Connect provider: docs/single-sign-on.md; why it is so: docs/decisions/0036.

* ``accounts.is_by_provider(operator)``: whether an operator signs in there.
* ``views.prove(request, next_url)``: sends one there for a fresh proof, and on to ``next_url``.
* ``roles.renew(operator, roles, actor=…)``: gives the roles that the provider names.
* ``sessions.end_all(operator, actor=…)``: ends all sessions of an operator.
"""
