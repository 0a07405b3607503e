"""One module per guardrail, in folders by group; `core.quality.registry` discovers them."""
