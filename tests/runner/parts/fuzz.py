# SPDX-License-Identifier: Apache-2.0
"""libFuzzer runs of every target, starting from its committed corpus."""

from . import build
from .suites import SANITIZERS

SECONDS = 60


def run(context, tally):
    if not build.preset(context, tally, "fuzz"):
        return
    for source in sorted((context.root / "tests/fuzz").glob("fuzz_*.c")):
        parser = source.stem.removeprefix("fuzz_")
        found = context.build_folder("fuzz") / "corpus" / parser
        crashes = context.logs / f"crash-{parser}-"
        found.mkdir(parents=True, exist_ok=True)
        command = [context.build_folder("fuzz") / "tests/fuzz" / source.stem, f"-max_total_time={SECONDS}",
                   "-rss_limit_mb=2048", "-timeout=10", f"-artifact_prefix={crashes}", "-print_final_stats=1",
                   found, context.root / "tests/fuzz/corpus" / parser]
        status, output = context.command(f"fuzz-{parser}", command, limit_s=SECONDS + 60, env=SANITIZERS)
        if status:
            context.tail(output)
            tally.fail(f"fuzz.{parser}", f"exit status {status}, input in {crashes}*")
        else:
            tally.ok()
