"""Explanations of a model: SHAP values, importance, partial dependence, reasons per row."""
