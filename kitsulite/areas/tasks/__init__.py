"""Work on the things of a production: tasks, what is said about them, revisions, news."""
