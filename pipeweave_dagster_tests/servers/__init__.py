"""Real servers for tests; each is started on free ports, and stopped by its process id."""
