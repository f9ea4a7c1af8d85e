"""One object from its layers: itself, then patches, read again as strictly as any other object."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from libs.desired import codes, jsonpatch, mergepatch, strategicpatch
from libs.desired.finding import Finding, Rule, finding
from libs.desired.jsonpatch import PatchFault
from libs.desired.provenance import Layer, RenderedPlaces
from libs.desired.sourced import Source, Sourced, grown, nearest, plain
from libs.desired.substitution import Fault, Substitution
from libs.desired.variables import Variable
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi import kinds
from libs.meshapi.dump import written
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Problem
from libs.meshapi.reading import Document, key_of, read_object
from libs.meshapi.unrendered import Patch, Template, Unrendered

_VARIABLE = Rule(codes.VARIABLE, Level.ERROR, MessageClass.REFERENCE)
_PATCH = Rule(codes.PATCH, Level.ERROR, MessageClass.REFERENCE)
_SECRET = ("", "Secret")


@dataclass(frozen=True, slots=True)
class Piece:
    """A document that an object is made of, its set, and the variables that it may use."""

    item: ParsedObject
    set: SetName
    variables: Mapping[str, Variable]

    @property
    def used(self) -> Mapping[str, Variable | None]:
        """The variables that it does use, None for one that nobody defines."""
        obj = self.item.object
        names = obj.variables if isinstance(obj, Unrendered) else ()
        return {name: self.variables.get(name) for name in names}


@dataclass(frozen=True, slots=True)
class Job:
    """An object or template, and its patches in the order of application."""

    base: Piece
    patches: Sequence[Piece]
    judge: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """The object, None when it cannot be made, and what was found."""

    object: ParsedObject | None
    findings: tuple[Finding, ...]


def rendered(job: Job) -> Result:
    """Return the object that a job makes; whatever is wrong is a finding."""
    return _Making(job).result()


@dataclass(slots=True)
class _Making:
    job: Job
    findings: list[Finding] = field(default_factory=list)

    @property
    def _hidden(self) -> bool:
        key = self.job.base.item.key
        return (key.group, key.kind) == _SECRET

    def result(self) -> Result:
        """Apply what can be applied, and read what comes out."""
        base = self._base()
        if base is None:
            return Result(None, tuple(self.findings))
        root, applied = base, [self.job.base]
        for patch in self.job.patches:
            changed = self._patched(root, patch, len(applied))
            if changed is not None:
                root = changed
                applied.append(patch)
        made = self._read(root, applied)
        if made is None and len(applied) > 1:
            # Without its patches, so that others do not miss the object as well.
            made = self._fallback(base)
        return Result(made, tuple(self.findings))

    def _base(self) -> Sourced | None:
        piece = self.job.base
        if not isinstance(piece.item.object, Template):
            return grown(written(piece.item.object), Source(0, ()))
        return self._filled(piece, 0)

    def _filled(self, piece: Piece, layer: int) -> Sourced | None:
        """Fill in the variables of a template or patch; None when one is missing."""
        obj = piece.item.object
        if not isinstance(obj, Unrendered):
            return None
        values = {name: one.text for name, one in piece.variables.items()}
        work = Substitution(values, frozenset(obj.whole), self._hidden)
        found = work.filled(obj.content, Source(layer, ()))
        for fault in work.faults:
            self.findings.append(self._unfilled(piece, fault))
        return None if work.faults else found

    def _unfilled(self, piece: Piece, fault: Fault) -> Finding:
        origin = piece.item.positions.at(fault.path) if fault.path else piece.item.origin
        defined = piece.variables.get(fault.name)
        others = [defined.origin] if defined is not None else []
        sets = dict.fromkeys((piece.set, self.job.base.set))
        return finding(_VARIABLE, (origin, self.job.base.item.key), sets, fault.text, others)

    def _patched(self, root: Sourced, piece: Piece, layer: int) -> Sourced | None:
        patch = self._filled(piece, layer)
        obj = piece.item.object
        if patch is None or not isinstance(obj, Patch):
            return None
        key = self.job.base.item.key
        model = kinds.BY_KIND.get((key.group, key.kind))
        try:
            if obj.way == "merge":
                changed = mergepatch.merged(root, patch)
            elif obj.way == "strategic":
                changed = strategicpatch.patched(root, patch, model)
            else:
                changed = jsonpatch.patched(root, patch, model, hidden=self._hidden)
            if key_of(plain(changed)) != key:
                text = "the patch changes who the object is; write a new object instead"
                raise PatchFault((), text)  # noqa: TRY301 - one way out for what a patch cannot do
        except PatchFault as fault:
            origin = piece.item.positions.at(fault.path) if fault.path else piece.item.origin
            sets = dict.fromkeys((piece.set, self.job.base.set))
            others = [self.job.base.item.origin]
            self.findings.append(finding(_PATCH, (origin, key), sets, fault.text, others))
            return None
        return changed

    def _places(self, root: Sourced, applied: Sequence[Piece]) -> RenderedPlaces:
        layers = [Layer(one.item.positions, one.item.origin, one.set) for one in applied]
        return RenderedPlaces(root, layers, [one.variables for one in applied])

    def _read(self, root: Sourced, applied: Sequence[Piece]) -> ParsedObject | None:
        raw, places = plain(root), self._places(root, applied)
        nulls = _has_null(raw)
        document = Document(places, nulls, DEFAULT_LIMITS.messages_max, self.job.judge)
        reading = read_object(raw, (), document)
        for problem in reading.problems:
            self.findings.extend(self._finding(problem, root, places, applied))
        if reading.object is None:
            return None
        return ParsedObject(reading.object, self.job.base.item.origin, places)

    def _fallback(self, base: Sourced) -> ParsedObject | None:
        """Read the object without patches; whatever is wrong with it has been said."""
        if not isinstance(self.job.base.item.object, Template):
            return self.job.base.item
        places = self._places(base, [self.job.base])
        document = Document(places, has_nulls=True, problems_max=1, judge=False)
        found = read_object(plain(base), (), document).object
        return None if found is None else ParsedObject(found, self.job.base.item.origin, places)

    def _finding(
        self, problem: Problem, root: Sourced, places: RenderedPlaces, applied: Sequence[Piece]
    ) -> Iterator[Finding]:
        """Put a problem where its part stands; what the object's own file said is not repeated."""
        node = nearest(root, problem.path)
        is_template = isinstance(self.job.base.item.object, Template)
        mild = problem.level is not Level.ERROR
        if mild and not is_template and node.source.layer == 0:
            return
        piece = applied[node.source.layer]
        origin = (places.key_at if problem.at_key else places.at)(problem.path)
        rule = Rule(problem.code, problem.level, MessageClass.OBJECT)
        sets = dict.fromkeys((piece.set, self.job.base.set, *(one.set for one in applied)))
        others = [*_definitions(node, piece)]
        if not others:
            elsewhere = applied[1:] if node.source.layer == 0 else applied[:1]
            others = [one.item.origin for one in elsewhere]
        key = self.job.base.item.key
        yield finding(rule, (origin, key), sets, problem.text, others)


def _definitions(node: Sourced, piece: Piece) -> Iterator[Origin]:
    for name in node.variables:
        defined = piece.variables.get(name)
        if defined is not None:
            yield defined.origin


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return any(map(_has_null, value)) if isinstance(value, tuple) else value is None
