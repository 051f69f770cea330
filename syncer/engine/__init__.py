"""The use cases: pure planning, and calls on ports in a fixed order. Nothing here knows a vendor or SQL."""
