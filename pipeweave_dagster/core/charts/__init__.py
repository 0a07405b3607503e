"""Safe SVG charts for reports, model cards and pages."""
