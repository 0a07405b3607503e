"""What a column means, by rules; personal data; hidden missing values."""
