"""What later versions are held to."""
