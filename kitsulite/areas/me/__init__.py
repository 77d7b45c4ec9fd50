"""What clients ask for the caller: the context of a session, own tasks, filters, notifications."""
