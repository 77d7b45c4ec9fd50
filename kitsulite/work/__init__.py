"""One piece of work and what it stands on: its transaction, its caller, errors, jobs, keys, mail, periods."""
