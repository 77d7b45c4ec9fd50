"""Who works here: accounts, sign-in, sessions, departments, days and hours."""
