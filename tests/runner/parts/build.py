# SPDX-License-Identifier: Apache-2.0
"""Configures and builds presets, each once per run."""

import shutil

LIMIT_S = 2400  # the first release build makes the static libraries, too


def launcher(context):
    """ccache, when it is there, makes a fresh clone on a warm machine quick."""
    if not shutil.which("ccache"):
        return {}
    return {
        "CMAKE_C_COMPILER_LAUNCHER": "ccache",
        "CCACHE_DIR": str(context.cache / "ccache"),
        "CCACHE_BASEDIR": str(context.root),
        "CCACHE_NOHASHDIR": "1",
    }


def preset(context, tally, name):
    """Whether the preset is built; counts one check per preset, warnings being errors."""
    if name in context.built:
        if not context.built[name]:
            tally.skip("all", f"build.{name} failed")
        return context.built[name]
    steps = (
        ["cmake", "--preset", name],
        ["cmake", "--build", context.build_folder(name), "-j", context.jobs, "--", "-k", 0],
    )
    for number, step in enumerate(steps):
        status, output = context.command(f"build-{name}-{number}", step, limit_s=LIMIT_S,
                                         env=launcher(context))
        if status:
            context.tail(output)
            tally.fail(f"build.{name}", f"{' '.join(map(str, step[:2]))} ended with {status}")
            context.built[name] = False
            return False
    tally.ok()
    context.built[name] = True
    return True


def dev(context, tally):
    preset(context, tally, "dev")
