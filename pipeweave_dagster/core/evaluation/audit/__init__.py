"""What is asked of a model after it was made, outside the budget: can its scores be believed?"""
