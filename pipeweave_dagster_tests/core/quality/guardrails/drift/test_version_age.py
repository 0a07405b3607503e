"""PW704: a version whose latest date is older than that of the previous one."""

import datetime as dt


def test_an_older_file_alerts_and_a_newer_one_passes(findings_of, table):
    older = {**table, "day": [day - dt.timedelta(days=30) for day in table["day"]]}
    [finding] = findings_of("PW704", older, previous=table)
    assert (finding.columns, finding.evidence) == (["day"], {"days": 30.0})
    assert findings_of("PW704", table, previous=older) == []
