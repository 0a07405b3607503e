"""The type model: its features, its forests, and how its predictions are used."""
