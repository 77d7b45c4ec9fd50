"""What happens after a commit: whoever may know of it is told."""
