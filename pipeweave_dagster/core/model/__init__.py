"""What a stored model needs to predict: the bundle, its steps and the columns of its test rows."""
