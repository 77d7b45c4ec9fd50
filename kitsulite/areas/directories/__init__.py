"""Signing in by the studio's own directory, and accounts after it: OpenID Connect, SAML, LDAP (docs/sso.md)."""
