"""Quotas and counts over shots and the people who make them."""
