"""The methodology checks, by subject: each is a function registered with a code and a title."""
