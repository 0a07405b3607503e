"""Data quality: findings, and which of them block."""
