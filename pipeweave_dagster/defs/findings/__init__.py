"""What is wrong with the data, and what stops the line."""
