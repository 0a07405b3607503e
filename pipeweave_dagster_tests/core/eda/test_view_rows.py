"""Findings are grouped under what was found, and each keeps a proposal of its own."""

from pipeweave_dagster.core.eda.view_rows import finding_groups


def rows(*proposals):
    facts = {"state": "alerted", "code": "PW403", "title": "Features are not redundant"}
    return [{**facts, "proposal": proposal} for proposal in proposals]


def test_a_proposal_that_all_share_is_that_of_the_group():
    [group] = finding_groups(rows("Drop it.", "Drop it."))
    assert (group["heading"], group["proposal"]) == ("Feature repeats another one", "Drop it.")
    assert "own_proposal" not in group["first"][0]


def test_proposals_that_differ_stay_with_their_findings():
    [group] = finding_groups(rows(*"aabcca"))
    assert group["proposal"] == ""
    assert [f["own_proposal"] for f in group["first"] + group["rest"]] == [
        "a",
        "",
        "b",
        "c",
        "",
        "a",
    ]
