"""The whole program on real servers, as its users run it."""
