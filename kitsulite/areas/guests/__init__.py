"""Share links, and what people without an account do through them (contract 06, 5.5 and 6)."""
