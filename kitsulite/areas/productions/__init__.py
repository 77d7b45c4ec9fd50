"""Productions: what they are made like, who is on them, their fields, schedules and budgets."""
