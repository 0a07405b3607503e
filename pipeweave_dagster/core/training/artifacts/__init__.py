"""The files that a training leaves, and the packages they need."""
