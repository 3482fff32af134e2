"""What an estate knows: answers to what people ask, and the values that stand in them."""
