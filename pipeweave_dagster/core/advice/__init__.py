"""Advice of models, checked: what is asked, what may be answered, and what is taken over of it."""
