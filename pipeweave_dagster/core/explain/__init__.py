"""Why a model predicts what it predicts: SHAP values, importance, dependence, reasons per row."""
