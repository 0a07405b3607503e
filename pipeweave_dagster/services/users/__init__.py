"""Users: what is stored of them, their passwords, sessions and tokens, and who may log in."""
