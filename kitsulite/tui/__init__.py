"""The admin's terminal: screens that call services, nothing else.

    Terminal(Desk(tracker)).run()

A `Desk` is who works and where; every screen is a file, and what they share is in `rows` (lists), `form` (dialogs), `section`
(the frame of a screen) and `bars` (charts).
"""
