"""What is wrong with one object of the Gateway API by itself: rules across its fields.

Functions from models to problems; no other object is looked at.
"""
