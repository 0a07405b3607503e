"""Static checks of a pipeline: every problem has a code, a path and a fix; nothing is computed."""
