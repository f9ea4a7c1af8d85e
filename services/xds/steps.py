"""The named steps of the frontend, in the order in which one commit meets them."""

VIEW_RECEIVED = "xds.view-received"
"""A view of the compiler is applied and handed to the streams of its class."""

PUSHED = "xds.pushed"
"""A response was handed to gRPC for one proxy."""

STATUS_SENT = "xds.status-sent"
"""How a proxy stands to a snapshot was handed to the feed."""

ALL = (VIEW_RECEIVED, PUSHED, STATUS_SENT)
