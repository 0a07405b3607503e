"""What all readers share: limits, the workspace, containers, raw tables and column names."""
