"""Who may do what: one named predicate a rule, in the module of what it is about; `rules` has the rules of routes.

A person's role on a production is that of the team's link, else the global one; admins are admins everywhere. Predicates
answer and change nothing; `require` refuses.
"""
