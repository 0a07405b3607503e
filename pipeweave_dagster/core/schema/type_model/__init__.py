"""The trained model of column types: its features, its forests and how its judgement is used."""
