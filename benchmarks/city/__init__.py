"""A city's made-up years: what people might have done on all three services, in the order in which it was recorded."""
