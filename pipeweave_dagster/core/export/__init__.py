"""A model as a folder of its own, and its training as a script without PipeWeave."""
