"""From findings and answers to what people and programs read."""
