# SPDX-License-Identifier: Apache-2.0
"""The CronJob of docs/nightly.md is one that the API server takes, field by field."""

from lab import CHECKOUT


def test_cronjob_is_accepted(lab):
    text = (CHECKOUT / "docs/nightly/cronjob.yaml").read_text()
    (lab.work / "cronjob.yaml").write_text(text.replace("namespace: sandstrap", "namespace: default"))
    said = lab.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "/work/cronjob.yaml")
    assert "cronjob.batch/sandstrap-rebuild created (server dry run)" in said
