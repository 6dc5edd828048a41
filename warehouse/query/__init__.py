"""Read-only SQL on the published warehouse, for people and scripts.

run        answer one query
guard      what a query may do, and the connection that enforces it
writers    the formats of an answer; stata is one of them
safe_text  escaping for terminals
"""
