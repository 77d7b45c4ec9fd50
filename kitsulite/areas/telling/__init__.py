"""Who is told of what, and how: notifications, letters, messages to chats."""
