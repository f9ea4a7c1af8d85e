"""The durable steps of the gitwatcher, in the order in which one commit meets them."""

FETCHED = "gitwatcher.fetched"
CONTENTS_STORED = "gitwatcher.contents-stored"
REVISION_STORED = "gitwatcher.revision-stored"
TARGET_MOVED = "gitwatcher.target-moved"

ALL = (FETCHED, CONTENTS_STORED, REVISION_STORED, TARGET_MOVED)
