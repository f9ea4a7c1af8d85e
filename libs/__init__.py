"""The libraries of Periplus: nouns of the domain, pure unless they live in `libs.adapters`.

Nothing here may import from `services` or `tools`. `.importlinter` holds the order among them.
"""
