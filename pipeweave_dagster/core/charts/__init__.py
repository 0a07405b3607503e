"""Safe SVG charts for reports, evaluations and pages."""
