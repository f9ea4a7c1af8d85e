"""Two sides become what is said of a pull request. No network, no git."""

from libs.desired.select import RenderError
from libs.kernel.messages import Message, errors
from libs.kernel.pullrequests import Annotation, Check, Conclusion
from libs.routediff.comment import Found, title
from libs.routediff.findings import new_messages
from libs.routediff.preview import preview
from libs.routediff.report import preview_json
from services.previewer.reading import Reading

CHECK_NAME = "periplus preview"
CONFLICTS = "it conflicts with its base; resolve the conflicts first"


def judge(old: Reading, new: Reading) -> Found:
    """Compare two sides, and check what is new on the second."""
    broken = tuple(one for one in new.messages if one not in old.messages)
    if new.side is None or errors(broken):
        return Found(None, broken, "files cannot be read")
    if old.side is None:
        return Found(None, broken, "the base cannot be read")
    try:
        found = preview(old.side, new.side)
    except RenderError as error:
        return Found(None, (*broken, *error.messages), "overlays or variables do not fit")
    plain = (old.side, new.side)
    said = new_messages(plain, found.sides or plain)
    return Found(preview_json(found), (*broken, *said))


def check_of(found: Found, page: str) -> Check:
    """Return the check: failed by errors, neutral by warnings and where nobody can say."""
    return Check(
        CHECK_NAME, _conclusion(found), title(found), page, tuple(map(_annotation, found.messages))
    )


def _conclusion(found: Found) -> Conclusion:
    if errors(found.messages):
        return Conclusion.FAILURE
    if found.messages or found.content is None or found.content["risks"]:
        return Conclusion.NEUTRAL
    open_ = any(one["undecided"] for one in found.content["clusters"])
    return Conclusion.NEUTRAL if open_ else Conclusion.SUCCESS


def _annotation(one: Message) -> Annotation:
    origin = one.origin
    about = f"{one.code} {one.object}" if one.object else one.code
    return Annotation(origin.file, max(origin.line, 1), one.level, about, one.text)
