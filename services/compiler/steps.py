"""The durable steps of the compiler, in the order in which one commit meets them."""

TARGET_READ = "compiler.target-read"
VIEW_PUBLISHED = "compiler.view-published"
LIVE_RECORDED = "compiler.live-recorded"

ALL = (TARGET_READ, VIEW_PUBLISHED, LIVE_RECORDED)
