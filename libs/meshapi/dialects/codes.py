"""Codes of the messages about objects in an old dialect."""

CONVERTED = "PER0111"
"""An object of an old kind was read as the object of today that it means."""

NOT_CARRIED_OVER = "PER0112"
"""A part of an old object means nothing that can be said today."""

APPROXIMATE = "PER0113"
"""A part of an old object was carried over and means nearly the same."""

DUPLICATE = "PER0203"
"""Two objects with one identity, as for objects of today."""
