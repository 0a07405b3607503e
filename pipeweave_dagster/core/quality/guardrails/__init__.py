"""One guardrail a module. The registry beside this package lists them in the order of codes."""
