"""Label selectors select as Kubernetes' do."""

import pytest

from libs.meshapi.selectors import LabelSelector, Requirement

LABELS = {"env": "prod", "region": "us"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        pytest.param(LabelSelector(), True, id="nothing asked"),
        pytest.param(LabelSelector(match_labels={"env": "prod"}), True, id="equal"),
        pytest.param(LabelSelector(match_labels={"env": "test"}), False, id="other value"),
        pytest.param(LabelSelector(match_labels={"zone": "a"}), False, id="absent"),
        pytest.param(
            LabelSelector(match_labels={"env": "prod", "region": "eu"}), False, id="only one holds"
        ),
    ],
)
def test_labels_have_to_be_equal(selector: LabelSelector, selected: bool) -> None:  # noqa: FBT001
    """All of them, and nothing else is asked."""
    assert selector.matches(LABELS) is selected


@pytest.mark.parametrize(
    ("operator", "key", "values", "selected"),
    [
        ("In", "env", ("test", "prod"), True),
        ("In", "env", ("test",), False),
        ("In", "zone", ("a",), False),
        ("NotIn", "env", ("test",), True),
        ("NotIn", "env", ("prod",), False),
        ("NotIn", "zone", ("a",), True),
        ("Exists", "env", (), True),
        ("Exists", "zone", (), False),
        ("DoesNotExist", "env", (), False),
        ("DoesNotExist", "zone", (), True),
    ],
)
def test_an_expression_decides(
    operator: str,
    key: str,
    values: tuple[str, ...],
    selected: bool,  # noqa: FBT001
) -> None:
    """An absent label is not in any list, and not outside of none."""
    requirement = Requirement.model_validate({"key": key, "operator": operator, "values": values})
    assert LabelSelector(match_expressions=(requirement,)).matches(LABELS) is selected
