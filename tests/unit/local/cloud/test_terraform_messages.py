import json

import pytest

from local.cloud.errors import AnswerLost, TerraformFailed
from local.cloud.outputs import Outputs
from local.cloud.terraform import _follow, failure
from local.cloud.terraform_init import first_error


def test_progress_counts_resources_and_not_reads() -> None:
    lines = [
        {"type": "planned_change"},
        {"type": "planned_change"},
        {"type": "apply_complete", "hook": {"action": "read"}},
        {"type": "apply_complete", "hook": {"action": "create"}},
        {"type": "apply_complete", "hook": {"action": "update"}},
    ]
    said: list[str] = []

    errors = _follow([json.dumps(line) for line in lines], said.append)

    assert said == ["1 of 2 resources", "2 of 2 resources"]
    assert not errors


def test_an_error_is_told_in_one_line() -> None:
    fault = {"severity": "error", "summary": "creating queue", "detail": "AccessDenied:\n  no"}

    errors = _follow([json.dumps({"type": "diagnostic", "diagnostic": fault})], print)

    assert list(errors) == ["creating queue AccessDenied: no"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("creating IAM Role (relay): EntityAlreadyExists: Role relay already exists", AnswerLost),
        ("Invalid value for variable: environment", TerraformFailed),
    ],
)
def test_what_is_there_though_nobody_was_told_is_an_answer_that_was_lost(said: str, kind: type[Exception]) -> None:
    assert type(failure([said])) is kind


def test_a_warning_is_no_error() -> None:
    warning = {"severity": "warning", "summary": "deprecated"}

    assert not _follow([json.dumps({"type": "diagnostic", "diagnostic": warning})], print)


def test_words_before_the_first_message_are_kept_as_the_cause() -> None:
    assert list(_follow(["flag provided but not defined\n"], print)) == ["flag provided but not defined"]


def test_the_first_error_of_a_long_complaint_is_enough() -> None:
    text = "│ Warning: old\n│ \n╷\n│ Error: Failed to query\n│ \n│ no such host\n╵"

    assert first_error(text) == "Error: Failed to query no such host"


def test_outputs_are_read_by_value_and_unknown_ones_ignored() -> None:
    text = json.dumps(
        {
            "api_url": {"value": "http://x"},
            "artifacts_bucket": {"value": "b"},
            "event_bus": {"value": "bus"},
            "functions": {"value": {"auth-api": "omnipricex-local-auth-api"}},
            "queues": {"value": {}},
            "something_else": {"value": 1},
        }
    )

    assert Outputs.parse(text).functions["auth-api"] == "omnipricex-local-auth-api"
