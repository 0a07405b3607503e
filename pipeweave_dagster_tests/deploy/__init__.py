"""docker-compose.yml is proved without Docker: its commands are started natively on loopback."""
