"""People and departments as a directory sends them, by SCIM 2.0 (docs/sso.md)."""
