"""What the business means: records, lifecycles and operations, on the standard library alone."""
