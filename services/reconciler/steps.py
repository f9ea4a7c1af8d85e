"""The durable steps of the reconciler, in the order in which one layer of a plan meets them."""

INTENT_RECORDED = "reconciler.intent-recorded"
WRITTEN = "reconciler.written"
RESULT_RECORDED = "reconciler.result-recorded"
REPORTED = "reconciler.reported"

ALL = (INTENT_RECORDED, WRITTEN, RESULT_RECORDED, REPORTED)
